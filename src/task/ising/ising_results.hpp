#pragma once

#include <vector>

#include "io/result_file.hpp"
#include "ising/reweighting.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"
#include "task/ising/ising_samples.hpp"
#include "task/ising/ising_simulation.hpp"

namespace spinel {

struct IsingPerformance;

/// From measurements to `<prefix>.h5` and the tables of the report: doc/output.md has the list.
class IsingResults {
 public:
  IsingResults(const RunContext& context, const IsingPlan& plan, const RunFiles& files, bool complete);

  /// What all chains of one lattice size left, on rank 0. Elsewhere nothing happens. `samples` (may be null) gets the
  /// series.
  void add(std::size_t system, const IsingRecords& records, IsingSamples* samples);
  /// Collective. Binder crossings of neighboring sizes, then everything to the disk.
  void write(const IsingPerformance& performance);

 private:
  void add_observables(std::size_t system, const std::vector<std::vector<Series>>& series);
  void add_reweighted(std::size_t system, const std::vector<std::vector<Series>>& series);
  void add_correlation(std::size_t system, const IsingRecords& records);
  void add_tempering(std::size_t system, const IsingRecords& records);
  void add_crossings();
  void write_estimates(const std::string& path, const std::vector<Estimate>& estimates, const DataLabel& label,
                       const std::vector<std::int64_t>& dims = {});

  const RunContext& context_;
  const IsingPlan& plan_;
  ResultFile file_;
  bool complete_;
  std::vector<std::unique_ptr<Reweighting>> reweighting_;  // of each system; null where it was not possible
};

bool ising_results_are_complete(const RunFiles& files);
/// Collective. The set-up: lattices, temperatures, chains, who does what, memory.
void report_ising(const RunContext& context, const IsingPlan& plan, const RunFiles& files, bool with_samples);
void report_performance(const RunContext& context, const IsingPerformance& performance);

}  // namespace spinel
