#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// `<prefix>.restart.h5`, written through parallel HDF5: each array is the rows of all ranks one after another, with
/// the number of the first row of each rank beside it; what is the same on all ranks is stored once.
///
///     /arrays/<name>       [row][width]
///     /offsets/<name>      [rank + 1]; rank r has rows offsets[r] … offsets[r+1] − 1
///     /values/<name>       numbers; texts as bytes; `format_version` and `ranks` among them
///
/// The file is written to another name, synced and renamed: what bears the name is always a whole checkpoint.
class CheckpointWriter {
 public:
  explicit CheckpointWriter(const Communicator& comm);
  ~CheckpointWriter();

  /// An array of this rank, `rows`·`width` values, row-major; it has to live until write(). Names and widths are the
  /// same on all ranks, in the same order. T: double, std::int32_t, std::int64_t, std::uint8_t.
  template <class T>
  void add(const std::string& name, const T* values, std::size_t rows, std::size_t width = 1);
  /// An array of bytes that comes in pieces, so that no rank needs to hold its part as a whole: fill() is called once
  /// for each piece, during write(). Ranks may have different numbers of pieces.
  struct Piece {
    std::size_t size;
    std::function<void(std::uint8_t*)> fill;
  };
  void add(const std::string& name, std::vector<Piece> pieces);
  /// The same on all ranks; that of rank 0 is stored.
  void set(const std::string& name, const std::vector<double>& values);
  void set(const std::string& name, const std::vector<std::int64_t>& values);
  void set(const std::string& name, double value) { set(name, std::vector<double>{value}); }
  void set(const std::string& name, std::int64_t value) { set(name, std::vector<std::int64_t>{value}); }
  void set_text(const std::string& name, const std::string& text);

  /// Collective. Throws Error on all ranks where the file cannot be written; the previous one then remains.
  void write(const std::string& path) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads what CheckpointWriter wrote. With as many ranks as wrote it each gets its own rows in the same order; with
/// another number, equal shares in the order of the file.
class CheckpointReader {
 public:
  /// Collective, as are read() and the rest. Throws Error on all ranks where the file is missing, cut short, not a
  /// checkpoint or of another format version.
  CheckpointReader(const Communicator& comm, const std::string& path);
  ~CheckpointReader();

  int ranks() const;  ///< that wrote it
  bool has_value(const std::string& name) const;
  /// This rank's rows; T as it was written.
  template <class T>
  std::vector<T> read(const std::string& name, std::size_t* width = nullptr) const;
  /// Any `count` rows from `first` on of the whole array, width values each. Not collective.
  template <class T>
  void read_rows(const std::string& name, std::int64_t first, std::int64_t count, T* values) const;
  std::vector<double> reals(const std::string& name) const;
  std::vector<std::int64_t> integers(const std::string& name) const;
  double real(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  std::string text(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinel
