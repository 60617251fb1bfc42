#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "crystal/structure.hpp"
#include "input/parameters.hpp"

namespace spinel {

/// Takes the records of a source, in their order.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// A structure, with its id and labels in info; `fallback_id` where it has no id of its own.
  virtual void take(Structure structure, const std::string& fallback_id) = 0;
  /// A record that is wrong in itself: why, with the file and place.
  virtual void reject(const std::string& id, const std::string& reason) = 0;
};

/// The records of one file or folder, on one rank.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  virtual std::string kind() const = 0;  ///< "extended XYZ", …
  virtual std::int64_t size() const = 0;
  /// Hands over records first … end − 1. InputError where those behind a wrong one cannot be found.
  virtual void read(std::int64_t first, std::int64_t end, RecordSink& sink) const = 0;
};

/// Opens a source of &convert. `known_size`: what size() said on another rank, so as not to count again; −1: count.
/// InputError where there is no such file, its kind is not told by name and content, or it holds no record.
std::unique_ptr<RecordSource> open_record_source(const std::string& path, const ConvertParameters& parameters,
                                                 std::int64_t known_size = -1);
/// JSON of the Materials Project and of pymatgen: json_source.cpp.
std::unique_ptr<RecordSource> open_json_source(const std::string& path, const ConvertParameters& parameters);

/// Is it <prefix>.samples.h5, with spins instead of structures?
bool is_ising_source(const std::string& path, const ConvertParameters& parameters);

}  // namespace spinel
