#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// Attributes `unit` and `description` of a dataset.
struct DataLabel {
  std::string unit;         ///< "eV", "Å"; empty for a pure number, and stored all the same
  std::string description;  ///< one line; empty: no attribute
};

/// `<prefix>.h5`: results, echo of the input, provenance. Small data, kept in memory on rank 0 and written whole by
/// save() to another name that then replaces the file: at any moment the file is one that was saved completely.
/// Members may be called on all ranks or on rank 0 only, save() and load() on all; what other ranks pass is ignored.
/// Paths are absolute, "/thermo/temperature"; groups come by themselves. Writing to a path again replaces what it held.
class ResultFile {
 public:
  ResultFile(const Communicator& comm, std::string path);

  const std::string& path() const { return path_; }

  void write(const std::string& path, double value, const DataLabel& label);
  void write(const std::string& path, std::int64_t value, const DataLabel& label);
  void write(const std::string& path, float value, const DataLabel& label);
  /// `dims` multiply to the number of values, row-major; empty: one-dimensional.
  void write(const std::string& path, std::vector<double> values, const DataLabel& label,
             std::vector<std::int64_t> dims = {});
  void write(const std::string& path, std::vector<std::int64_t> values, const DataLabel& label,
             std::vector<std::int64_t> dims = {});
  void write(const std::string& path, std::vector<float> values, const DataLabel& label,
             std::vector<std::int64_t> dims = {});
  void write_text(const std::string& path, const std::string& text);
  /// A one-dimensional dataset of texts.
  void write_texts(const std::string& path, std::vector<std::string> texts, const std::string& description);
  /// A dataset whose values come later, in place, through DatasetBytes; zeros until then. Disk space for it is taken at
  /// save(). T: double, std::uint8_t.
  template <class T>
  void reserve(const std::string& path, const DataLabel& label, std::vector<std::int64_t> dims);
  /// A text attribute of a group or dataset, which need not exist yet; "/" is the file.
  void set_attribute(const std::string& path, const std::string& name, const std::string& text);

  /// Collective. Throws Error on all ranks where the file cannot be written; the previous one then remains.
  void save() const;

 private:
  enum class Reserved { real, byte };
  struct Entry {
    std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<float>, std::string,
                 std::vector<std::string>, Reserved>
        values;
    std::vector<std::int64_t> dims;  // empty: a scalar
  };
  void put(const std::string& path, Entry entry, const DataLabel& label);
  void write_all(const std::string& to) const;

  Communicator comm_;
  std::string path_;
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::map<std::string, std::string>> attributes_;
};

}  // namespace spinel
