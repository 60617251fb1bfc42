#pragma once

#include <cstdint>
#include <string>

#include "io/posix_file.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// The values of one dataset of an HDF5 file, read and written in place, at any time and by any rank alone, without a
/// word to the others or to HDF5: the dataset has to be contiguous, as those of ResultFile::reserve() are. Two ranks
/// must not write the same bytes.
class DatasetBytes {
 public:
  /// Collective: rank 0 looks up where the dataset lies. Throws Error on all ranks where there is none of `size` bytes
  /// in one piece.
  DatasetBytes(const Communicator& communicator, const std::string& path, const std::string& dataset,
               std::uint64_t size);

  /// Bytes from `offset` of the dataset on.
  void write(const void* data, std::size_t n, std::uint64_t offset) const;
  void read(void* data, std::size_t n, std::uint64_t offset) const;
  /// Returns when what was written, by any rank of this machine, is on the disk.
  void sync() const { file_.sync(); }

 private:
  PosixFile file_;
  std::uint64_t size_, first_ = 0;
};

}  // namespace spinel
