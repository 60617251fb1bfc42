#pragma once

#include <string>
#include <vector>

#include "io/table.hpp"
#include "task/discover/discovery.hpp"

namespace spinel {

/// A label that was asked for.
struct DiscoverRow {
  std::int64_t round = 0, call = 0, candidate = 0;
  std::string id, formula, failure, repeats;
  std::vector<double> mean, sigma, value;  ///< [target] NaN: not predicted, or no label
  double score = 0.0;
  double potential_above = 0.0;  ///< eV/atom from the hull of &potential, with two levels
  double predicted_above = 0.0, above = 0.0, final_above = 0.0;  ///< eV/atom from the hull at the time, and of the end
  bool hit = false;  ///< of all labels; without targets by the hull at the end
};

/// A round as a whole.
struct DiscoverRoundRow {
  std::int64_t round = 0, n_open = 0, n_new = 0, n_asked = 0, n_failed = 0, n_hits = 0, n_hits_so_far = 0, n_calls = 0,
               n_references = 0;
  double mean_error = 0.0;  ///< of the first target, of predictions made before the labels
  double coverage = 0.0;    ///< share of the labels within 1.645 sigma of what was predicted
  double choice_seconds = 0.0, label_seconds = 0.0;
};

/// What calculation = 'discover' leaves: /rounds, /labels, and the hull at the start and in the end (/start/hull,
/// /hull), what a screen kept (/screen) of <prefix>.h5; <prefix>_labels.csv; the structures of hits. With
/// two levels these hulls are the oracle's, and there are what labels are measured from (/references,
/// <prefix>_references.csv), what &potential made of candidates (/relaxed) and the hull at its level (/potential/hull).
class DiscoverResults {
 public:
  explicit DiscoverResults(const Discovery& discovery) : d_(discovery) {}

  /// Collective.
  void write(bool complete);

 private:
  void collect();
  void measure_final_hull();
  void count_table_hits();
  Table<DiscoverRow> label_table() const;
  void write_hulls(ResultFile& file) const;
  void write_levels(ResultFile& file) const;
  void write_hits() const;
  void report() const;

  const Discovery& d_;
  std::vector<DiscoverRow> rows_;
  std::vector<DiscoverRoundRow> rounds_;
  std::int64_t n_possible_ = -1;  // hits among all candidates, where the pool has all labels; −1: not known
};

}  // namespace spinel
