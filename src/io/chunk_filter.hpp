#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spinel {

/// A chunk as it lies in the file: what HDF5's shuffle and deflate filters, in this order, would make of it.
struct FilteredChunk {
  std::vector<char> bytes;
  std::uint32_t skipped_filters = 0;  ///< bit 1 set: deflate made it no smaller and was left out
};

/// `level` 1 … 9. `data` is `size` bytes of elements of `element_size` bytes.
FilteredChunk shuffle_and_deflate(const char* data, std::size_t size, std::size_t element_size, int level);

}  // namespace spinel
