#include "propose/known_crystals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/byte_stream.hpp"
#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "matching/lattice_reduction.hpp"
#include "parallel/record_exchange.hpp"
#include "propose/candidate_volume.hpp"
#include "propose/oxidation_guess.hpp"
#include "stability/assess/oxidation_states.hpp"

namespace spinel {

namespace {

Structure scaled(Structure structure, double factor) {
  structure.cell *= factor;
  for (Vec3& r : structure.position) r *= factor;
  return structure;
}

}  // namespace

MatcherSettings proposal_matcher(const ProposeParameters& parameters) {
  MatcherSettings settings;
  settings.ltol = parameters.ltol;
  settings.stol = parameters.stol;
  settings.angle_tol = parameters.angle_tol;
  return settings;
}

std::vector<double> shortest_distances(const Structure& structure) {
  const std::size_t n = structure.species.size();
  std::vector<double> squared(n * n, std::numeric_limits<double>::infinity());
  // In the Niggli cell the nearest image of an atom is in one of the 27 cells around.
  const Mat3 cell = niggli_reduced(structure.cell), to_fractional = to_fractional_matrix(cell);
  std::vector<Vec3> fractional;
  for (const Vec3& r : structure.position) fractional.emplace_back(to_fractional * r);
  std::vector<Vec3> image;
  for (int i = -1; i <= 1; ++i)
    for (int j = -1; j <= 1; ++j)
      for (int k = -1; k <= 1; ++k) image.push_back(to_cartesian(cell, Vec3(i, j, k)));
  for (std::size_t a = 0; a < fractional.size(); ++a)
    for (std::size_t b = a; b < fractional.size(); ++b) {
      Vec3 apart = fractional[b] - fractional[a];
      for (int k = 0; k < 3; ++k) apart[k] -= std::nearbyint(apart[k]);
      const Vec3 r = to_cartesian(cell, apart);
      double& least =
          squared[static_cast<std::size_t>(structure.type[a]) * n + static_cast<std::size_t>(structure.type[b])];
      for (const Vec3& t : image)
        if (const double d = (r + t).squaredNorm(); d < least && (a != b || d > 1e-12)) least = d;
    }
  std::vector<double> shortest(n * n);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      shortest[a * n + b] = std::sqrt(std::min(squared[a * n + b], squared[b * n + a]));
  return shortest;
}

Assignment KnownCrystal::own() const {
  Assignment elements{};
  std::copy_n(element.begin(), std::min(element.size(), most_elements), elements.begin());
  return elements;
}

KnownCrystal known_crystal(const Structure& structure, const StructureMatcher& matcher) {
  KnownCrystal crystal;
  crystal.cell = structure.cell;
  crystal.position = structure.position;
  std::vector<std::uint8_t> of_atom;
  for (const std::int32_t t : structure.type) {
    const Species& species = structure.species[static_cast<std::size_t>(t)];
    if (species.atomic_number < 1) fail_input("'{}' is no element", species.symbol);
    of_atom.push_back(static_cast<std::uint8_t>(species.atomic_number));
  }
  crystal.element = of_atom;
  std::sort(crystal.element.begin(), crystal.element.end());
  crystal.element.erase(std::unique(crystal.element.begin(), crystal.element.end()), crystal.element.end());
  crystal.count.assign(crystal.n_species(), 0);
  Composition composition;
  for (const std::uint8_t z : of_atom) {
    crystal.type.push_back(static_cast<std::uint8_t>(
        std::lower_bound(crystal.element.begin(), crystal.element.end(), z) - crystal.element.begin()));
    ++crystal.count[crystal.type.back()];
    composition.add(z, 1.0);
  }
  Structure by_element;
  by_element.cell = crystal.cell;
  by_element.position = crystal.position;
  by_element.species.resize(crystal.n_species());
  by_element.type.assign(crystal.type.begin(), crystal.type.end());
  crystal.shortest = shortest_distances(by_element);
  if (const auto states = guess_oxidation_states(composition))
    for (const int state : *states) crystal.charge.push_back(static_cast<std::int8_t>(state));
  crystal.is_metallic = std::all_of(crystal.element.begin(), crystal.element.end(),
                                    [](std::uint8_t z) { return element_chemistry(z, OxidationTable::icsd24).metal; });
  crystal.reduced.push_back(matcher.reduced(structure));
  for (const double volume : {least_volume_factor, largest_volume_factor}) {
    ReducedCell other = matcher.reduced(scaled(structure, std::cbrt(volume)));
    const auto has_its_size = [&](const ReducedCell& one) { return one.size() == other.size(); };
    if (std::none_of(crystal.reduced.begin(), crystal.reduced.end(), has_its_size))
      crystal.reduced.push_back(std::move(other));
  }
  return crystal;
}

Structure substituted(const KnownCrystal& parent, const Assignment& elements, double scale) {
  Structure structure;
  structure.cell = scale * parent.cell;
  std::array<std::int32_t, most_elements> type{};
  for (std::size_t k = 0; k < parent.n_species(); ++k)
    type[k] = add_species(structure, species_from_number(elements[k]));
  for (std::size_t a = 0; a < parent.n_atoms(); ++a) {
    structure.type.push_back(type[parent.type[a]]);
    structure.position.emplace_back(scale * parent.position[a]);
  }
  return structure;
}

KnownCrystals::KnownCrystals(const Communicator& communicator, const std::vector<KnownList>& lists,
                             const MatcherSettings& settings) {
  const StructureMatcher matcher(settings);
  std::vector<Record> mine;
  std::int64_t before = 0;
  std::uint64_t hash = 0;
  for (const KnownList& list : lists) {
    StructureSource& source = *list.source;
    for (std::int64_t k = 0; k < source.size(); ++k) {
      const std::int64_t number = before + k;
      if (number % communicator.size() != communicator.rank()) continue;
      ByteWriter out;
      out.put(number);
      try {
        const Structure structure = source.read(k);
        KnownCrystal crystal = known_crystal(structure, matcher);
        const auto id = structure.info.find("id");
        crystal.id = id != structure.info.end() ? id->second : source.default_id(k);
        crystal.is_parent = list.is_parent;
        out.put(std::string());
        out.put(crystal);
      } catch (const InputError& error) {
        out.put(fmt::format("{}: {}", source.name(k), error.what()));
      }
      mine.push_back(out.take());
    }
    before += source.size();
    hash = hash * 0x9e3779b97f4a7c15u + source.fingerprint() + (list.is_parent ? 1 : 0);
  }
  communicator.broadcast(&hash, 1);
  fingerprint_ = hash;
  // In the order of the lists, as many as come at once.
  std::vector<Record> all = share_records(communicator, mine);
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  for (std::size_t k = 0; k < all.size(); ++k) order.emplace_back(ByteReader(all[k]).get<std::int64_t>(), k);
  std::sort(order.begin(), order.end());
  for (const auto& [number, k] : order) {
    ByteReader in(all[k]);
    in.get<std::int64_t>();
    auto problem = in.get<std::string>();
    if (problem.empty())
      in.get(crystals_.emplace_back());
    else
      failed_.push_back(std::move(problem));
    Record().swap(all[k]);
  }
}

}  // namespace spinel
