#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/posix_file.hpp"

namespace spinel {

/// An HDF5 file, open on one rank, of which HDF5 itself never changes a byte on disk: a virtual file driver keeps its
/// writes in memory until commit(). Large chunks are not written through HDF5 at all: allocate_chunk() enters a chunk
/// in HDF5's index and returns where in the file its bytes belong, and whoever has them writes them there, always
/// into space that the committed file does not use.
///
/// commit() turns the kept writes into the next state of the file, whole or not at all whenever the process is killed:
/// 1. bytes past the committed end are written and synced, where no reader looks;
/// 2. bytes inside it go to `<path>.journal`, synced and renamed into place;
/// 3. the journal's bytes are written to the file and synced, and the journal is removed.
/// A journal that is found later is applied again by recover(). A full disk is met in 1 or 2, before anything of the
/// committed state is touched.
class DeferredFile {
 public:
  /// Makes an empty HDF5 file, or opens one after recover(path).
  DeferredFile(const std::string& path, bool create);
  /// Drops what was not committed.
  ~DeferredFile();
  DeferredFile(const DeferredFile&) = delete;
  DeferredFile& operator=(const DeferredFile&) = delete;

  hid_t id() const { return file_; }
  /// `bytes` is the size in the file, after filters; bit k of `skipped_filters` states that filter k was not applied.
  std::uint64_t allocate_chunk(hid_t dataset, const std::vector<hsize_t>& offset, std::size_t bytes,
                               std::uint32_t skipped_filters);
  /// Chunk bytes written by others must be synced before.
  void commit();
  /// Gives the committed file another name, in one step.
  void rename(const std::string& path);

  /// Completes a commit that was cut short. Returns whether there was one.
  static bool recover(const std::string& path);

 private:
  struct Driver;
  friend struct Driver;
  void keep(std::uint64_t address, const unsigned char* data, std::size_t size);
  void read(std::uint64_t address, unsigned char* data, std::size_t size) const;

  std::string path_;
  PosixFile disk_;
  std::map<std::uint64_t, std::vector<unsigned char>> kept_;  // address → bytes, without overlap
  std::uint64_t end_of_allocation_ = 0, end_of_file_ = 0, committed_end_ = 0;
  bool allocating_ = false;
  std::uint64_t allocated_ = 0;
  hdf5::Handle file_;
};

}  // namespace spinel
