#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace spinel {

/// Reads an HDF5 file on one rank: results, restarts, tests. Every failure throws Error with the file's name.
class HdfReader {
 public:
  explicit HdfReader(const std::string& path);
  ~HdfReader();
  HdfReader(HdfReader&&) noexcept;
  HdfReader& operator=(HdfReader&&) noexcept;

  bool exists(const std::string& path) const;  ///< group or dataset
  bool is_group(const std::string& path) const;
  std::vector<std::string> list(const std::string& group = "/") const;  ///< names, sorted
  std::vector<std::int64_t> dims(const std::string& dataset) const;     ///< empty for a scalar
  /// T: double, float, std::int32_t, std::int64_t, std::uint8_t; converts numbers of other types. Row-major.
  template <class T>
  std::vector<T> read(const std::string& dataset) const;
  /// Only the block of `count` values along each dimension from `first` on. T: double, std::uint8_t.
  template <class T>
  std::vector<T> read_block(const std::string& dataset, const std::vector<std::int64_t>& first,
                            const std::vector<std::int64_t>& count) const;
  std::string read_text(const std::string& dataset) const;
  std::vector<std::string> read_texts(const std::string& dataset) const;  ///< one-dimensional, of variable length
  bool is_text(const std::string& dataset) const;
  bool is_single(const std::string& dataset) const;  ///< floating point of at most 32 bits
  /// A text attribute of a group or dataset; empty where there is none.
  std::string attribute(const std::string& object, const std::string& name) const;
  std::vector<std::string> attribute_names(const std::string& object) const;  ///< those that are texts

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinel
