#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "io/dataset/dataset_records.hpp"
#include "io/table.hpp"
#include "run/context.hpp"
#include "source/read_warnings.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// A record that is left out of a dataset.
struct BadRecord {
  std::int64_t number = 0;  ///< through all sources
  std::string id, reason;
};

Table<BadRecord> bad_records();

/// Records as they go to a dataset, and those that do not.
struct ConvertedRecords {
  DatasetRecords good;
  std::vector<BadRecord> bad;  ///< by number
  ReadWarnings warnings;
};
inline auto members(BadRecord& r) { return std::tie(r.number, r.id, r.reason); }
inline auto members(ConvertedRecords& r) { return std::tie(r.good, r.bad, r.warnings); }

/// &convert sources, one after the other, in chunks of their records.
class ConvertSources {
 public:
  /// Collective. InputError at the key where a source cannot be read. `paths`: where `sources` were found.
  ConvertSources(const RunContext& context, const std::vector<std::string>& paths);

  std::int64_t size() const { return before_.back(); }
  std::int64_t chunk_size() const;
  std::int64_t n_chunks() const { return (size() + chunk_size() - 1) / chunk_size(); }
  /// Tells these sources from others.
  std::uint64_t fingerprint() const;

  std::size_t n_sources() const { return sources_.size(); }
  std::string kind_of(std::size_t source) const { return sources_[source]->kind(); }
  std::int64_t size_of(std::size_t source) const { return sources_[source]->size(); }

  std::vector<std::string> passed_over() const;  ///< StructureSource::passed_over of all
  /// On any rank. `pulse` is called now and then, with the part that is done.
  ConvertedRecords read(std::int64_t chunk, const std::function<void(double)>& pulse);

 private:
  void read_one(std::size_t source, std::int64_t number, ConvertedRecords& records);

  const ConvertParameters& parameters_;
  std::vector<std::shared_ptr<StructureSource>> sources_;
  std::vector<std::string> files_;          // [source] name without its folder
  std::vector<std::int64_t> before_ = {0};  // [source + 1] records of all sources before it
};

}  // namespace spinel
