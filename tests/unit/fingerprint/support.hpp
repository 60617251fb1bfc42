#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../matching/support.hpp"
#include "core/error.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"

namespace spinel::testing {

/// Fingerprints and metrics of one of CDVAE's sets by pymatgen, matminer and average-minimum-distance.
struct Golden {
  struct Set {
    std::vector<Structure> structures;
    nlohmann::json described;  // [structure] its fingerprints
  };
  nlohmann::json file;
  std::map<std::string, Set> sets;  // "reference", "rattled_same", "rattled_train"
};

inline std::vector<Structure> read_frames(const std::filesystem::path& path, std::size_t most) {
  XyzReader reader(path.string());
  std::vector<Structure> frames;
  Structure frame;
  while (frames.size() < most && reader.next(frame)) frames.push_back(frame);
  return frames;
}

inline const std::vector<std::string> golden_names = {"perov_5", "carbon_24", "mp_20"};

/// Null where the data is absent.
inline const Golden* golden(const std::string& name) {
  static std::map<std::string, Golden> known;
  if (known.count(name) > 0) return &known.at(name);
  const auto data = data_folder(), file = data / "generation" / ("reference_" + name + ".json.gz");
  const auto test = data / name / (name == "mp_20" ? "test.xyz.gz" : "test.xyz");
  if (data.empty() || !std::filesystem::exists(file) || !std::filesystem::exists(test)) return nullptr;
  Golden result;
  result.file = nlohmann::json::parse(read_text(file.string()));
  auto rattled = read_frames(data / "generation" / ("rattled_" + name + ".xyz.gz"), 1000000);
  const auto middle = rattled.begin() + static_cast<std::ptrdiff_t>(result.file["rattled_same"].size());
  result.sets["reference"] = {read_frames(test, result.file["reference"].size()), result.file["reference"]};
  result.sets["rattled_same"] = {{rattled.begin(), middle}, result.file["rattled_same"]};
  result.sets["rattled_train"] = {{middle, rattled.end()}, result.file["rattled_train"]};
  return &(known[name] = std::move(result));
}

/// What a number that is stored with so many digits may be off by, and 1e-9.
inline double rounding(double value, int digits) {
  return 0.5001 * std::pow(10.0, std::floor(std::log10(std::max(std::abs(value), 1e-9))) + 1 - digits) + 1e-9;
}

/// Atoms displaced by up to `size` (Å) each.
inline Structure displaced(std::mt19937& random, Structure structure, double size) {
  std::uniform_real_distribution<double> uniform(0.0, size);
  for (Vec3& r : structure.position) r += uniform(random) * (random_rotation(random) * Vec3::UnitX());
  return structure;
}

}  // namespace spinel::testing

#define SKIP_WITHOUT_GOLDEN_DATA() \
  if (golden("perov_5") == nullptr) GTEST_SKIP() << "no reference values of fingerprints (SPINEL_DATA names the data)"
