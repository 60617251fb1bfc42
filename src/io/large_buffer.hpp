#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace spinel {

/// Memory for bulk data that is filled in random order: on large pages where the system has them, as with small ones
/// most of the time would go into looking up addresses. Its content is undefined.
class LargeBuffer {
 public:
  char* data() { return data_.get(); }
  void require(std::size_t size) {
    if (size <= size_) return;
    constexpr std::size_t page = std::size_t{1} << 21;
    const bool large = size >= page;
    const std::size_t alignment = large ? page : 64;
    size = (size + alignment - 1) / alignment * alignment;
    data_.reset();
    data_.reset(static_cast<char*>(std::aligned_alloc(alignment, size)));
    size_ = data_ ? size : 0;
    if (!data_) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    if (large) madvise(data_.get(), size, MADV_HUGEPAGE);
#endif
  }

 private:
  struct Free {
    void operator()(char* data) const { std::free(data); }
  };
  std::unique_ptr<char, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace spinel
