#pragma once

#include <memory>
#include <string>
#include <vector>

#include "campaign/structure_job.hpp"
#include "campaign/structure_journal.hpp"
#include "parallel/pools.hpp"
#include "parallel/work_queue.hpp"
#include "run/make_potential.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// What a sweep is told of its structures.
struct StructureSet {
  std::shared_ptr<StructureSource> source;
  std::string origin;      ///< for the log: "42 from set.xyz" has "set.xyz"
  std::string group, key;  ///< where an input says it, for messages
  bool relax = false;      ///< to the nearest minimum, as &relax says; else single points
};

/// Energies or relaxations of many structures by the potential of &potential: pools of ranks take the next one, largest
/// first, and each result goes to the journal of the run at once (campaign/structure_journal.hpp). What an earlier run
/// finished is not done again. A structure that fails never stops the rest.
class StructureSweep {
 public:
  /// Collective. Takes up what an earlier run did, or clears the way for a new one. InputError where the potential fits
  /// none of the first structures, or the journal of an earlier run belongs to other structures.
  StructureSweep(const RunContext& context, StructureSet set);

  /// Collective. Does what is left. False where a stop came before the end.
  bool run();
  const std::string& stop_reason() const { return stop_reason_; }  ///< on the rank that reports: "signal SIGTERM"

  std::int64_t size() const { return n_; }
  /// On rank 0, after run(): of structure 0 … size() − 1; status `pending` where there is none.
  StructureResult result(std::int64_t number);
  const RunFiles& files() const { return files_; }

 private:
  int number_of_pools() const;
  StructureJournal::Header header() const;
  void take_up();
  void check_same(const StructureJournal::Header& earlier);
  template <class Work>
  void on_pool_roots(Work&& work);
  void report();
  WorkQueue::Plan plan();
  void work();
  double stop_flag() const;
  bool treat(StructureJob& job, std::int64_t number);
  bool relax(StructureJob& job, StructureResult& result);
  void keep_frame(StructureResult& result, ForceField& field, const RelaxationProgress& point);

  const RunContext& context_;
  StructureSet set_;
  RunFiles files_;
  StructureJournal journal_;
  Pools pools_;
  RunControl control_;
  PotentialMaker maker_;
  std::int64_t n_ = 0, n_done_ = 0;
  std::vector<std::string> changes_;
  std::string stop_reason_;
};

/// A structure of a list, its `number`th, with what else &structure says. InputError where that does not fit it.
Structure completed_structure(const Input& input, Structure structure, std::int64_t number, const std::string& name);

/// On rank 0, alone. A potential that fits none of the first structures is wrong for all of them: InputError, with what
/// is wrong with the first.
void check_potential(const Input& input, const StructureSet& set, const PotentialMaker& maker);

}  // namespace spinel
