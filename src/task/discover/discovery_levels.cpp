#include <limits>

#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"
#include "task/discover/discover_candidates.hpp"
#include "task/discover/discovery.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

/// Elements that candidates may have; nothing where any may be, or where what is known are labels of the same level.
std::optional<ElementSet> Discovery::possible_elements() const {
  if (!has_two_levels()) return std::nullopt;
  ElementSet possible;
  for (const std::string& symbol : context_.input.propose.elements) possible.insert(atomic_number(symbol));
  for (std::int64_t i = 0; i < candidates_->size(); ++i)
    for (const int z : candidates_->composition(i).elements().atomic_numbers()) possible.insert(z);
  if (possible.size() == 0) return std::nullopt;
  return possible;
}

/// Collective. What two levels need of what is known, once its energies by &potential are.
void Discovery::open_levels(const std::vector<CandidateLabel>& known, const std::vector<std::string>& ids) {
  relaxation_.emplace(context_, *candidates_, *start_hull_, *energies_);
  std::vector<OracleReferences::Known> references;
  for (std::size_t k = 0; k < known.size(); ++k) {
    relaxation_->keep_known(known[k].structure, ids[k]);
    references.push_back({ids[k], known[k], std::nullopt});
  }
  references_.emplace(*start_hull_, *oracle_energies_, std::move(references));
  make_oracle_hull();
}

/// A candidate as the oracle is given it.
Structure Discovery::crystal(std::int64_t candidate) const {
  return relaxation_ ? relaxation_->structure(candidate) : candidates_->structure(candidate);
}

/// From the hull at &potential's level, eV/atom.
double Discovery::potential_distance(std::int64_t candidate) const {
  return (*relaxation_)[candidate].value[0] - start_[static_cast<std::size_t>(candidate)].energy;
}

/// Collective. Largest distance of a hit from the oracle's references, eV/atom: labels may have lowered the hull, as
/// far as the oracle knows all that a candidate is measured from.
std::vector<double> Discovery::oracle_bounds(const std::vector<std::int64_t>& open) const {
  std::vector<Composition> compositions;
  for (const std::int64_t i : open) compositions.push_back(candidates_->composition(i));
  const auto needed = references_->of(compositions);
  const auto start = oracle_points(*reference_hull_, compositions), now = oracle_points(*hull_, compositions);
  std::vector<double> bounds;
  for (std::size_t k = 0; k < open.size(); ++k)
    bounds.push_back(parameters().hit_above_hull +
                     (references_->have(needed[k]) ? now[k].energy - start[k].energy : 0.0));
  return bounds;
}

/// Collective. NaN where the oracle's hull lacks an element.
std::vector<KnownHull::Point> Discovery::oracle_points(const KnownHull& hull,
                                                       const std::vector<Composition>& compositions) const {
  if (!has_hull_) return std::vector<KnownHull::Point>(compositions.size(), {nan, nan});
  return hull.at(compositions);
}

/// Collective. Labels of a round; with two levels what they are measured from comes first. Nothing where that was
/// stopped, or labels are waited for.
std::optional<RoundLabels> Discovery::ask_oracle(const std::vector<std::int64_t>& asked, std::int64_t round) {
  RoundLabels result;
  if (!has_two_levels()) {
    auto labels = oracle_->ask(asked, round);
    if (!labels) return std::nullopt;
    result.labels = std::move(*labels);
    return result;
  }
  std::vector<Composition> compositions;
  for (const std::int64_t i : asked) compositions.push_back(candidates_->composition(i));
  const auto needed = references_->of(compositions);
  auto computed = references_->compute(needed, round);
  if (!computed) return std::nullopt;
  references_->take(*computed);
  make_oracle_hull();
  std::vector<std::int64_t> measurable;
  for (std::size_t k = 0; k < asked.size(); ++k)
    if (references_->failure(needed[k]).empty()) measurable.push_back(asked[k]);
  auto labels = oracle_->ask(measurable, round);
  if (!labels) return std::nullopt;
  const auto start = oracle_points(*reference_hull_, compositions), now = oracle_points(*hull_, compositions);
  std::size_t next = 0;
  for (std::size_t k = 0; k < asked.size(); ++k) {
    CandidateLabel label;
    label.candidate = asked[k];
    label.failure = references_->failure(needed[k]);
    const bool is_measured = label.failure.empty();
    if (is_measured) label = std::move((*labels)[next++]);
    label.reference = is_measured ? start[k].energy : nan;
    label.hull = is_measured ? now[k].energy : nan;
    result.labels.push_back(std::move(label));
  }
  result.references = std::move(*computed);
  return result;
}

/// Collective. Of all that the oracle computed so far.
void Discovery::make_oracle_hull() {
  EntryList list;
  list.entries = references_->entries();
  has_hull_ = !list.entries.empty();
  reference_hull_ = std::make_unique<KnownHull>(context_.world, list);
  for (const Round& round : rounds_) {
    if (!round.labels) continue;
    for (const CandidateLabel& label : round.labels->labels)
      if (label.failure.empty() && label.repeats.empty())
        list.entries.push_back(entry_of(label, candidates_->id(label.candidate)));
  }
  hull_ = std::make_unique<KnownHull>(context_.world, list);
  if (!has_hull_) return;
  try {
    on_root(context_.world, [&] { keep_functional(list, ""); });
  } catch (const InputError& error) {
    fail_key(context_.input, "oracle", "style", error.what());
  }
  reference_hull_->compute();
  hull_->compute();
}

/// Collective. Labels of a round at the oracle's level, and what they are measured from.
void Discovery::take_levels(std::int64_t round) {
  Round& one = rounds_[static_cast<std::size_t>(round)];
  references_->take(one.labels->references);
  make_oracle_hull();
  for (std::size_t k = 0; k < one.choice.chosen.size(); ++k) {
    // Distances become energies, as those of one level are.
    ChosenCandidate& chosen = one.choice.chosen[k];
    const CandidateLabel& label = one.labels->labels[k];
    for (double& mean : chosen.mean) mean += label.reference;
    chosen.hull = label.hull;
  }
  if (const auto n = static_cast<std::int64_t>(one.labels->references.size()); n > 0)
    context_.log.print("  round {:3}: &oracle computed {} known structures that labels are measured from ({} so far)",
                       round, grouped(n), grouped(references_->n_computed()));
  reference_energy_.resize(state_.size(), nan);
  std::vector<std::size_t> labelled;
  std::vector<Composition> compositions;
  for (std::size_t i = 0; i < state_.size(); ++i) {
    if (state_[i].status != CandidateState::labelled) continue;
    labelled.push_back(i);
    compositions.push_back(candidates_->composition(static_cast<std::int64_t>(i)));
  }
  if (labelled.empty()) return;
  const auto start = oracle_points(*reference_hull_, compositions);
  for (std::size_t k = 0; k < labelled.size(); ++k) reference_energy_[labelled[k]] = start[k].energy;
}

/// Collective. The labels of a round are kept where they cannot be lost.
void Discovery::is_kept(std::int64_t round) {
  oracle_->is_kept(round);
  if (references_) references_->is_kept(round);
}

}  // namespace spinel
