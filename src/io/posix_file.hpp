#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace spinel {

/// A file read and written at given offsets. Every failure throws Error with the file's name and the system's reason
/// ("No space left on device"). The descriptor is closed with the object, without an error.
class PosixFile {
 public:
  enum class Mode { read, update, create };  ///< create: empties a file that exists

  PosixFile() = default;
  PosixFile(std::string path, Mode mode);
  ~PosixFile();
  PosixFile(PosixFile&& other) noexcept;
  PosixFile& operator=(PosixFile&& other) noexcept;

  bool is_open() const { return descriptor_ >= 0; }
  const std::string& path() const { return path_; }
  void write(const void* data, std::size_t size, std::uint64_t offset) const;
  /// Reads up to `size` bytes; returns how many there were before the end of the file.
  std::size_t read(void* data, std::size_t size, std::uint64_t offset) const;
  std::uint64_t size() const;
  void resize(std::uint64_t size) const;
  /// Asks for disk blocks for the first `size` bytes now; does nothing where the file system cannot.
  void reserve(std::uint64_t size) const;
  /// Lets the disk begin with these bytes, so that a later sync() has less to wait for.
  void start_writeback(std::uint64_t offset, std::uint64_t size) const;
  /// Returns when what was written, by any process, is on the disk.
  void sync() const;

 private:
  std::string path_;
  int descriptor_ = -1;
};

bool file_exists(const std::string& path);
/// Does nothing where there is no such file.
void remove_file(const std::string& path);
/// Replaces `to` in one step, on the disk too when it returns.
void rename_file(const std::string& from, const std::string& to);

/// Called before each change that this module makes to a file by itself: tests stop or copy a run there.
/// Arguments: path, offset, data, size; data is null for a change of name or length.
using FileProbe = std::function<void(const std::string&, std::uint64_t, const void*, std::size_t)>;
void set_file_probe(FileProbe probe);

}  // namespace spinel
