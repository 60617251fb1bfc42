#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "model/model_file.hpp"
#include "potential/potential.hpp"
#include "run/context.hpp"
#include "run/setup/make_external.hpp"

namespace spinel {

/// Makes a potential for any species, as often as needed: what has to be read is read once. Several models make a
/// Committee.
class PotentialMaker {
 public:
  /// Collective over all ranks of the program. `parameters`: the context's or others, with the places of `group`.
  /// InputError where the model file of a network cannot be read or is of another kind than the style.
  PotentialMaker(const RunContext& context, const PotentialParameters& parameters, const char* group = "potential");

  /// Collective over the ranks that will use it together. InputError where the potential does not fit the species or
  /// the machine.
  std::shared_ptr<Potential> make(const std::vector<Species>& species, const Communicator& communicator) const;

  /// Does another program compute?
  bool asks_program() const { return external_.has_value(); }
  /// Asks the other program for many structures at once; null where it does not.
  std::unique_ptr<CommandArray> make_array() const { return external_ ? external_->make_array() : nullptr; }
  /// Of the template of another program's input, which results depend on; 0 without one.
  std::uint64_t template_fingerprint() const { return external_ ? external_->fingerprint() : 0; }

  /// What energies of this potential go with in a hull (run_type), "m3gnet-1f3870be": name and content; empty where
  /// each answer of another program has its own (Potential::labels).
  const std::string& level() const { return level_; }

  /// Species that must be among those of make(), whatever the structure holds: those that `pairs` names.
  const std::vector<Species>& required_species() const { return required_species_; }

 private:
  PotentialParameters parameters_;
  KeyPlace place_;
  std::vector<ModelFile> models_;  // empty: no network
  int node_rank_ = 0;
  std::optional<ExternalMaker> external_;
  std::vector<Species> required_species_;
  std::string level_;
};

/// "lennard_jones, cutoff 8.5 Å, truncation plain, double precision".
std::string describe_potential(const PotentialParameters& parameters, const UnitSystem& units,
                               const Potential& potential);

/// Potentials for one structure after the other on the same ranks, whatever species they hold: a potential is made
/// anew only where a species comes that was not there before.
class PotentialTable {
 public:
  PotentialTable(const PotentialMaker& maker, const Communicator& communicator)
      : maker_(maker), communicator_(communicator), species_(maker.required_species()) {}

  /// Collective. A potential that knows these species, by the index that each has in species(). InputError where it
  /// cannot know them; others are then as before.
  std::shared_ptr<Potential> get(const std::vector<Species>& species, std::vector<std::int32_t>& index);
  const std::vector<Species>& species() const { return species_; }
  const PotentialMaker& maker() const { return maker_; }

 private:
  const PotentialMaker& maker_;
  Communicator communicator_;
  std::vector<Species> species_;
  std::shared_ptr<Potential> potential_;
};

}  // namespace spinel
