#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parallel/node_shared.hpp"

namespace spinel {

/// An HDF5 file of large arrays that all ranks write together, each its own rows; to <path>.part, which then replaces
/// `path`: a kill leaves the old file or the new one. T: double, float, std::int32_t, std::int64_t, std::uint8_t,
/// std::int8_t. The arrays must live until save().
class CollectiveWriter {
 public:
  explicit CollectiveWriter(const Communicator& communicator) : communicator_(communicator) {}

  /// Collective. The array `path` [row][row_shape…] is the rows of all ranks in rank order; these are this rank's.
  template <class T>
  void add(const std::string& path, const T* values, std::int64_t rows, std::vector<std::int64_t> row_shape,
           const std::string& unit, const std::string& description);
  template <class T>
  void add(const std::string& path, const std::vector<T>& values, const std::vector<std::int64_t>& row_shape,
           const std::string& unit, const std::string& description) {
    std::int64_t width = 1;
    for (const std::int64_t n : row_shape) width *= n;
    add(path, values.data(), static_cast<std::int64_t>(values.size()) / width, row_shape, unit, description);
  }
  /// Collective. [n + 1] offsets of all ranks' rows from those of this rank's, which begin at 0.
  void add_offsets(const std::string& path, const std::vector<std::int64_t>& own, const std::string& description);
  /// Collective. Texts one after the other as `path`/bytes, with `path`/offset.
  void add_texts(const std::string& path, const std::vector<std::string>& texts, const std::string& description);
  /// A text attribute of the file ("/") or of a group, which may be new.
  void set_attribute(const std::string& object, const std::string& name, const std::string& text) {
    attributes_[object][name] = text;
  }

  /// Collective. Throws Error on all ranks where the file cannot be written; nothing is left of it then.
  void save(const std::string& path) const;

 private:
  struct Array {
    std::string path;
    std::vector<std::int64_t> dims;
    std::string unit, description;
    std::function<std::int64_t()> type;            // HDF5's, which must have been started
    std::function<void(std::int64_t file)> write;  // collective
  };
  void create(const std::string& path) const;

  Communicator communicator_;
  std::vector<Array> arrays_;
  std::map<std::string, std::map<std::string, std::string>> attributes_;
  std::vector<std::shared_ptr<void>> kept_;  // arrays made here
};

/// Reads arrays of an HDF5 file into node-shared memory, each rank of a node a part. Members are collective, and what
/// they throw, Error, they throw on all ranks.
class CollectiveReader {
 public:
  CollectiveReader(const std::string& path, const NodeGroup& group);
  ~CollectiveReader();

  bool exists(const std::string& path) const;
  std::vector<std::string> list(const std::string& group) const;
  std::string attribute(const std::string& object, const std::string& name) const;  ///< empty where there is none
  std::vector<std::int64_t> dims(const std::string& path) const;

  /// All of an array of rows of `width` numbers. Error where its rows are of another width or not `rows` (−1: any).
  template <class T>
  NodeShared<T> read(const std::string& path, std::int64_t rows, std::int64_t width) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinel
