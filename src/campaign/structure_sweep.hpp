#pragma once

#include <functional>
#include <memory>
#include <string>

#include "campaign/campaign.hpp"
#include "campaign/structure_job.hpp"
#include "campaign/structure_result.hpp"
#include "run/run_files.hpp"
#include "run/setup/make_potential.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// Parameters of a sweep of structures.
struct StructureSet {
  std::shared_ptr<StructureSource> source;  ///< on all ranks
  std::string origin;                       ///< for the log: "42 from set.xyz" has "set.xyz"
  std::string group, key;                   ///< where an input names it, for messages
  enum class Action {
    none,          ///< structures are taken as they are, and not kept
    single_point,  ///< energies, forces and stresses
    relaxation     ///< to the nearest minimum, by &relax
  } action = Action::single_point;
  /// On the root of a pool, of a structure that is done: more to keep with its result. `before`: as it was, completed;
  /// without atoms where it could not be read. Must not throw.
  std::function<Bytes(const StructureResult& result, const Structure& before)> assess{};
};

/// What a sweep computes with: groups of an input, or of one's own, so that one run may hold several.
struct SweepParameters {
  StructureParameters structure;  ///< what else becomes of each structure (completed_structure())
  PotentialParameters potential;
  StructureJobParameters job;
  std::int64_t seed = 1;
  std::int64_t trajectory_every = 0;          ///< accepted points between kept frames of a relaxation; 0: none
  std::string journal;                        ///< folder
  std::string potential_group = "potential";  ///< of the input, whose keys `potential` are, for messages
};

/// Energies or relaxations of many structures by a potential, as a Campaign: each structure is read on
/// the pool that works on it, and its result kept at once. A structure that fails never stops the rest.
class StructureSweep {
 public:
  /// Collective. InputError where the potential fits none of the first structures, or the journal of an earlier run
  /// belongs to other structures.
  StructureSweep(const RunContext& context, const RunFiles& files, StructureSet set, SweepParameters parameters);

  /// Collective. Does what is left. False where a stop came before the end.
  bool run();
  Campaign& campaign() { return campaign_; }

  std::int64_t size() const { return set_.source->size(); }
  /// On rank 0, after run(): of structure 0 … size() − 1; status `pending` where there is none.
  StructureResult result(std::int64_t number);
  /// The same with what assess() found; nothing where there is none.
  struct Record {
    StructureResult result;
    Bytes assessment;
  };
  Record record(std::int64_t number);

 private:
  CampaignPlan plan() const;
  Structure completed(Structure structure, std::int64_t number) const;
  void run_array();
  std::optional<Bytes> treat(StructureJob* job, std::int64_t number, const Campaign::Pulse& pulse);
  void relax(StructureJob& job, StructureResult& result);
  void keep_frame(StructureResult& result, ForceField& field, const RelaxationProgress& point);

  const RunContext& context_;
  StructureSet set_;
  SweepParameters parameters_;
  StructureJob* job_ = nullptr;            // while run() lasts
  std::unique_ptr<PotentialMaker> maker_;  // none where structures are taken as they are
  Campaign campaign_;
};

/// A structure of a list, its `number`th, with what else the parameters give. InputError where that does not fit it.
Structure completed_structure(const StructureParameters& parameters, const UnitSystem& units, std::int64_t seed,
                              Structure structure, std::int64_t number, const std::string& name);

/// Collective. A potential that fits none of the first structures is wrong for all of them: InputError, with what is
/// wrong with the first.
void check_potential(const RunContext& context, const StructureSet& set, const PotentialMaker& maker);

}  // namespace spinel
