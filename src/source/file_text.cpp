#include "source/file_text.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

FileText::FileText(const std::string& path, const Communicator& communicator) : path_(path) {
  int packed = 0;
  on_root(communicator, [&] {
    ContentHash hash;
    read_blocks(path, [&](std::string_view block) {
      hash.add(block);
      size_ += static_cast<std::int64_t>(block.size());
    });
    fingerprint_ = hash.value()[0];
    packed = is_gzip(path) ? 1 : 0;
  });
  communicator.broadcast(&size_, 1);
  communicator.broadcast(&fingerprint_, 1);
  communicator.broadcast(&packed, 1);
  is_packed_ = packed == 1;
  if (!is_packed_) return;
  unpacked_ = SharedArray<char>(communicator, static_cast<std::size_t>(size_));
  on_all_ranks(communicator, [&] {
    char* at = unpacked_.fill();
    if (at == nullptr) return;
    char* const end = at + size_;
    read_blocks(path, [&](std::string_view block) {
      if (static_cast<std::size_t>(end - at) < block.size()) fail("{} changed while it was read", path);
      at = std::copy(block.begin(), block.end(), at);
    });
  });
  unpacked_.filled();
}

FileText::~FileText() { release(); }

std::string_view FileText::read(std::int64_t offset, std::int64_t size) {
  const auto at = static_cast<std::size_t>(offset), n = static_cast<std::size_t>(size);
  if (is_packed_) return {unpacked_.data() + at, n};
  if (at < part_begin_ || at + n > part_begin_ + part_.size()) {
    if (!file_.is_open()) file_ = PosixFile(path_, PosixFile::Mode::read);
    // Ahead where one part follows the other.
    constexpr std::size_t ahead = 1 << 16;
    const bool follows = at == part_begin_ + part_.size();
    part_.resize(std::max(n, follows ? std::min(ahead, static_cast<std::size_t>(size_) - at) : 0));
    part_begin_ = at;
    if (file_.read(part_.data(), part_.size(), at) != part_.size()) fail("{} changed while it was read", path_);
  }
  return std::string_view(part_).substr(at - part_begin_, n);
}

void FileText::close() { file_ = PosixFile(); }

LineReader FileText::lines() const {
  if (is_packed_) return LineReader(std::string_view(unpacked_.data(), unpacked_.size()), path_);
  return LineReader(path_);
}

std::string_view FileText::whole() {
  const auto n = static_cast<std::size_t>(size_);
  if (is_packed_) return {unpacked_.data(), n};
  if (n == 0) return {};
  if (map_ == nullptr) {
    const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    void* map = descriptor < 0 ? MAP_FAILED : mmap(nullptr, n, PROT_READ, MAP_PRIVATE, descriptor, 0);
    const int code = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (map == MAP_FAILED) fail("cannot read {}: {}", path_, std::strerror(code));
    map_ = map;
  }
  return {static_cast<const char*>(map_), n};
}

void FileText::release() {
  if (map_ != nullptr) munmap(map_, static_cast<std::size_t>(size_));
  map_ = nullptr;
}

}  // namespace spinel
