#include "task/evaluate/measures/distribution_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/progress.hpp"
#include "core/text.hpp"
#include "crystal/structure_bytes.hpp"
#include "fingerprint/composition_fingerprint.hpp"
#include "fingerprint/nearest_distributions.hpp"
#include "input/schema.hpp"
#include "parallel/on_root.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "stability/assess/composition_validity.hpp"
#include "stability/assess/structure_traits.hpp"
#include "stability/assess/structure_validity.hpp"
#include "task/evaluate/measures/look_at_list.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t block_size = 256;  // crystals between two looks at what may end the run

/// The rows of those that are asked for, [crystal][width].
template <class Rows, class Which>
FingerprintSet set_of(std::size_t width, const Rows& rows, const Which& which) {
  FingerprintSet set(width);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (which(i)) set.add(rows[i].data());
  return set;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return values.empty() ? nan : sum / static_cast<double>(values.size());
}

}  // namespace

static auto members(PointwiseDistances& d) { return std::tie(d.k, d.weight, d.distance); }

struct DistributionRun::Fingerprints {
  std::vector<std::size_t> number;  // of the crystal, ascending
  std::vector<CompositionFingerprint> composition;
  std::vector<std::array<double, n_crystal_nn>> crystal_nn;  // zeros where there is none
  std::vector<char> has_crystal_nn;
  std::vector<std::vector<double>> amd;
  std::vector<PointwiseDistances> pdd;

  /// Adds those of a crystal; nothing where it has none at all.
  void add(std::size_t its_number, const Structure& structure, std::int64_t n_neighbors, CrystalNN& finder) {
    try {
      const CompositionFingerprint of_composition = standardized(composition_fingerprint(structure));
      PointwiseDistances distances = pointwise_distances(structure, static_cast<int>(n_neighbors));
      std::optional<CrystalNNFingerprint> coordination;
      try {
        coordination = finder.fingerprint(structure);
      } catch (const InputError&) {  // an element it does not know
      }
      number.push_back(its_number);
      composition.push_back(of_composition);
      amd.push_back(average_minimum_distances(distances));
      pdd.push_back(std::move(distances));
      crystal_nn.push_back(coordination.value_or(CrystalNNFingerprint{}));
      has_crystal_nn.push_back(coordination ? 1 : 0);
    } catch (const InputError&) {
    }
  }
};

DistributionRun::DistributionRun(const RunContext& context) : context_(context) {
  SourceOptions options;
  options.read = read_options(context.input.structure);
  list_ = open_list(context, context.input.measures.distribution, {"measures", "distribution"}, options);
}

DistributionRun::Member DistributionRun::look(const Structure& structure) const {
  const EvaluateParameters& p = context_.input.evaluate;
  Member member;
  const Composition composition = composition_of(structure);
  member.density = mass_density(structure);
  member.n_elements = static_cast<std::int64_t>(composition.parts.size());
  member.valid_structure = structure_validity(structure, {p.minimum_distance, p.minimum_volume}).valid;
  member.valid_composition = composition_validity(composition).valid();
  member.valid_composition_icsd24 = composition_validity(composition, OxidationTable::icsd24).valid();
  member.energy = nan;
  try {
    std::tie(member.energy, member.energy_kind) = labeled_energy(p, structure);
  } catch (const InputError&) {  // it has none
  }
  return member;
}

bool DistributionRun::run(const std::vector<EvaluationRow>& rows, const Crystals& crystals,
                          const std::function<bool()>& is_over) {
  const Communicator& world = context_.world;
  const auto& p = context_.input.measures;
  CrystalNN finder;

  // The distribution, on all ranks.
  const LookedAt found = look_at_list(world, *list_, [&](std::int64_t number, const Structure& structure) {
    Fingerprints one;
    one.add(static_cast<std::size_t>(number), structure, p.neighbors, finder);
    ByteWriter out;
    out.put(look(structure));
    out.put(static_cast<char>(one.number.size()));
    if (one.number.empty()) return out.take();
    out.put(one.composition.front());
    out.put(one.crystal_nn.front());
    out.put(one.has_crystal_nn.front());
    out.put(one.pdd.front());
    return out.take();
  });
  problems_ = found.problems;
  Fingerprints reference;
  for (std::size_t i = 0; i < found.records.size(); ++i) {
    if (found.records[i].empty()) continue;
    ByteReader in(found.records[i]);
    in.get(reference_.emplace_back());
    if (in.get<char>() == 0) continue;
    reference.number.push_back(i);
    in.get(reference.composition.emplace_back());
    in.get(reference.crystal_nn.emplace_back());
    in.get(reference.has_crystal_nn.emplace_back());
    in.get(reference.pdd.emplace_back());
    reference.amd.push_back(average_minimum_distances(reference.pdd.back()));
  }
  if (reference.number.empty())
    fail_key(context_.input, "measures", "distribution",
             problems_.empty() ? "none of its crystals has a fingerprint" : problems_.front());

  // The set, each rank its share.
  std::vector<std::int64_t> comparable;
  for (const EvaluationRow& row : rows) comparable.push_back(row.comparable ? 1 : 0);
  world.broadcast(comparable);
  const auto n = static_cast<std::int64_t>(comparable.size());
  n_set_ = n;
  Fingerprints mine;
  Progress progress(context_.log, "fingerprints", 0, n);
  for (std::int64_t first = 0; first < n; first += block_size) {
    if (is_over()) return false;
    const std::int64_t end = std::min(first + block_size, n);
    Bytes packed;
    if (!crystals.is_everywhere) {
      on_root(world, [&] {
        ByteWriter out;
        for (std::int64_t k = first; k < end; ++k)
          out.put(comparable[static_cast<std::size_t>(k)] != 0 ? crystals.get(k) : Structure());
        packed = out.take();
      });
      world.broadcast(packed);
    }
    ByteReader in(packed);
    for (std::int64_t k = first; k < end; ++k) {
      Structure structure;
      if (!crystals.is_everywhere) in.get(structure);
      if (k % world.size() != world.rank() || comparable[static_cast<std::size_t>(k)] == 0) continue;
      if (crystals.is_everywhere) structure = crystals.get(k);
      mine.add(static_cast<std::size_t>(k), structure, p.neighbors, finder);
    }
    progress.update(end);
  }
  if (is_over()) return false;

  // What is nearest: each rank looks from its share of the set, and the nearest of all ranks counts.
  const auto all = [](std::size_t) { return true; };
  const auto mine_coordinated = [&](std::size_t i) { return mine.has_crystal_nn[i] != 0; };
  const auto its_coordinated = [&](std::size_t i) { return reference.has_crystal_nn[i] != 0; };
  const auto join = [&](const NearestInSet& local, const auto& which) {
    std::vector<double> of_set(static_cast<std::size_t>(n), infinite);
    std::vector<std::int64_t> has(static_cast<std::size_t>(n), 0);
    std::size_t place = 0;
    for (std::size_t i = 0; i < mine.number.size(); ++i)
      if (which(i)) {
        has[mine.number[i]] = 1;
        of_set[mine.number[i]] = local.of_generated[place++];
      }
    NearestInSet whole{{}, local.of_reference};
    world.min(of_set.data(), of_set.size());
    world.max(has.data(), has.size());
    world.min(whole.of_reference.data(), whole.of_reference.size());
    for (std::size_t i = 0; i < of_set.size(); ++i)
      if (has[i] != 0) whole.of_generated.push_back(of_set[i]);
    return whole;
  };
  constexpr auto largest = FingerprintDistance::largest, euclidean = FingerprintDistance::euclidean;
  const auto width = static_cast<std::size_t>(p.neighbors);
  const NearestInSet amd =
      join(nearest_in_set(set_of(width, mine.amd, all), set_of(width, reference.amd, all), largest), all);
  const NearestInSet pdd = join(nearest_in_set(mine.pdd, reference.pdd), all);
  const auto composition_of_those = [&](const auto& of_mine, const auto& of_its) {
    return join(nearest_in_set(set_of(n_composition_fingerprint, mine.composition, of_mine),
                               set_of(n_composition_fingerprint, reference.composition, of_its), euclidean),
                of_mine);
  };
  const NearestInSet composition = composition_of_those(all, all);
  const NearestInSet crystal_nn =
      join(nearest_in_set(set_of(n_crystal_nn, mine.crystal_nn, mine_coordinated),
                          set_of(n_crystal_nn, reference.crystal_nn, its_coordinated), euclidean),
           mine_coordinated);
  const NearestInSet its_composition = composition_of_those(mine_coordinated, its_coordinated);
  n_set_known_ = static_cast<std::int64_t>(amd.of_generated.size());
  n_set_coordinated_ = static_cast<std::int64_t>(crystal_nn.of_generated.size());
  n_reference_coordinated_ = static_cast<std::int64_t>(crystal_nn.of_reference.size());
  if (!world.is_root()) return true;

  const auto add = [&](const char* key, const char* name, const char* unit, double cutoff, const NearestInSet& nearest,
                       const NearestInSet* with) {
    std::vector<CoverageSpace> spaces = {{&nearest, cutoff}};
    if (with != nullptr) spaces.push_back({with, p.composition_cutoff});
    // 0 stands for as many as have fingerprints, of which a set of none has none.
    const Coverage covered = n == 0 ? Coverage() : coverage(spaces, static_cast<std::size_t>(n));
    spaces_.push_back({key, name, unit, cutoff, nearest, covered});
  };
  add("amd", "AMD, composition", "Å", p.amd_cutoff, amd, &composition);
  add("pdd", "PDD, composition", "Å", p.amd_cutoff, pdd, &composition);
  add("crystal_nn", "CrystalNN, composition", "", p.crystal_nn_cutoff, crystal_nn, &its_composition);
  add("composition", "composition alone", "", p.composition_cutoff, composition, nullptr);
  compare(rows);
  return true;
}

/// On rank 0: what is not a fingerprint.
void DistributionRun::compare(const std::vector<EvaluationRow>& rows) {
  const auto rate = [&](const char* name, const auto& of_row, const auto& of_member) {
    std::vector<double> set, reference;
    for (const EvaluationRow& row : rows) set.push_back(of_row(row) ? 1.0 : 0.0);
    for (const Member& member : reference_) reference.push_back(of_member(member) ? 1.0 : 0.0);
    quantities_.push_back({name, "", true, mean_of(set), mean_of(reference), nan});
  };
  using Row = const EvaluationRow&;
  using Of = const Member&;
  rate(
      "valid_structure", [](Row r) { return r.valid_structure; }, [](Of m) { return m.valid_structure; });
  rate(
      "valid_composition", [](Row r) { return r.valid_composition; }, [](Of m) { return m.valid_composition; });
  rate(
      "valid_composition_icsd24", [](Row r) { return r.valid_composition_icsd24; },
      [](Of m) { return m.valid_composition_icsd24; });

  const auto quantity = [&](const char* name, const char* unit, const auto& of_row, const auto& of_member) {
    std::vector<double> set, reference;
    for (const EvaluationRow& row : rows)
      if (const double value = of_row(row); row.valid_structure && row.valid_composition && !std::isnan(value))
        set.push_back(value);
    for (const Member& member : reference_)
      if (const double value = of_member(member); !std::isnan(value)) reference.push_back(value);
    const double distance = set.empty() || reference.empty() ? nan : wasserstein_distance(set, reference);
    quantities_.push_back({name, unit, false, mean_of(set), mean_of(reference), distance});
  };
  quantity(
      "density", "g/cm³", [](Row r) { return r.density; }, [](Of m) { return m.density; });
  quantity(
      "elements", "", [](Row r) { return static_cast<double>(r.n_elements); },
      [](Of m) { return static_cast<double>(m.n_elements); });
  // Energies of one kind only: the first that the set has.
  const auto first = std::find_if(rows.begin(), rows.end(), [](Row r) { return !std::isnan(r.energy); });
  if (first == rows.end()) return;
  const EnergyKind kind = first->energy_kind;
  quantity(
      kind == EnergyKind::formation ? "formation_energy" : "energy", "eV/atom",
      [kind](Row r) { return r.energy_kind == kind ? r.energy : nan; },
      [kind](Of m) { return m.energy_kind == kind ? m.energy : nan; });
}

}  // namespace spinel
