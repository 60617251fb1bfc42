#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "../temporary_folder.hpp"
#include "crystal/elements.hpp"
#include "io/hdf_reader.hpp"
#include "stability/convex_hull.hpp"
#include "stability/entries/entry_file.hpp"
#include "stability/entries/hull_file.hpp"
#include "stability/reference_hull.hpp"

using namespace spinel;

namespace {

HullEntry entry(const std::string& id, const std::string& formula, double energy) {
  return {id, parse_formula(formula), energy};
}

/// What `on_root` holds, on rank 0 only.
template <class T>
T at_root(const Communicator& world, T on_root) {
  return world.is_root() ? on_root : T{};
}

/// The message of the InputError that every rank gets.
template <class Call>
std::string input_error(Call&& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

/// "TiAl:0.5 Al:0.5" by falling amount.
std::string parts(const std::vector<HullEntry>& entries, const Decompositions& d, std::size_t row) {
  std::string result;
  for (auto at = d.begin[row]; at < d.begin[row + 1]; ++at) {
    const auto j = static_cast<std::size_t>(at);
    result += fmt::format("{}{}:{:.4g}", result.empty() ? "" : " ", entries[static_cast<std::size_t>(d.entry[j])].id,
                          d.amount[j]);
  }
  return result;
}

constexpr double small = 1e-12;

/// Energy of the pure element, eV/atom.
double element_energy(int z) { return -3.0 - 0.01 * z; }

/// Eight elements, then random crystals of two to five of them, some in several polymorphs; many of them on the hull.
std::vector<HullEntry> random_entries(std::size_t n) {
  std::mt19937 random(11);
  const int elements[] = {3, 8, 13, 22, 26, 28, 30, 92};
  std::vector<HullEntry> result;
  for (const int z : elements) {
    result.push_back({fmt::format("el-{}", z), {}, element_energy(z)});
    result.back().composition.add(z, 2.0);
  }
  std::uniform_int_distribution<int> element(0, 7), amount(1, 4), size(2, 5);
  std::normal_distribution<double> noise(0.0, 0.08);
  while (result.size() < n) {
    HullEntry one{fmt::format("r-{}", result.size()), {}, noise(random) - 0.8};
    for (int k = size(random); k > 0; --k) one.composition.add(elements[element(random)], amount(random));
    if (one.composition.parts.size() < 2) continue;
    for (const auto& part : one.composition.parts) {  // a convex bowl of mixing energies, 0 at the elements
      const double x = one.composition.fraction(part.atomic_number);
      one.energy += x * element_energy(part.atomic_number) + 0.8 * x * x;
    }
    result.push_back(one);
  }
  return result;
}

}  // namespace

TEST(Hull, BinaryByHand) {
  const auto world = Communicator::world();
  const auto entries = at_root<std::vector<HullEntry>>(
      world, {entry("al", "Al4", -3.0), entry("ti", "Ti2", -7.0), entry("al-high", "Al", -2.9),
              entry("tial", "TiAl", -5.4), entry("ti3al", "Ti3Al", -6.2), entry("tial3", "Ti2Al6", -4.1),
              entry("tial-high", "Ti2Al2", -5.35), entry("up", "TiAl2", -4.0)});
  const HullTable table = compute_hull(world, entries);
  if (!world.is_root()) {
    EXPECT_EQ(table.size(), 0u);
    return;
  }
  // Formation energies: TiAl −0.4, Ti3Al −0.2 on the line Ti–TiAl, TiAl3 −0.1 above the line Al–TiAl (−0.2).
  const double formation[] = {0, 0, 0.1, -0.4, -0.2, -0.1, -0.35, 1.0 / 3.0};
  const double above[] = {0, 0, 0.1, 0, 0, 0.1, 0.05, 1.0 / 3.0 + 0.8 / 3.0};
  for (std::size_t e = 0; e < entries.size(); ++e) {
    EXPECT_NEAR(table.formation_energy[e], formation[e], small) << e;
    EXPECT_NEAR(table.energy_above_hull[e], above[e], small) << e;
    EXPECT_EQ(table.stable[e], above[e] == 0 ? 1 : 0) << e;
    if (above[e] != 0) {
      EXPECT_TRUE(std::isnan(table.inverse_hull_distance[e])) << e;
    }
  }
  // Without TiAl the other stable ones are Al, Ti and Ti3Al: at the half −0.2 × 2/3. TiAl3 does not count, being
  // unstable, but does for the phase separation energy: the line from TiAl3 (0.75, −0.1) to Ti3Al (0.25, −0.2) gives
  // −0.15 …
  EXPECT_NEAR(table.inverse_hull_distance[3], -0.4 + 0.2 * 2.0 / 3.0, small);
  EXPECT_NEAR(table.phase_separation_energy[3], -0.25, small);
  // … and 0.05 more for its polymorph.
  EXPECT_NEAR(table.phase_separation_energy[6], -0.2, small);
  EXPECT_NEAR(table.inverse_hull_distance[4], 0.0, small);
  EXPECT_EQ(table.inverse_hull_distance[0], 0.0);
  EXPECT_NEAR(table.phase_separation_energy[2], 0.1, small);
  EXPECT_EQ(parts(entries, table.decomposition, 5), "al:0.5 tial:0.5");
  EXPECT_EQ(parts(entries, table.decomposition, 6), "tial:1");
  EXPECT_EQ(parts(entries, table.decomposition, 4), "ti3al:1");
  EXPECT_EQ(parts(entries, table.decomposition, 2), "al:1");
  EXPECT_EQ(parts(entries, table.decomposition, 7), "tial:0.6667 al:0.3333");
  ASSERT_EQ(table.references.size(), 2u);
  EXPECT_EQ(table.references[0].entry, 0);
  EXPECT_EQ(table.references[1].energy, -7.0);
  EXPECT_EQ(table.n_systems, 3);
  EXPECT_EQ(table.n_compositions, 6);
}

TEST(Hull, OneElement) {
  const auto world = Communicator::world();
  const auto entries =
      at_root<std::vector<HullEntry>>(world, {entry("a", "C2", -9.1), entry("b", "C8", -9.2), entry("c", "C", -9.2)});
  const HullTable table = compute_hull(world, entries);
  if (!world.is_root()) return;
  EXPECT_NEAR(table.energy_above_hull[0], 0.1, small);
  EXPECT_EQ(table.stable, (std::vector<std::uint8_t>{0, 1, 1}));
  EXPECT_EQ(table.references[0].entry, 1);
}

TEST(Hull, NothingBelowTheElements) {
  const auto world = Communicator::world();
  const auto entries = at_root<std::vector<HullEntry>>(
      world, {entry("a", "Na", 0), entry("k", "K", 0), entry("c", "Cs", 0), entry("ak", "NaK", 0.1),
              entry("kc", "K3Cs", 0.0), entry("akc", "NaKCs2", 0.3)});
  const HullTable table = compute_hull(world, entries);
  if (!world.is_root()) return;
  const double above[] = {0, 0, 0, 0.1, 0, 0.3};
  for (std::size_t e = 0; e < entries.size(); ++e) EXPECT_NEAR(table.energy_above_hull[e], above[e], small);
  EXPECT_EQ(parts(entries, table.decomposition, 5), "c:0.5 a:0.25 k:0.25");
  EXPECT_EQ(table.stable[4], 1);  // on the line between the elements
  EXPECT_NEAR(table.inverse_hull_distance[4], 0.0, small);
}

TEST(Hull, DuplicatesAndCollinearPhases) {
  const auto world = Communicator::world();
  const auto entries = at_root<std::vector<HullEntry>>(
      world, {entry("a", "Al", 0), entry("a2", "Al", 0), entry("n", "Ni", 0), entry("1", "AlNi", -0.6),
              entry("2", "Al2Ni2", -0.6), entry("3", "Al3Ni", -0.3), entry("4", "AlNi3", -0.3),
              entry("5", "Al7Ni", -0.15), entry("6", "Al7Ni", -0.15)});
  const HullTable table = compute_hull(world, entries);
  if (!world.is_root()) return;
  for (std::size_t e = 0; e < entries.size(); ++e) {
    EXPECT_NEAR(table.energy_above_hull[e], 0.0, small) << e;
    EXPECT_EQ(table.stable[e], 1) << e;
  }
  EXPECT_NEAR(table.inverse_hull_distance[3], table.inverse_hull_distance[4], small);
  EXPECT_NEAR(table.inverse_hull_distance[3], -0.3, small);  // the line Al3Ni–AlNi3
  EXPECT_NEAR(table.inverse_hull_distance[5], 0.0, small);
}

TEST(Hull, PhasesOfSubsystemsCount) {
  // A ternary whose only neighbors are binaries; no entry of the third binary.
  const auto world = Communicator::world();
  const auto entries = at_root<std::vector<HullEntry>>(
      world, {entry("ab2c", "LiO2Fe", -1.0), entry("li", "Li", 0), entry("o", "O2", 0), entry("fe", "Fe", 0),
              entry("li2o", "Li2O", -2.0), entry("fe2o3", "Fe2O3", -1.7)});
  const HullTable table = compute_hull(world, entries);
  if (!world.is_root()) return;
  // LiFeO2 = ½ Li2O + ½ Fe2O3: 3 and 5 of the 8 atoms.
  EXPECT_NEAR(table.energy_above_hull[0], -1.0 + 2.0 * 0.375 + 1.7 * 0.625, small);
  EXPECT_EQ(parts(entries, table.decomposition, 0), "fe2o3:0.625 li2o:0.375");
}

TEST(Hull, MissingElementsAreNamed) {
  const auto world = Communicator::world();
  const auto entries = at_root<std::vector<HullEntry>>(
      world, {entry("o", "O2", 0), entry("first", "XeO3", 1), entry("second", "KrXe", 1), entry("third", "O3", 1)});
  const auto message = input_error([&] { compute_hull(world, entries); });
  EXPECT_NE(message.find("Xe, Kr"), std::string::npos) << message;
  EXPECT_NE(message.find("2 of 4"), std::string::npos) << message;
  if (world.is_root()) {
    EXPECT_NE(message.find("first"), std::string::npos) << message;
  }
  EXPECT_NE(input_error([&] { compute_hull(world, {}); }), "");
}

TEST(Hull, SameOnAnyNumberOfRanks) {
  const auto world = Communicator::world();
  const auto entries = random_entries(3000);
  const HullTable one = compute_hull(Communicator::self(), entries);
  const HullTable all = compute_hull(world, entries);
  if (!world.is_root()) return;
  EXPECT_EQ(all.energy_above_hull, one.energy_above_hull);
  EXPECT_EQ(all.stable, one.stable);
  EXPECT_EQ(all.phase_separation_energy, one.phase_separation_energy);
  EXPECT_EQ(all.decomposition.entry, one.decomposition.entry);
  EXPECT_EQ(all.decomposition.amount, one.decomposition.amount);
  ASSERT_EQ(all.inverse_hull_distance.size(), one.inverse_hull_distance.size());
  for (std::size_t e = 0; e < all.size(); ++e)
    if (all.stable[e] != 0) {
      EXPECT_EQ(all.inverse_hull_distance[e], one.inverse_hull_distance[e]);
    }
}

TEST(Hull, StableOnesStayStableWithoutTheRest) {
  const auto world = Communicator::world();
  const auto entries = random_entries(1500);
  const HullTable table = compute_hull(Communicator::self(), entries);
  std::vector<HullEntry> stable;
  for (std::size_t e = 0; e < entries.size(); ++e)
    if (table.stable[e] != 0) stable.push_back(entries[e]);
  ASSERT_GT(stable.size(), 30u);
  const HullTable alone = compute_hull(world, stable);
  if (!world.is_root()) return;
  for (std::size_t e = 0; e < stable.size(); ++e) EXPECT_EQ(alone.stable[e], 1);
  // Removing a stable entry raises the hull at its composition by its inverse distance.
  int checked = 0;
  for (std::size_t left = 8; left < stable.size(); left += 9) {
    auto others = stable;
    others[left].energy += 10.0;
    const HullTable without = compute_hull(Communicator::self(), others);
    EXPECT_NEAR(without.energy_above_hull[left] - 10.0, alone.inverse_hull_distance[left], 1e-10);
    ++checked;
  }
  EXPECT_GT(checked, 3);
}

TEST(Reference, CandidatesAsIfTheyWereEntries) {
  const auto world = Communicator::world();
  const auto all = random_entries(2500);
  // Every other entry behind the elements is a candidate; its energy above the hull is that of a hull to which it alone
  // is added.
  EntryList known, candidates;
  for (std::size_t e = 0; e < all.size(); ++e) (e < 8 || e % 2 == 0 ? known : candidates).entries.push_back(all[e]);
  const HullTable table = compute_hull(world, at_root(world, known.entries));
  const StoredHull stored = world.is_root() ? stored_hull(known.entries, table, EnergyKind::total) : StoredHull{};
  const ReferenceHull reference(world, stored);
  const CandidateTable asked = reference.assess(at_root(world, candidates));
  if (!world.is_root()) {
    EXPECT_EQ(asked.size(), 0u);
    return;
  }
  ASSERT_EQ(asked.size(), candidates.entries.size());
  EXPECT_EQ(asked.n_missing, 0);
  int below = 0;
  for (std::size_t c = 0; c < asked.size(); c += 40) {
    auto with = known.entries;
    with.push_back(candidates.entries[c]);
    const HullTable expected = compute_hull(Communicator::self(), with);
    EXPECT_NEAR(asked.formation_energy[c], expected.formation_energy.back(), 1e-12);
    if (asked.energy_above_hull[c] < 0.0) {
      ++below;
      EXPECT_EQ(expected.stable.back(), 1);
    } else {
      EXPECT_NEAR(asked.energy_above_hull[c], expected.energy_above_hull.back(), 1e-11);
    }
    double sum = 0.0;
    const auto& d = asked.decomposition;
    for (auto at = d.begin[c]; at < d.begin[c + 1]; ++at) sum += d.amount[static_cast<std::size_t>(at)];
    EXPECT_NEAR(sum, 1.0, 1e-8);
  }
  EXPECT_GT(below, 0);
}

TEST(Reference, MissingElementsAndKinds) {
  const auto world = Communicator::world();
  const auto entries = at_root<std::vector<HullEntry>>(world, {entry("a", "Al", -3), entry("t", "Ti", -7)});
  const HullTable table = compute_hull(world, entries);
  const auto stored = [&](EnergyKind kind) {
    return world.is_root() ? stored_hull(entries, table, kind) : StoredHull{};
  };
  EntryList list{{entry("x", "TiAl", -5.5), entry("y", "TiXe", 0.0), entry("z", "Kr", 0.0)}, EnergyKind::total, {}};
  const CandidateTable asked = ReferenceHull(world, stored(EnergyKind::total)).assess(at_root(world, list));
  list.kind = EnergyKind::formation;
  const CandidateTable formation = ReferenceHull(world, stored(EnergyKind::total)).assess(at_root(world, list));
  list.kind = EnergyKind::total;
  EXPECT_NE(input_error([&] { ReferenceHull(world, stored(EnergyKind::formation)).assess(at_root(world, list)); }), "");
  if (!world.is_root()) return;
  EXPECT_NEAR(asked.energy_above_hull[0], -0.5, small);
  EXPECT_TRUE(std::isnan(asked.energy_above_hull[1]) && std::isnan(asked.energy_above_hull[2]));
  EXPECT_EQ(asked.n_missing, 2);
  EXPECT_EQ(chemical_system_name(asked.missing), "Kr-Xe");
  EXPECT_NEAR(formation.energy_above_hull[0], -5.5, small);
}

TEST(Reference, StoredAndReadBack) {
  const auto world = Communicator::world();
  const Folder folder("spinel-hull");
  const std::string path = folder / "hull.h5";
  const EntryList list{random_entries(800), EnergyKind::total, {}};
  const HullTable table = compute_hull(world, list.entries);
  ResultFile file(world, path);
  if (world.is_root()) write_hull(file, list, table);
  file.save();
  if (!world.is_root()) return;
  const StoredHull before = stored_hull(list.entries, table, list.kind), after = read_stored_hull(path);
  EXPECT_EQ(after.kind, EnergyKind::total);
  ASSERT_EQ(after.stable.size(), before.stable.size());
  for (std::size_t s = 0; s < before.stable.size(); ++s) {
    EXPECT_EQ(after.stable[s].id, before.stable[s].id);
    EXPECT_EQ(after.stable[s].energy, before.stable[s].energy);
    EXPECT_EQ(reduced_formula(after.stable[s].composition), reduced_formula(before.stable[s].composition));
  }
  EXPECT_EQ(after.reference[13], element_energy(13));
  EXPECT_TRUE(std::isnan(after.reference[1]));
  const HdfReader reader(path);
  EXPECT_FALSE(reader.exists("/hull/facets"));  // eight elements
  EXPECT_NE(input_error([&] { read_stored_hull(folder / "none.h5"); }), "");
}
