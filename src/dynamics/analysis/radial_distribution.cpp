#include "dynamics/analysis/radial_distribution.hpp"

#include <cmath>

#include "core/error.hpp"

namespace spinel {

std::vector<double> count_species(const LocalAtoms& atoms, const Communicator& communicator) {
  std::vector<double> count(atoms.species.size(), 0.0);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) ++count[static_cast<std::size_t>(atoms.type[i])];
  communicator.sum(count.data(), count.size());
  return count;
}

RadialDistribution::RadialDistribution(const ForceField& force_field, double cutoff, std::int64_t bins)
    : force_field_(force_field),
      cutoff_(cutoff > 0.0 ? cutoff : force_field.potential().cutoff()),
      bins_(static_cast<std::size_t>(bins)),
      n_species_(force_field.atoms().species.size()),
      n_atoms_(count_species(force_field.atoms(), force_field.communicator())) {
  if (bins < 1) fail_input("rdf_bins must be at least 1");
  if (!(cutoff_ > 0.0)) fail_input("rdf_cutoff must be given: the potential has no cutoff to take its place");
  histogram_.assign(n_species_ * n_species_ * bins_, 0);
}

void RadialDistribution::sample() {
  const LocalAtoms& atoms = force_field_.atoms();
  ++samples_;
  inverse_volume_ += 1.0 / atoms.volume();
  // The list is complete up to the potential's cutoff only: atoms have moved since it was built.
  if (cutoff_ <= force_field_.potential().cutoff()) {
    count(atoms, force_field_.neighbors());
    return;
  }
  LocalAtoms copy;
  copy.cell = atoms.cell;
  copy.periodic = atoms.periodic;
  copy.species = atoms.species;
  copy.n_global = atoms.n_global;
  copy.n_owned = atoms.n_owned;
  const auto owned = static_cast<std::ptrdiff_t>(atoms.n_owned);
  copy.position.assign(atoms.position.begin(), atoms.position.begin() + owned);
  copy.type.assign(atoms.type.begin(), atoms.type.begin() + owned);
  copy.id.assign(atoms.id.begin(), atoms.id.begin() + owned);
  Halo halo(force_field_.communicator(), force_field_.halo().decomposition());
  halo.migrate(copy, 0.5 * cutoff_);
  halo.exchange(copy, cutoff_);
  NeighborList list;
  list.build(copy, cutoff_);
  count(copy, list);
}

void RadialDistribution::count(const LocalAtoms& atoms, const NeighborList& list) {
  const double cutoff2 = cutoff_ * cutoff_, per_length = static_cast<double>(bins_) / cutoff_;
  for (std::size_t i = 0; i < list.n_rows(); ++i) {
    const std::uint32_t* const row = list.begin(i);
    const Vec3 x = atoms.position[i];
    std::int64_t* const of_i = histogram_.data() + static_cast<std::size_t>(atoms.type[i]) * n_species_ * bins_;
    for (std::size_t k = 0; k < list.count(i); ++k) {
      const std::size_t j = row[k];
      const double r2 = (atoms.position[j] - x).squaredNorm();
      if (r2 >= cutoff2) continue;
      const auto bin = std::min(static_cast<std::size_t>(std::sqrt(r2) * per_length), bins_ - 1);
      ++of_i[static_cast<std::size_t>(atoms.type[j]) * bins_ + bin];
      if (atoms.id[i] == atoms.id[j]) ++self_pairs_;
    }
  }
}

RadialDistribution::Result RadialDistribution::result() const {
  const Communicator& communicator = force_field_.communicator();
  auto histogram = histogram_;
  communicator.sum(histogram.data(), histogram.size());
  const bool images = communicator.sum(self_pairs_) > 0;

  Result result;
  result.samples = samples_;
  const double width = cutoff_ / static_cast<double>(bins_);
  for (std::size_t bin = 0; bin < bins_; ++bin) result.r.push_back((static_cast<double>(bin) + 0.5) * width);
  for (std::size_t a = 0; a < n_species_; ++a)
    for (std::size_t b = a; b < n_species_; ++b) {
      const double others = a == b && !images ? n_atoms_[b] - 1.0 : n_atoms_[b];
      const double pairs = n_atoms_[a] * others * inverse_volume_;
      std::vector<double> g(bins_, 0.0), coordination(bins_, 0.0);
      double within = 0.0;
      for (std::size_t bin = 0; bin < bins_; ++bin) {
        const auto counted = static_cast<double>(histogram[(a * n_species_ + b) * bins_ + bin]);
        const double inner = static_cast<double>(bin) * width, outer = inner + width;
        const double shell = 4.0 / 3.0 * 3.14159265358979323846 * (outer * outer * outer - inner * inner * inner);
        if (pairs > 0.0) g[bin] = counted / (pairs * shell);
        within += counted;
        if (samples_ > 0 && n_atoms_[a] > 0.0)
          coordination[bin] = within / (n_atoms_[a] * static_cast<double>(samples_));
      }
      result.pairs.emplace_back(static_cast<int>(a), static_cast<int>(b));
      result.g.push_back(std::move(g));
      result.coordination.push_back(std::move(coordination));
    }
  return result;
}

void RadialDistribution::save(State& state) const {
  const Communicator& communicator = force_field_.communicator();
  auto histogram = histogram_;
  communicator.sum(histogram.data(), histogram.size());
  // Counts: sums of them are exact in any order, so it does not matter which rank holds them afterwards.
  state["analysis.rdf_histogram"] = {histogram.begin(), histogram.end()};
  state["analysis.rdf"] = {cutoff_, inverse_volume_, static_cast<double>(samples_),
                           static_cast<double>(communicator.sum(self_pairs_))};
}

void RadialDistribution::load(const State& state) {
  const auto& histogram = state_array(state, "analysis.rdf_histogram", histogram_.size());
  const auto& rest = state_array(state, "analysis.rdf", 4);
  if (rest[0] != cutoff_) fail("the checkpoint's rdf_cutoff is {}, the input's {}", rest[0], cutoff_);
  const bool holds = force_field_.communicator().is_root();
  for (std::size_t k = 0; k < histogram_.size(); ++k)
    histogram_[k] = holds ? static_cast<std::int64_t>(histogram[k]) : 0;
  inverse_volume_ = rest[1];
  samples_ = static_cast<std::int64_t>(rest[2]);
  self_pairs_ = holds ? static_cast<std::int64_t>(rest[3]) : 0;
}

}  // namespace spinel
