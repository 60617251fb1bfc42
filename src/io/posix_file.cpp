#include "io/posix_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/error.hpp"

namespace spinel {

namespace {

FileProbe probe_;

void before_change(const std::string& path, std::uint64_t offset = 0, const void* data = nullptr,
                   std::size_t size = 0) {
  if (probe_) probe_(path, offset, data, size);
}

[[noreturn]] void fail_errno(const char* action, const std::string& path) {
  const int code = errno;
  fail("cannot {} '{}': {}", action, path, std::strerror(code));
}

}  // namespace

void set_file_probe(FileProbe probe) { probe_ = std::move(probe); }

PosixFile::PosixFile(std::string path, Mode mode) : path_(std::move(path)) {
  int flags = O_CLOEXEC;
  if (mode == Mode::read) flags |= O_RDONLY;
  if (mode == Mode::update) flags |= O_RDWR;
  if (mode == Mode::create) flags |= O_RDWR | O_CREAT | O_TRUNC;
  descriptor_ = ::open(path_.c_str(), flags, 0666);
  if (descriptor_ < 0) fail_errno(mode == Mode::create ? "create" : "open", path_);
}

PosixFile::~PosixFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

PosixFile::PosixFile(PosixFile&& other) noexcept { *this = std::move(other); }

PosixFile& PosixFile::operator=(PosixFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void PosixFile::write(const void* data, std::size_t size, std::uint64_t offset) const {
  before_change(path_, offset, data, size);
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const auto done = ::pwrite(descriptor_, next, std::min<std::size_t>(size, 1u << 30), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done == 0) errno = ENOSPC;
    if (done <= 0) fail_errno("write", path_);
    next += done;
    offset += static_cast<std::uint64_t>(done);
    size -= static_cast<std::size_t>(done);
  }
}

std::size_t PosixFile::read(void* data, std::size_t size, std::uint64_t offset) const {
  char* next = static_cast<char*>(data);
  std::size_t total = 0;
  while (total < size) {
    const auto done = ::pread(descriptor_, next + total, size - total, static_cast<off_t>(offset + total));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail_errno("read", path_);
    if (done == 0) break;
    total += static_cast<std::size_t>(done);
  }
  return total;
}

std::uint64_t PosixFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail_errno("examine", path_);
  return static_cast<std::uint64_t>(status.st_size);
}

void PosixFile::resize(std::uint64_t size) const {
  before_change(path_);
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail_errno("resize", path_);
}

void PosixFile::reserve(std::uint64_t size) const {
#ifdef __linux__
  if (size == 0) return;
  int result;
  do {
    result = ::fallocate(descriptor_, 0, 0, static_cast<off_t>(size));
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS) fail_errno("write", path_);
#else
  static_cast<void>(size);
#endif
}

void PosixFile::start_writeback(std::uint64_t offset, std::uint64_t size) const {
#ifdef __linux__
  // A hint: where it fails, sync() does all the work and reports what is wrong.
  static_cast<void>(
      ::sync_file_range(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(size), SYNC_FILE_RANGE_WRITE));
#else
  static_cast<void>(offset);
  static_cast<void>(size);
#endif
}

void PosixFile::sync() const {
  // Some file systems have nothing to sync, or report a late write error here.
  if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) fail_errno("write", path_);
}

bool file_exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

void remove_file(const std::string& path) {
  before_change(path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail_errno("remove", path);
}

void rename_file(const std::string& from, const std::string& to) {
  before_change(to);
  if (std::rename(from.c_str(), to.c_str()) != 0) fail_errno("replace", to);
  const auto slash = to.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : to.substr(0, slash);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;  // a folder that may be written but not read: the rename itself has happened
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace spinel
