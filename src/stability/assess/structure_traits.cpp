#include "stability/assess/structure_traits.hpp"

#include <cmath>

#include "core/byte_stream.hpp"
#include "crystal/lattice.hpp"
#include "crystal/symmetry.hpp"
#include "stability/assess/composition_validity.hpp"
#include "stability/assess/coordination.hpp"
#include "stability/assess/structure_validity.hpp"

namespace spinel {

namespace {

/// work(), whose errors are about the structure and leave `value` as it was.
template <class Work>
void where_possible(Work&& work) {
  try {
    work();
  } catch (const Error&) {
  }
}

}  // namespace

double mass_density(const Structure& structure) {
  constexpr double g_per_cm3 = 1.66053906660;  // 1 amu/Å³
  const double volume = std::abs(structure.volume());
  return volume > 0.0 ? g_per_cm3 * structure.total_mass() / volume : 0.0;
}

double displacement_rms(const Structure& before, const Structure& after) {
  const std::size_t n = before.size();
  const Mat3 from = to_fractional_matrix(before.cell), to = to_fractional_matrix(after.cell);
  const Mat3 mean_cell = 0.5 * (before.cell + after.cell);
  std::vector<Vec3> moves;
  Vec3 mean = Vec3::Zero();
  for (std::size_t i = 0; i < n; ++i) {
    Vec3 apart = to * after.position[i] - from * before.position[i];
    for (int k = 0; k < 3; ++k) apart[k] -= std::nearbyint(apart[k]);
    moves.push_back(to_cartesian(mean_cell, apart));
    mean += moves.back() / static_cast<double>(n);
  }
  double sum = 0.0;
  for (const Vec3& move : moves) sum += (move - mean).squaredNorm();
  return std::sqrt(sum / static_cast<double>(n));
}

MatcherSettings matcher_settings(const EvaluateParameters& p) {
  return {p.ltol, p.stol, p.angle_tol, p.primitive_cell, p.scale, p.attempt_supercell};
}

TraitFinder::TraitFinder(const EvaluateParameters& parameters)
    : parameters_(parameters), matcher_(matcher_settings(parameters)) {}

void TraitFinder::operator()(const Structure& structure, const Structure& before, bool is_sample, StructureTraits& t,
                             ReducedCell& cell) {
  if (structure.size() == 0) return;
  t.n_atoms = static_cast<std::int64_t>(structure.size());
  where_possible([&] {
    const Composition composition = composition_of(structure);
    t.formula = reduced_formula(composition);
    t.n_elements = static_cast<std::int64_t>(composition.parts.size());
    const CompositionValidity validity = composition_validity(composition);
    t.composition_verdict = name(validity.verdict);
    t.valid_composition = validity.valid() && is_sample;
    t.valid_composition_icsd24 = composition_validity(composition, OxidationTable::icsd24).valid() && is_sample;
  });
  if (!is_sample) return;
  const auto validity = structure_validity(structure, {parameters_.minimum_distance, parameters_.minimum_volume});
  t.volume = validity.volume;
  t.density = mass_density(structure);
  t.shortest_distance = validity.shortest_distance;
  t.valid_structure = validity.valid;
  // What follows would search long, or for ever, in cells of no volume.
  if (validity.shortest_distance <= 0.0) return;
  where_possible([&] {
    const SymmetryInfo found = symmetry(structure, parameters_.symmetry_tolerance);
    t.space_group = found.number;
    t.space_group_symbol = found.symbol;
  });
  where_possible([&] {
    const auto found = coordination_.find(structure.cell, structure.position.front().data(), t.n_atoms);
    t.coordination.assign(found.shell.begin(), found.shell.end());
  });
  where_possible([&] {
    cell = matcher_.reduced(structure);
    if (before.size() != structure.size()) return;
    t.rmsd = displacement_rms(before, structure);
    const auto match = matcher_.closest(matcher_.reduced(before), cell);
    if (match) t.generated_rms = match->rms;
  });
}

static auto members(ReducedCell::Group& g) { return std::tie(g.symbol, g.first, g.count); }
static auto members(ReducedCell& c) {
  return std::tie(c.cell, c.groups, c.coordinate[0], c.coordinate[1], c.coordinate[2]);
}

void put_cell(ByteWriter& out, const ReducedCell& cell) { out.put(cell); }
ReducedCell get_cell(ByteReader& in) { return in.get<ReducedCell>(); }

}  // namespace spinel
