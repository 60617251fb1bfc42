#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "propose/candidate_volume.hpp"
#include "propose/generators/colorings.hpp"
#include "propose/generators/own_candidate.hpp"
#include "propose/generators/replacement_passes.hpp"

namespace spinel {

namespace {

constexpr double symmetry_tolerance = 0.1;  // Å
constexpr std::int64_t parents_in_block = 4;

/// A cell of a parent, once or twice as large, and how the sites of one species in it are colored.
struct ColoredCell {
  Structure structure;
  std::vector<std::int64_t> sites;
  std::size_t chosen = 0;
  std::vector<Coloring> colorings;
};

/// Rows: vectors of the cells of twice the volume, in Hermite normal form.
std::vector<Eigen::Matrix3i> supercells() {
  std::vector<Eigen::Matrix3i> all(1, Eigen::Matrix3i::Identity());
  const auto add = [&](int a, int b, int c, int d, int e, int f) {
    Eigen::Matrix3i m;
    m << a, b, c, 0, d, e, 0, 0, f;
    all.push_back(m);
  };
  add(2, 0, 0, 1, 0, 1);
  for (const int b : {0, 1}) add(1, b, 0, 2, 0, 1);
  for (const int c : {0, 1})
    for (const int e : {0, 1}) add(1, 0, c, 1, e, 2);
  return all;
}

Structure enlarged(const Structure& cell, const Eigen::Matrix3i& matrix) {
  Structure result = cell;
  result.cell = matrix.cast<double>() * cell.cell;
  const int n = static_cast<int>(std::lround(matrix.cast<double>().determinant()));
  if (n == 1) return result;
  result.position.clear();
  result.type.clear();
  const Mat3 to_fractional = to_fractional_matrix(result.cell);
  for (std::size_t a = 0; a < cell.size(); ++a) {
    // Of the images in the cells around, those that differ in the larger cell.
    std::vector<Vec3> found;
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j)
        for (int k = 0; k < 2; ++k) {
          const Vec3 r = cell.position[a] + to_cartesian(cell.cell, Vec3(i, j, k));
          const auto is_there = [&](const Vec3& other) {
            Vec3 apart = to_fractional * (r - other);
            for (int x = 0; x < 3; ++x) apart[x] -= std::nearbyint(apart[x]);
            return apart.cwiseAbs().maxCoeff() < 1e-6;
          };
          if (std::none_of(found.begin(), found.end(), is_there)) found.push_back(r);
        }
    for (const Vec3& r : found) {
      result.position.push_back(r);
      result.type.push_back(cell.type[a]);
    }
  }
  return result;
}

/// The primitive cell, species by species as the parent has them.
Structure primitive_cell(const KnownCrystal& parent) {
  const ReducedCell& reduced = parent.reduced.front();
  Structure structure;
  structure.cell = reduced.cell;
  for (const std::uint8_t z : parent.element) structure.species.push_back(species_from_number(z));
  for (std::int32_t k = 0; k < static_cast<std::int32_t>(parent.n_species()); ++k) {
    const ReducedCell::Group* group = reduced.find(structure.species[static_cast<std::size_t>(k)].symbol);
    for (int a = group->first; a < group->first + group->count; ++a) {
      const auto i = static_cast<std::size_t>(a);
      structure.position.push_back(
          to_cartesian(reduced.cell, {reduced.coordinate[0][i], reduced.coordinate[1][i], reduced.coordinate[2][i]}));
      structure.type.push_back(k);
    }
  }
  return structure;
}

/// Partial substitution (as the SAPS of Merchant et al., Nature 624, 80 (2023)): the sites of one species of a parent,
/// in its cell and in those of twice the volume, are shared out between two elements in all ways that symmetry does not
/// make the same.
class PartialGenerator : public ReplacementPasses {
 public:
  PartialGenerator(const GeneratorSetting& setting, std::int64_t wanted)
      : setting_(setting), matcher_(proposal_matcher(setting.parameters)), supercells_(supercells()) {
    parents_ = setting.parents(counts_, 1);
    set_units(static_cast<std::int64_t>(parents_.size()), wanted, parents_in_block);
  }

  std::vector<std::pair<std::string, std::string>> notes() const override {
    return {{"parents", parents_text(counts_)}};
  }

 private:
  /// Two elements in the places of a species, `chosen` atoms of n the second one.
  struct Share {
    double probability;  // NaN: none
    std::size_t species;
    int first, second;  // elements
    double part;        // chosen / n
  };

  /// Shares of a parent's species that keep it neutral, likeliest first.
  std::vector<Share> shares(const KnownCrystal& parent) const {
    const bool by_charge = setting_.parameters.charge_balance != "none" && !parent.charge.empty();
    std::vector<Share> all;
    for (std::size_t k = 0; k < parent.n_species(); ++k) {
      const auto choices = setting_.finder.choices(parent, k);
      for (std::size_t i = 0; i < choices.size(); ++i)
        for (std::size_t j = 0; j < choices.size(); ++j) {
          const auto &a = choices[i], &b = choices[j];
          if (a.atomic_number >= b.atomic_number || has(parent, k, a.atomic_number) || has(parent, k, b.atomic_number))
            continue;
          Assignment elements = parent.own();
          elements[k] = static_cast<std::uint8_t>(a.atomic_number);
          if (parent.n_species() < most_elements)
            elements[parent.n_species()] = static_cast<std::uint8_t>(b.atomic_number);
          const std::size_t n = parent.n_species() + 1;
          if (n > most_elements || !setting_.finder.rules().allows_number(n) ||
              !setting_.finder.rules().has_required(elements, n))
            continue;
          const double probability = a.probability * b.probability;
          if (by_charge && !(probability > setting_.parameters.threshold)) continue;
          for (int of = 2; of <= 4; ++of)
            for (int chosen = 1; chosen < of; ++chosen) {
              if (of == 4 && chosen == 2) continue;  // a half is 1 of 2
              if (by_charge && std::abs((of - chosen) * a.charge + chosen * b.charge - of * parent.charge[k]) > 1e-6)
                continue;
              all.push_back({by_charge ? probability : std::numeric_limits<double>::quiet_NaN(), k, a.atomic_number,
                             b.atomic_number, static_cast<double>(chosen) / of});
            }
        }
    }
    if (by_charge)
      std::stable_sort(all.begin(), all.end(),
                       [](const Share& a, const Share& b) { return a.probability > b.probability; });
    return all;
  }

  /// Among the species that stay.
  static bool has(const KnownCrystal& parent, std::size_t replaced, int element) {
    for (std::size_t k = 0; k < parent.n_species(); ++k)
      if (k != replaced && parent.element[k] == element) return true;
    return false;
  }

  bool unit(std::int64_t number, std::int64_t begin, std::int64_t end, std::vector<Attempt>& attempts) override {
    const std::int32_t index = parents_[static_cast<std::size_t>(number)];
    const auto most = setting_.parameters.colorings;
    // Only the last pass counts all that there are.
    const bool is_last = begin < most && most <= end;
    std::int64_t n = 0;
    for (const Share& share : shares(setting_.known[index]))
      for (const ColoredCell& cell : colored(index, share.species)) {
        const double wanted = share.part * static_cast<double>(cell.sites.size());
        if (std::abs(wanted - static_cast<double>(cell.chosen)) > 1e-9) continue;
        if (!is_last && n > end) return true;
        for (const Coloring coloring : cell.colorings) {
          if (n >= begin && n < std::min(end, most)) attempts.push_back(made(index, share, cell, coloring));
          ++n;
        }
      }
    if (is_last && n > most) attempts.push_back({Verdict::cut, n - most, {}});
    return end < std::min(n, most);
  }

  /// Of one species of a parent; the last ones are kept for the next pass.
  const std::vector<ColoredCell>& colored(std::int32_t parent, std::size_t species) {
    constexpr std::size_t most_kept = 256;
    const std::pair<std::int32_t, std::size_t> key{parent, species};
    if (const auto found = kept_.find(key); found != kept_.end()) return found->second;
    if (kept_.size() >= most_kept) kept_.clear();
    return kept_[key] = all_colored(setting_.known[parent], species);
  }

  std::vector<ColoredCell> all_colored(const KnownCrystal& parent, std::size_t species) const {
    std::vector<ColoredCell> result;
    const Structure base = primitive_cell(parent);
    const auto n_base = static_cast<std::size_t>(parent.reduced.front().find(base.species[species].symbol)->count);
    std::vector<AtomSymmetry> operations;
    try {
      operations = atom_symmetries(base, symmetry_tolerance);
    } catch (const Error&) {
      return result;  // without symmetry, or with one that does not take atoms to each other
    }
    for (std::size_t s = 0; s < supercells_.size(); ++s) {
      const bool is_larger = s > 0;
      const std::size_t n_sites = is_larger ? 2 * n_base : n_base;
      const auto n_atoms = static_cast<std::int64_t>(is_larger ? 2 * base.size() : base.size());
      if (n_sites < 2 || n_sites > most_colored_sites || n_atoms > setting_.parameters.max_atoms) continue;
      ColoredCell cell;
      cell.structure = enlarged(base, supercells_[s]);
      std::vector<Vec3> places;
      for (std::size_t a = 0; a < cell.structure.size(); ++a)
        if (static_cast<std::size_t>(cell.structure.type[a]) == species) {
          cell.sites.push_back(static_cast<std::int64_t>(a));
          places.push_back(cell.structure.position[a]);
        }
      // Atoms within the tolerance of their ideal places may be farther than that from each other's images.
      const SitePermutations permutations =
          site_permutations(operations, base.cell, supercells_[s], places, 4.0 * symmetry_tolerance);
      for (cell.chosen = 1; cell.chosen < n_sites; ++cell.chosen) {
        cell.colorings = unique_colorings(n_sites, cell.chosen, permutations, is_larger);
        if (!cell.colorings.empty()) result.push_back(cell);
      }
    }
    return result;
  }

  Attempt made(std::int32_t index, const Share& share, const ColoredCell& cell, Coloring coloring) const {
    const KnownCrystal& parent = setting_.known[index];
    Structure structure = cell.structure;
    structure.species[share.species] = species_from_number(share.first);
    const std::int32_t second = add_species(structure, species_from_number(share.second));
    for (std::size_t k = 0; k < cell.sites.size(); ++k)
      if ((coloring >> k & 1) != 0) structure.type[static_cast<std::size_t>(cell.sites[k])] = second;
    const double factor =
        length_factor(parent, known_crystal(structure, matcher_), volume_rule(setting_.parameters.volume));
    structure.cell *= factor;
    for (Vec3& r : structure.position) r *= factor;
    Attempt attempt = own_candidate(setting_, structure, matcher_);
    attempt.candidate.parent = index;
    attempt.candidate.probability = share.probability;
    return attempt;
  }

  GeneratorSetting setting_;
  StructureMatcher matcher_;
  std::vector<Eigen::Matrix3i> supercells_;
  std::vector<std::int32_t> parents_;
  std::map<std::pair<std::int32_t, std::size_t>, std::vector<ColoredCell>> kept_;
  VerdictCounts counts_{};
};

}  // namespace

std::unique_ptr<CandidateGenerator> partial_generator(const GeneratorSetting& setting, std::int64_t wanted) {
  return std::make_unique<PartialGenerator>(setting, wanted);
}

}  // namespace spinel
