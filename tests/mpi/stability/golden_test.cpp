#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "stability/convex_hull.hpp"
#include "stability/entries/entry_file.hpp"

using namespace spinel;

namespace {

std::filesystem::path data_folder() {
  const char* set = std::getenv("SPINEL_DATA");
  const std::filesystem::path path =
      (set != nullptr ? set : std::filesystem::path(SPINEL_SOURCE_DIR) / "../shared/data") /
      std::filesystem::path("hull");
  return std::filesystem::is_directory(path) ? path : std::filesystem::path();
}

nlohmann::json read_json(const std::filesystem::path& path) { return nlohmann::json::parse(std::ifstream(path)); }

/// Against the results of pymatgen's PhaseDiagram for the same entries: a list of objects with id, e_form,
/// e_above_hull, decomposition and, where stable, inverse_hull_distance.
void compare(const EntryList& list, const HullTable& table, const nlohmann::json& golden) {
  std::map<std::string, std::size_t> place;
  for (std::size_t e = 0; e < list.entries.size(); ++e) place[list.entries[e].id] = e;
  ASSERT_EQ(golden.size(), list.entries.size());
  ASSERT_EQ(table.size(), list.entries.size());
  int n_inverse = 0;
  for (const auto& row : golden) {
    const std::string id = row["id"];
    ASSERT_TRUE(place.count(id)) << id;
    const std::size_t e = place[id];
    EXPECT_NEAR(table.formation_energy[e], row["e_form"].get<double>(), 1e-8) << id;
    EXPECT_NEAR(table.energy_above_hull[e], row["e_above_hull"].get<double>(), 1e-8) << id;
    EXPECT_EQ(table.stable[e] != 0, row["e_above_hull"].get<double>() < 1e-9) << id;
    if (row.contains("inverse_hull_distance")) {
      ++n_inverse;
      EXPECT_NEAR(table.inverse_hull_distance[e], row["inverse_hull_distance"].get<double>(), 1e-6) << id;
      EXPECT_LE(table.inverse_hull_distance[e], table.phase_separation_energy[e] + 1e-9) << id;
      EXPECT_LE(table.phase_separation_energy[e], 1e-9) << id;
    } else if (table.stable[e] != 0) {
      EXPECT_EQ(list.entries[e].composition.parts.size(), 1u) << id;
      EXPECT_EQ(table.inverse_hull_distance[e], 0.0) << id;
    }
    // The same phases and amounts; or others that hold the same atoms at the same energy.
    std::map<std::string, double> difference = row["decomposition"];
    double energy = 0.0;
    std::map<int, double> atoms;
    const auto& d = table.decomposition;
    for (auto at = d.begin[e]; at < d.begin[e + 1]; ++at) {
      const auto j = static_cast<std::size_t>(at);
      const auto part = static_cast<std::size_t>(d.entry[j]);
      difference[list.entries[part].id] -= d.amount[j];
      energy += d.amount[j] * table.formation_energy[part];
      for (const auto& p : list.entries[part].composition.parts)
        atoms[p.atomic_number] += d.amount[j] * list.entries[part].composition.fraction(p.atomic_number);
    }
    double largest = 0.0;
    for (const auto& [name, value] : difference) largest = std::max(largest, std::abs(value));
    EXPECT_NEAR(energy, table.formation_energy[e] - table.energy_above_hull[e], 1e-8) << id;
    for (const auto& [z, amount] : atoms) EXPECT_NEAR(amount, list.entries[e].composition.fraction(z), 1e-8) << id;
    if (largest > 1e-6) {
      EXPECT_NEAR(energy, row["e_form"].get<double>() - row["e_above_hull"].get<double>(), 1e-8) << id;
    }
  }
  EXPECT_GT(n_inverse, 3);
}

}  // namespace

TEST(Golden, SystemsOfTwoToSixElements) {
  const auto folder = data_folder();
  if (folder.empty()) GTEST_SKIP() << "the shared data are absent";
  const auto world = Communicator::world();
  const auto golden = read_json(folder / "mp_reference.json");
  for (const auto& [name, rows] : golden.items()) {
    EntryFileOptions options;
    for (std::size_t at = 0; at <= name.size();) {
      const auto dash = std::min(name.find('-', at), name.size());
      options.elements.push_back(name.substr(at, dash - at));
      at = dash + 1;
    }
    EntryList list;
    if (world.is_root()) list = read_entries((folder / "mp_formation_energies.csv.gz").string(), options);
    const HullTable table = compute_hull(world, list.entries);
    if (!world.is_root()) continue;
    EXPECT_EQ(list.kind, EnergyKind::formation);
    SCOPED_TRACE(name);
    compare(list, table, rows);
  }
}

TEST(Golden, TotalEnergiesOfComputedEntries) {
  const auto folder = data_folder();
  if (folder.empty()) GTEST_SKIP() << "the shared data are absent";
  const auto world = Communicator::world();
  EntryList list;
  if (world.is_root()) list = read_entries((folder / "Li-Fe-P-O_entries.json").string());
  const HullTable table = compute_hull(world, list.entries);
  if (!world.is_root()) return;
  EXPECT_EQ(list.kind, EnergyKind::total);
  compare(list, table, read_json(folder / "Li-Fe-P-O_reference.json"));
}
