#include "task/discover/levels/candidate_relaxation.hpp"

#include <cmath>
#include <map>

#include "core/text.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_reasons = 5;  // that are printed a round

std::string sweep_of(std::int64_t round) { return fmt::format("relaxed_{}", round); }

}  // namespace

std::optional<std::vector<CandidateLabel>> CandidateRelaxation::relax_new(std::int64_t round) {
  std::vector<CandidateLabel> relaxed;
  std::vector<Composition> compositions;
  std::vector<std::string> ids;
  for (std::int64_t i = size(); i < candidates_.size(); ++i) {
    relaxed.emplace_back().candidate = i;
    compositions.push_back(candidates_.composition(i));
    ids.push_back(candidates_.id(i));
  }
  if (relaxed.empty()) return relaxed;
  const auto points = hull_.at(compositions);
  std::vector<Structure> structures;
  std::vector<std::int64_t> numbers;
  for (std::size_t k = 0; k < relaxed.size(); ++k) {
    if (std::isnan(points[k].energy)) {
      relaxed[k].failure = "the hull of what is known lacks an element of it";
      continue;
    }
    structures.push_back(candidates_.structure(relaxed[k].candidate));
    numbers.push_back(relaxed[k].candidate);
  }
  auto answer = energies_.compute(sweep_of(round), std::move(structures), numbers);
  if (!answer) return std::nullopt;
  for (CandidateLabel& label : *answer) relaxed[static_cast<std::size_t>(label.candidate - size())] = std::move(label);
  seen_.find_repeats(relaxed, ids);
  report(relaxed, round);
  return relaxed;
}

void CandidateRelaxation::is_kept(std::int64_t round) { energies_.forget(sweep_of(round)); }

void CandidateRelaxation::take(const std::vector<CandidateLabel>& relaxed) {
  for (const CandidateLabel& label : relaxed) {
    if (label.candidate != size()) continue;
    if (label.failure.empty() && label.repeats.empty()) seen_.keep(label.structure, candidates_.id(label.candidate));
    relaxed_.push_back(label);
  }
}

Structure CandidateRelaxation::structure(std::int64_t i) const {
  Structure structure = (*this)[i].structure;
  structure.force.clear();
  structure.magnetic_moment.clear();
  structure.info = {{"id", candidates_.id(i)}};
  return structure;
}

void CandidateRelaxation::report(const std::vector<CandidateLabel>& relaxed, std::int64_t round) const {
  std::map<std::string, std::int64_t> failures;
  std::int64_t n_repeats = 0, n_failed = 0;
  for (const CandidateLabel& label : relaxed) {
    n_repeats += label.repeats.empty() ? 0 : 1;
    if (label.failure.empty()) continue;
    ++n_failed;
    ++failures[label.failure];
  }
  context_.log.print("  round {:3}: {} relaxed by &potential, {} failed, {} are known or earlier crystals", round,
                     grouped(static_cast<std::int64_t>(relaxed.size())), grouped(n_failed), grouped(n_repeats));
  std::size_t n_printed = 0;
  for (const auto& [reason, n] : failures) {
    if (++n_printed > most_reasons) break;
    echo_line(context_.log, "failed", fmt::format("{}: {}", grouped(n), reason));
  }
  if (failures.size() > most_reasons)
    echo_line(context_.log, "failed",
              fmt::format("and for {} other reasons (/relaxed/failure)", failures.size() - most_reasons));
}

}  // namespace spinel
