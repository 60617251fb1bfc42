#pragma once

#include <optional>
#include <vector>

#include "discover/candidate_source.hpp"
#include "discover/round_record.hpp"

namespace spinel {

/// Whoever knows labels of candidates: a table, a potential, a person with a file.
class Oracle {
 public:
  virtual ~Oracle() = default;

  /// Collective. The labels of these candidates, in their order, on all ranks. What has none is a failure with its
  /// reason, and never asked again. Nothing where it was stopped, or has to wait; asked again it goes on where it was.
  virtual std::optional<std::vector<CandidateLabel>> ask(const std::vector<std::int64_t>& candidates,
                                                         std::int64_t round) = 0;
  /// Collective. The labels of a round are kept where they cannot be lost.
  virtual void is_kept(std::int64_t) {}
  /// On rank 0, after ask() returned nothing: "waiting for 3 labels"; empty: it was stopped.
  virtual std::string waits_for() const { return ""; }
};

}  // namespace spinel
