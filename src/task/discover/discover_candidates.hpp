#pragma once

#include <memory>
#include <vector>

#include "discover/candidate_source.hpp"
#include "io/dataset/dataset.hpp"
#include "propose/proposal_stream.hpp"
#include "run/context.hpp"
#include "stability/entries/hull_entry.hpp"
#include "task/discover/screen/candidate_screen.hpp"

namespace spinel {

/// The structures of a dataset.
class DatasetCandidates final : public CandidateSource {
 public:
  explicit DatasetCandidates(std::shared_ptr<const Dataset> data) : data_(std::move(data)) {}

  const Dataset& data() const { return *data_; }
  std::int64_t size() const override { return data_->n_structures(); }
  std::string id(std::int64_t i) const override { return data_->id(i); }
  Composition composition(std::int64_t i) const override;
  bool has_structures() const override { return true; }
  Structure structure(std::int64_t i) const override;

 private:
  std::shared_ptr<const Dataset> data_;
};

/// Formulas.
class EntryCandidates final : public CandidateSource {
 public:
  /// On all ranks alike.
  explicit EntryCandidates(std::vector<HullEntry> entries) : entries_(std::move(entries)) {}

  std::int64_t size() const override { return static_cast<std::int64_t>(entries_.size()); }
  std::string id(std::int64_t i) const override { return entries_[static_cast<std::size_t>(i)].id; }
  Composition composition(std::int64_t i) const override { return entries_[static_cast<std::size_t>(i)].composition; }
  bool has_structures() const override { return false; }
  Structure structure(std::int64_t i) const override;

 private:
  std::vector<HullEntry> entries_;
};

/// What &propose makes, more each round; with &discover screen the best of it.
class ProposedCandidates final : public CandidateSource {
 public:
  /// Collective. InputError at keys of &propose. `wanted`: candidates in all.
  ProposedCandidates(const RunContext& context, std::int64_t wanted);

  std::int64_t size() const override { return static_cast<std::int64_t>(proposals_.size()); }
  std::string id(std::int64_t i) const override;
  Composition composition(std::int64_t i) const override;
  bool has_structures() const override { return true; }
  Structure structure(std::int64_t i) const override;

  /// Collective. Up to `n` more; their bytes, on all ranks. Nothing where `stop` says so.
  std::optional<std::vector<char>> make(std::int64_t n, const std::function<bool()>& stop);
  /// On all ranks. The same that an earlier run made.
  void restore(const std::vector<char>& bytes);

  /// None: candidates are not screened.
  const CandidateScreen* screen() const { return screen_ ? &*screen_ : nullptr; }
  CandidateScreen* screen() { return screen_ ? &*screen_ : nullptr; }
  /// Of each round, from the first one; their proposals are candidates.
  const std::vector<ScreenedRound>& screened() const { return screened_; }
  /// Name of the generator that a candidate is from.
  const std::string& generator(std::int64_t i) const;

 private:
  void take(const ProposalSegment& segment);
  void take(ScreenedRound round);

  const RunContext& context_;
  ProposalSources sources_;
  std::unique_ptr<KnownCrystals> known_;
  std::unique_ptr<ProposalStream> stream_;
  std::optional<CandidateScreen> screen_;
  std::vector<Proposal> proposals_;
  std::vector<double> volume_scale_;  // [candidate]; of those that are not screened none
  std::vector<ScreenedRound> screened_;
};

/// Collective. Candidates as &discover names them.
std::unique_ptr<CandidateSource> make_candidates(const RunContext& context);

/// Identifies candidates that do not change: 0 of those that &propose makes.
std::uint64_t fingerprint(const CandidateSource& candidates);

}  // namespace spinel
