#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spinel {

/// Where the frames of an extended XYZ file begin, every `stride` of them, so that a part can be read without what is
/// before it.
struct XyzIndex {
  static constexpr std::int64_t largest_stride = 256;

  std::int64_t n_frames = 0;
  std::int64_t stride = 8;           ///< a power of two
  std::vector<std::int64_t> offset;  ///< bytes; one more at the end
  std::vector<std::int64_t> line;    ///< lines before; likewise

  std::uint64_t fingerprint() const;
};

/// Looks through a file, plain or gzip, for the numbers of atoms its frames begin with. InputError where one is missing
/// or the file ends inside a frame: what follows could not be found.
XyzIndex index_xyz(const std::string& path);

}  // namespace spinel
