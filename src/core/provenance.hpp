#pragma once

#include <string>
#include <utility>
#include <vector>

namespace spinel {

/// What made a result: stored in every result file and printed at the start of a run.
struct Provenance {
  std::string version;     ///< of Spinel, "0.1.0"
  std::string git_commit;  ///< 40 hex digits; "unknown" where the sources are no git checkout
  bool git_dirty = false;  ///< tracked files differed from that commit when it was built
  std::string compiler;    ///< "GNU 12.2.0"
  std::string build_type;  ///< "Release"
  std::string flags;       ///< compiler flags of that build type
  std::string hostname;    ///< of the calling process
  /// {name, version} of the libraries core links; callers append theirs.
  std::vector<std::pair<std::string, std::string>> libraries;

  /// "0.1.0 (1a2b3c4d5e, modified)".
  std::string version_text() const;
};
Provenance provenance();

/// Which library's matrix multiplication (dgemm) this process runs. torch, PETSc and ScaLAPACK take the system's
/// libblas.so.3, which may be Netlib's reference library, 20 to 40 times slower than an optimized one.
struct BlasInfo {
  std::string name;     ///< "OpenBLAS", "MKL", "BLIS", "ATLAS", "FlexiBLAS", "reference BLAS", or the file's name
  std::string path;     ///< of the shared object, symbolic links resolved
  std::string details;  ///< what the library reports of itself, "OpenBLAS 0.3.21 DYNAMIC_ARCH … Haswell MAX_THREADS=64"
  bool is_reference = false;
  /// What to do where it is slow, as a sentence: the reference library, or an OpenBLAS that does not know this
  /// processor and falls back to its oldest kernels (measured: a fifth of the speed). Empty where all is well.
  std::string advice;
};
BlasInfo blas_in_use();

}  // namespace spinel
