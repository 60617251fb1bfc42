#include "core/provenance.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <Eigen/Core>
#include <array>

#include "core/build_info.hpp"

namespace spinel {

std::string Provenance::version_text() const {
  if (git_commit == "unknown") return version;
  return fmt::format("{} ({}{})", version, git_commit.substr(0, 10), git_dirty ? ", modified" : "");
}

Provenance provenance() {
  Provenance result;
  result.version = build_info::version;
  result.git_commit = build_info::git_commit;
  result.git_dirty = build_info::git_dirty;
  result.compiler = build_info::compiler;
  result.build_type = build_info::build_type;
  result.flags = build_info::flags;
  std::array<char, 256> host{};
  result.hostname = gethostname(host.data(), host.size() - 1) == 0 ? host.data() : "unknown";
  result.libraries = {
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"Eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)}};
  return result;
}

}  // namespace spinel
