#include "stability/measures/baselines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "crystal/composition_features.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "fingerprint/magpie_elements.hpp"

namespace spinel {

namespace {

using Part = Composition::Part;

double mendeleev_number(int atomic_number) {
  constexpr std::size_t place = 1;
  // What the table lacks is beyond all that it has.
  return atomic_number <= n_magpie_elements ? magpie_properties(atomic_number)[place]
                                            : static_cast<double>(atomic_number);
}

/// By falling amount, then by Mendeleev's number: two lists of equal amounts name the replacements place by place.
std::vector<Part> ordered(const Composition& composition) {
  auto parts = composition.parts;
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    if (a.amount != b.amount) return a.amount > b.amount;
    return mendeleev_number(a.atomic_number) < mendeleev_number(b.atomic_number);
  });
  return parts;
}

/// "3 1 1": amounts without their common divisor.
std::string amounts_of(const Composition& composition) {
  std::int64_t divisor = 0;
  std::vector<std::int64_t> counts;
  for (const Part& part : composition.parts) {
    counts.push_back(std::llround(part.amount));
    divisor = std::gcd(divisor, counts.back());
  }
  std::sort(counts.rbegin(), counts.rend());
  std::string text;
  for (const std::int64_t count : counts) text += fmt::format("{} ", count / divisor);
  return text;
}

Composition contents_of(const TrainingCrystal& crystal) {
  Composition contents;
  for (const std::int64_t z : crystal.atomic_number) contents.add(static_cast<int>(z), 1.0);
  return contents;
}

std::vector<std::int64_t> atoms_of(const Composition& contents) {
  std::vector<std::int64_t> atoms;
  for (const Part& part : contents.parts)
    atoms.insert(atoms.end(), static_cast<std::size_t>(std::llround(part.amount)), part.atomic_number);
  return atoms;
}

/// A, B and the three X of a perovskite; empty where the contents are none.
std::vector<std::int64_t> perovskite_atoms(const Composition& contents) {
  auto atoms = atoms_of(contents);
  if (atoms.size() != 5) return {};
  std::int64_t x = 0;  // the element of three atoms
  for (const Part& part : contents.parts)
    if (std::llround(part.amount) == 3) x = part.atomic_number;
  std::stable_sort(atoms.begin(), atoms.end(), [x](std::int64_t a, std::int64_t b) {
    if (x != 0) return a != x && b == x;
    return pauling_electronegativity(static_cast<int>(a)) < pauling_electronegativity(static_cast<int>(b));
  });
  // With an element of four or five atoms, or the same one on A or B as on X, it is no ABX3.
  if (std::find(atoms.begin() + 2, atoms.end(), atoms[0]) != atoms.end()) return {};
  if (std::find(atoms.begin() + 2, atoms.end(), atoms[1]) != atoms.end()) return {};
  return atoms;
}

std::vector<VolumeModel::Sample> volumes_of(const std::vector<TrainingCrystal>& training) {
  std::vector<VolumeModel::Sample> samples;
  for (const TrainingCrystal& crystal : training)
    samples.push_back({contents_of(crystal),
                       std::abs(crystal.cell.determinant()) / static_cast<double>(crystal.atomic_number.size())});
  return samples;
}

}  // namespace

TrainingCrystal training_crystal(const Structure& structure) {
  TrainingCrystal crystal;
  crystal.cell = structure.cell;
  const Mat3 to_fractional = to_fractional_matrix(structure.cell);
  for (std::size_t a = 0; a < structure.size(); ++a) {
    const Species& species = structure.species[static_cast<std::size_t>(structure.type[a])];
    if (species.atomic_number == 0) fail_input("'{}' is no element", species.symbol);
    crystal.atomic_number.push_back(species.atomic_number);
    crystal.fractional.push_back(to_fractional * structure.position[a]);
  }
  return crystal;
}

Baselines::Baselines(std::vector<TrainingCrystal> training, std::uint64_t seed)
    : training_(std::move(training)),
      volume_(training_.empty() ? VolumeModel() : VolumeModel(volumes_of(training_))),
      seed_(seed) {
  for (std::size_t i = 0; i < training_.size(); ++i) {
    composition_.push_back(contents_of(training_[i]));
    similar_[amounts_of(composition_.back())].push_back(i);
  }
}

const std::vector<std::size_t>& Baselines::nearest(const Composition& contents) const {
  std::string key;
  for (const Part& part : contents.parts) key += fmt::format("{}:{} ", part.atomic_number, part.amount);
  if (key == last_contents_) return last_nearest_;
  last_contents_ = key;
  last_nearest_.clear();
  last_ties_.clear();
  const auto found = similar_.find(amounts_of(contents));
  if (found == similar_.end()) return last_nearest_;
  const auto wanted = ordered(contents);
  const double n = contents.n_atoms();
  std::vector<std::pair<std::pair<bool, double>, std::size_t>> all;
  for (const std::size_t i : found->second) {
    const auto parts = ordered(composition_[i]);
    double distance = 0.0;
    for (std::size_t k = 0; k < parts.size(); ++k)
      distance += wanted[k].amount / n *
                  std::abs(mendeleev_number(parts[k].atomic_number) - mendeleev_number(wanted[k].atomic_number));
    all.push_back({{composition_[i].n_atoms() != n, distance}, i});
  }
  std::sort(all.begin(), all.end());
  for (std::size_t place = 0; place < all.size(); ++place) {
    last_nearest_.push_back(all[place].second);
    last_ties_.push_back(place > 0 && all[place].first == all[place - 1].first ? last_ties_.back() : place);
  }
  return last_nearest_;
}

Structure Baselines::with_volume(Mat3 cell, const std::vector<std::int64_t>& atomic_number,
                                 const std::vector<Vec3>& fractional) const {
  Composition contents;
  for (const std::int64_t z : atomic_number) contents.add(static_cast<int>(z), 1.0);
  const double volume = volume_.per_atom(contents) * contents.n_atoms();
  cell *= std::cbrt(volume / std::abs(cell.determinant()));
  Structure structure;
  structure.cell = cell;
  for (std::size_t a = 0; a < atomic_number.size(); ++a) {
    structure.type.push_back(add_species(structure, species_from_number(static_cast<int>(atomic_number[a]))));
    structure.position.push_back(to_cartesian(cell, fractional[a]));
  }
  return structure;
}

Structure Baselines::random_coordinates(const Composition& contents, std::int64_t target, std::int64_t sample) const {
  const auto atoms = atoms_of(contents);
  const auto& prototypes = nearest(contents);
  const Mat3 cell = prototypes.empty() ? Mat3(Mat3::Identity()) : training_[prototypes.front()].cell;
  RandomSequence random(Random(seed_, RandomPurpose::baseline), static_cast<std::uint64_t>(sample) + 1,
                        static_cast<std::uint64_t>(target));
  std::vector<Vec3> fractional;
  for (std::size_t a = 0; a < atoms.size(); ++a) {
    const double x = random.uniform(), y = random.uniform(), z = random.uniform();
    fractional.emplace_back(x, y, z);
  }
  return with_volume(cell, atoms, fractional);
}

std::optional<Structure> Baselines::substitution(const Composition& contents, std::int64_t target,
                                                 std::int64_t sample) const {
  const auto& prototypes = nearest(contents);
  const auto place = static_cast<std::size_t>(sample);
  if (place >= prototypes.size()) return std::nullopt;
  const std::size_t first = last_ties_[place];
  const auto end =
      static_cast<std::size_t>(std::upper_bound(last_ties_.begin(), last_ties_.end(), first) - last_ties_.begin());
  const std::size_t i = prototypes[first + (place - first + static_cast<std::size_t>(target)) % (end - first)];
  const auto from = ordered(composition_[i]), to = ordered(contents);
  std::map<std::int64_t, std::int64_t> replacement;
  for (std::size_t k = 0; k < from.size(); ++k) replacement[from[k].atomic_number] = to[k].atomic_number;
  auto atoms = training_[i].atomic_number;
  for (std::int64_t& z : atoms) z = replacement.at(z);
  return with_volume(training_[i].cell, atoms, training_[i].fractional);
}

bool Baselines::can_be_perovskite(const Composition& contents) { return !perovskite_atoms(contents).empty(); }

std::optional<Structure> Baselines::perovskite(const Composition& contents, std::int64_t target,
                                               std::int64_t sample) const {
  auto atoms = perovskite_atoms(contents);
  if (atoms.empty()) return std::nullopt;
  const bool heads =
      Random(seed_, RandomPurpose::baseline).uniform4(0, static_cast<std::uint64_t>(target)).front() < 0.5;
  if (heads != (sample % 2 == 1)) std::swap(atoms[0], atoms[1]);
  const std::vector<Vec3> places = {{0, 0, 0}, {0.5, 0.5, 0.5}, {0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}};
  return with_volume(Mat3::Identity(), atoms, places);
}

}  // namespace spinel
