#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "source/structure_source.hpp"

namespace spinel {

/// Records in one piece of work where there are n in all, which does not depend on the ranks: a hundred pieces or more
/// keep those busy to the end; short ones would cost more than they hold.
inline std::int64_t records_per_chunk(std::int64_t n) {
  std::int64_t most = 8;
  while (most < 256 && most * 128 <= n) most *= 2;
  return most;
}

/// The crystals of a source in chunks, the pieces of work of a prediction.
class CrystalChunks {
 public:
  explicit CrystalChunks(std::shared_ptr<StructureSource> source) : source_(std::move(source)) {}

  std::int64_t size() const { return source_->size(); }
  std::vector<std::string> passed_over() const { return source_->passed_over(); }
  std::uint64_t fingerprint() const { return source_->fingerprint(); }
  std::int64_t chunk_size() const { return records_per_chunk(size()); }
  std::int64_t n_chunks() const { return (size() + chunk_size() - 1) / chunk_size(); }
  std::int64_t first_of(std::int64_t chunk) const { return chunk * chunk_size(); }
  std::int64_t count_of(std::int64_t chunk) const { return std::min(chunk_size(), size() - first_of(chunk)); }
  /// The crystals of a chunk; objects that are there are used again.
  void read(std::int64_t chunk, std::vector<CrystalRecord>& records) {
    records.resize(static_cast<std::size_t>(count_of(chunk)));
    for (std::size_t k = 0; k < records.size(); ++k)
      source_->read_crystal(first_of(chunk) + static_cast<std::int64_t>(k), records[k]);
  }

 private:
  std::shared_ptr<StructureSource> source_;
};

}  // namespace spinel
