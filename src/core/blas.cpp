#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "core/provenance.hpp"
#include "core/text.hpp"

extern "C" void dgemm_();  // NOLINT(readability-identifier-naming): the name Fortran gives it

namespace spinel {

namespace {

struct Close {
  void operator()(void* handle) const { dlclose(handle); }
};

template <class Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

/// The kernels an OpenBLAS should have picked on this processor when it picked those of processors before AVX.
std::string better_openblas_core(const std::string& core) {
#if defined(__x86_64__)
  for (const char* old : {"Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Atom", "Generic"}) {
    if (core != old) continue;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq"))
      return "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
  }
#endif
  static_cast<void>(core);
  return "";
}

}  // namespace

BlasInfo blas_in_use() {
  BlasInfo info;
  // Naming dgemm_ makes the linker keep the library; its address here may be the executable's own jump table, so
  // the provider is asked from the dynamic loader first.
  void* dgemm = dlsym(RTLD_DEFAULT, "dgemm_");
  if (!dgemm) dgemm = reinterpret_cast<void*>(&dgemm_);
  Dl_info where{};
  if (dladdr(dgemm, &where) == 0 || !where.dli_fname) {
    info.name = "unknown";
    return info;
  }
  const std::unique_ptr<char, decltype(&free)> resolved(realpath(where.dli_fname, nullptr), &free);
  info.path = resolved ? resolved.get() : where.dli_fname;

  // Symbols are looked up in that library (and what it needs), not everywhere: another copy of an optimized BLAS may
  // be loaded beside the one that answers to dgemm_.
  const std::unique_ptr<void, Close> library(dlopen(where.dli_fname, RTLD_LAZY | RTLD_NOLOAD));
  const std::string file = lower_case(std::filesystem::path(info.path).filename().string());
  const auto in_path = [&](const char* word) { return lower_case(info.path).find(word) != std::string::npos; };
  if (auto* config = library ? symbol<char*()>(library.get(), "openblas_get_config") : nullptr) {
    info.name = "OpenBLAS";
    info.details = config();
    auto* name = symbol<char*()>(library.get(), "openblas_get_corename");
    const std::string core = name ? name() : "";
    if (const auto better = better_openblas_core(core); !better.empty())
      info.advice = "OpenBLAS does not know this processor and uses its slow kernels for " + core +
                    "; set OPENBLAS_CORETYPE=" + better;
  } else if (auto* mkl = library ? symbol<void(char*, int)>(library.get(), "MKL_Get_Version_String") : nullptr) {
    char text[200] = "";
    mkl(text, sizeof text);
    text[sizeof text - 1] = '\0';
    info.name = "MKL";
    info.details = text;
    info.details.erase(info.details.find_last_not_of(' ') + 1);
  } else if (auto* blis = library ? symbol<const char*()>(library.get(), "bli_info_get_version_str") : nullptr) {
    info.name = "BLIS";
    info.details = blis();
  } else if (in_path("flexiblas")) {
    info.name = "FlexiBLAS";
  } else if (in_path("atlas")) {
    info.name = "ATLAS";
  } else if (file.rfind("libblas.", 0) == 0 || file.rfind("librefblas.", 0) == 0) {
    info.name = "reference BLAS";
    info.is_reference = true;
    info.advice =
        "matrix products run on the reference BLAS, 20 to 40 times slower than OpenBLAS (Debian: libopenblas0-pthread)";
  } else {
    info.name = file;
  }
  return info;
}

}  // namespace spinel
