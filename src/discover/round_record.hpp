#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bayes/process/kernel.hpp"
#include "crystal/structure_bytes.hpp"

namespace spinel {

/// A candidate whose label is asked for, and what was thought of it then.
struct ChosenCandidate {
  std::int64_t candidate = -1;
  std::vector<double> mean, sigma;  ///< [target] of the label, in its unit; empty: nothing was predicted
  /// Of what was known then, in eV/atom as its entries have it; without a hull 0. With two levels 0 as well, and `mean`
  /// is the distance above it: the oracle's energies are not known before its labels come.
  double hull = 0.0;
  double score = 0.0;
};

/// What an oracle says of a candidate.
struct CandidateLabel {
  std::int64_t candidate = -1;
  std::vector<double> value;  ///< [target]; of the hull: energy, eV/atom, of the kind of the known entries
  std::string failure;        ///< why there is none; empty: there is one
  std::string repeats;        ///< id of what it became when the oracle moved its atoms; empty: nothing that was known
  Structure structure;        ///< as it ended where the oracle moved atoms; else without atoms
  double seconds = 0.0;       ///< that the oracle took
  /// With two levels, eV/atom at the composition: the oracle's hull of references, and with earlier labels; NaN where a
  /// reference failed.
  double reference = 0.0, hull = 0.0;
};

/// A round's first stage: which labels to ask for.
struct RoundChoice {
  std::int64_t n_open = 0;  ///< candidates that might have been chosen
  std::vector<ChosenCandidate> chosen;
  std::vector<std::vector<double>> hyperparameters;  ///< [target]: lengths, then variance, noise, mean
  std::vector<char> proposals;                       ///< that came in this round, as their source packs them
  std::vector<CandidateLabel> relaxed;               ///< by &potential in this round, where &oracle gives labels
  double seconds = 0.0;
};

/// Its second stage.
struct RoundLabels {
  std::vector<CandidateLabel> labels;
  /// Known structures that &oracle computed to measure these from; `candidate`: their numbers.
  std::vector<CandidateLabel> references;
  double seconds = 0.0;
};

inline auto members(ChosenCandidate& c) { return std::tie(c.candidate, c.mean, c.sigma, c.hull, c.score); }
inline auto members(CandidateLabel& l) {
  return std::tie(l.candidate, l.value, l.failure, l.repeats, l.structure, l.seconds, l.reference, l.hull);
}
inline auto members(RoundChoice& r) {
  return std::tie(r.n_open, r.chosen, r.hyperparameters, r.proposals, r.relaxed, r.seconds);
}
inline auto members(RoundLabels& r) { return std::tie(r.labels, r.references, r.seconds); }

}  // namespace spinel
