#include "task/evaluate/evaluate_traits.hpp"

#include <algorithm>
#include <cmath>

#include "core/byte_stream.hpp"
#include "crystal/lattice.hpp"
#include "crystal/symmetry.hpp"
#include "stability/assess/composition_validity.hpp"
#include "stability/assess/coordination.hpp"
#include "stability/assess/structure_validity.hpp"

namespace spinel {

namespace {

// Applies `each` to the members that a record holds in turn, so that packing and unpacking cannot differ.
template <class Item, class Each>
void for_each_member(Item& s, Each&& each, const EvaluatedStructure*) {
  each(s.number);
  each(s.name);
  each(s.id);
  each(s.status);
  each(s.reason);
  each(s.energy);
}

template <class Item, class Each>
void for_each_member(Item& t, Each&& each, const StructureTraits*) {
  each(t.number);
  each(t.formula);
  each(t.n_atoms);
  each(t.volume);
  each(t.shortest_distance);
  each(t.valid_structure);
  each(t.valid_composition);
  each(t.composition_verdict);
  each(t.space_group);
  each(t.space_group_symbol);
  each(t.coordination);
  each(t.rmsd);
  each(t.generated_rms);
}

void put(ByteWriter& out, const ReducedCell& cell) {
  out.put(cell.cell);
  out.put(static_cast<std::uint64_t>(cell.groups.size()));
  for (const auto& group : cell.groups) {
    out.put(group.symbol);
    out.put(group.first);
    out.put(group.count);
  }
  for (const auto& values : cell.coordinate) out.put(values);
}

ReducedCell get_cell(ByteReader& in) {
  ReducedCell cell;
  in.get(cell.cell);
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
    auto& group = cell.groups.emplace_back();
    in.get(group.symbol);
    in.get(group.first);
    in.get(group.count);
  }
  for (auto& values : cell.coordinate) in.get(values);
  return cell;
}

void put_record(ByteWriter& out, const Record& record) { out.put(std::string(record.begin(), record.end())); }

Record get_record(ByteReader& in) {
  std::string text;
  in.get(text);
  return {text.begin(), text.end()};
}

/// work(), whose errors are about the structure and leave `value` as it was.
template <class Work>
void where_possible(Work&& work) {
  try {
    work();
  } catch (const Error&) {
  }
}

}  // namespace

bool EvaluatedStructure::is_good(const EvaluateParameters& parameters) const {
  return status == StructureStatus::done ||
         (status == StructureStatus::not_converged && parameters.unconverged == "take");
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

StructureTraits TraitFinder::operator()(const EvaluatedStructure& s) {
  StructureTraits t;
  t.number = s.number;
  const Structure& structure = s.structure;
  if (structure.size() == 0) return t;
  t.n_atoms = static_cast<std::int64_t>(structure.size());
  where_possible([&] {
    const Composition composition = composition_of(structure);
    t.formula = reduced_formula(composition);
    const CompositionValidity validity = composition_validity(composition);
    t.composition_verdict = name(validity.verdict);
    t.valid_composition = validity.valid() && s.is_good(parameters_);
  });
  if (!s.is_good(parameters_)) return t;
  const auto validity = structure_validity(structure, {parameters_.minimum_distance, parameters_.minimum_volume});
  t.volume = validity.volume;
  t.shortest_distance = validity.shortest_distance;
  t.valid_structure = validity.valid;
  // What follows would search long, or for ever, in cells of no volume.
  if (validity.shortest_distance <= 0.0) return t;
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
    t.cell = matcher_.reduced(structure);
    if (s.original.size() != structure.size()) return;
    t.rmsd = displacement_rms(s.original, structure);
    const auto match = matcher_.closest(matcher_.reduced(s.original), t.cell);
    if (match) t.generated_rms = match->rms;
  });
  return t;
}

Record pack(const EvaluatedStructure& structure) {
  ByteWriter out;
  for_each_member(
      structure, [&out](const auto& value) { out.put(value); }, &structure);
  put_record(out, pack(structure.structure));
  put_record(out, pack(structure.original));
  return out.take();
}

EvaluatedStructure unpack_evaluated(const Record& record) {
  ByteReader in(record);
  EvaluatedStructure structure;
  for_each_member(
      structure, [&in](auto& value) { in.get(value); }, &structure);
  structure.structure = unpack_structure(get_record(in));
  structure.original = unpack_structure(get_record(in));
  return structure;
}

Record pack(const StructureTraits& traits) {
  ByteWriter out;
  for_each_member(
      traits, [&out](const auto& value) { out.put(value); }, &traits);
  put(out, traits.cell);
  return out.take();
}

StructureTraits unpack_traits(const Record& record) {
  ByteReader in(record);
  StructureTraits traits;
  for_each_member(
      traits, [&in](auto& value) { in.get(value); }, &traits);
  traits.cell = get_cell(in);
  return traits;
}

Record pack(const ReducedCell& cell) {
  ByteWriter out;
  put(out, cell);
  return out.take();
}

ReducedCell unpack_cell(const Record& record) {
  ByteReader in(record);
  return get_cell(in);
}

}  // namespace spinel
