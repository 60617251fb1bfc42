#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/error.hpp"
#include "crystal/formats/structure_format.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/structure.hpp"

namespace spinel::testing {

/// The folder of shared data, empty where it is absent.
inline std::filesystem::path data_folder() {
  const char* set = std::getenv("SPINEL_DATA");
  const std::filesystem::path path = set != nullptr ? set : std::filesystem::path(SPINEL_SOURCE_DIR) / "../shared/data";
  return std::filesystem::is_directory(path) ? path : std::filesystem::path();
}

/// A folder of this process's own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spinel-crystal-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

/// The message of the InputError that `call` throws; empty where it throws none.
template <class Call>
std::string input_error(Call&& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

inline Structure parse_xyz(const std::string& text, const std::string& name, std::int64_t frame = -1,
                           const ReadOptions& options = {}) {
  return parse_structure(*structure_format("x.xyz"), text, name, frame, options);
}
inline Structure parse_poscar(const std::string& text, const std::string& name, const ReadOptions& options = {}) {
  return parse_structure(*structure_format("POSCAR"), text, name, -1, options);
}
/// Reduced units.
inline ReadOptions with_labels() {
  ReadOptions options;
  options.allow_labels = true;
  return options;
}
/// Symbols that a POSCAR lacks.
inline ReadOptions with_species(std::vector<std::string> species) {
  ReadOptions options;
  options.species = std::move(species);
  return options;
}

inline double largest_difference(const std::vector<Vec3>& a, const std::vector<Vec3>& b) {
  if (a.size() != b.size()) return 1e300;
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, (a[i] - b[i]).cwiseAbs().maxCoeff());
  return largest;
}

/// A label of info.
inline std::vector<double> info_numbers(const Structure& s, const char* key) {
  std::vector<double> values;
  for (const std::string_view token : split(s.info.at(key))) {
    values.emplace_back();
    EXPECT_TRUE(parse_number(token, values.back())) << key;
  }
  return values;
}
inline double info_number(const Structure& s, const char* key) { return info_numbers(s, key).at(0); }

/// The text with one place of it, which must be there, as another.
inline std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}
inline void expect_in(const std::string& part, const std::string& text) {
  EXPECT_NE(text.find(part), std::string::npos) << "expected: " << part << "\n  found: " << text;
}
/// As pw.x and CP2K print them: energy to 1e-6 eV, forces to 1e-5 eV/Å, stress to 2e-6 eV/Å³.
inline void expect_same_labels(const Structure& s, const Structure& expected, const std::string& name) {
  EXPECT_EQ(s.info.at("converged"), "T") << name;
  EXPECT_NEAR(info_number(s, "energy"), info_number(expected, "energy"), 1e-6) << name;
  EXPECT_LT(largest_difference(s.force, expected.force), 1e-5) << name;
  for (std::size_t k = 0; k < 9; ++k)
    EXPECT_NEAR(info_numbers(s, "stress").at(k), info_numbers(expected, "stress").at(k), 2e-6) << name << " " << k;
}

inline std::string symbol_of(const Structure& s, std::size_t i) {
  return s.species[static_cast<std::size_t>(s.type[i])].symbol;
}

}  // namespace spinel::testing
