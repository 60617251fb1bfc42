#include "io/chunk_filter.hpp"

#include <zlib.h>

namespace spinel {

FilteredChunk shuffle_and_deflate(const char* data, std::size_t size, std::size_t element_size, int level) {
  // Shuffle: the first bytes of all elements, then the second ones, …
  const std::size_t n = size / element_size;
  std::vector<char> shuffled(size);
  for (std::size_t b = 0; b < element_size; ++b)
    for (std::size_t i = 0; i < n; ++i) shuffled[b * n + i] = data[i * element_size + b];

  FilteredChunk result;
  uLongf length = compressBound(static_cast<uLong>(size));
  result.bytes.resize(length);
  const int status = compress2(reinterpret_cast<Bytef*>(result.bytes.data()), &length,
                               reinterpret_cast<const Bytef*>(shuffled.data()), static_cast<uLong>(size), level);
  if (status == Z_OK && length < size) {
    result.bytes.resize(length);
  } else {
    result.bytes = std::move(shuffled);
    result.skipped_filters = 1u << 1;
  }
  return result;
}

}  // namespace spinel
