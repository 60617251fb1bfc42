#pragma once

#include <string>
#include <utility>
#include <vector>

#include "input/schema.hpp"

namespace spinel {

/// Adds one group to a schema, and keys to it: how schema_*.cpp describe the groups of Input.
template <class Parameters>
class GroupBuilder {
 public:
  /// `calculations`: that use the group; empty: all.
  GroupBuilder(std::vector<Group>& groups, const char* name, Parameters Input::*parameters, const char* help,
               std::vector<std::string> calculations = {})
      : parameters_(parameters) {
    groups.push_back({name, help, std::move(calculations), {}, {}});
    group_ = &groups.back();
  }

  /// These calculations use the group only where it is given.
  void optional_for(std::vector<std::string> calculations) { group_->optional_for = std::move(calculations); }

  /// The calculation of this name takes many structures and relaxes them where `relax` is set.
  void sweeps_structures(bool Parameters::*relax) {
    group_->takes_many_structures = true;
    group_->relaxes_structures = [parameters = parameters_, relax](const Input& i) { return (i.*parameters).*relax; };
  }
  /// The calculation of this name relaxes many structures.
  void relaxes_many_structures() {
    group_->takes_many_structures = true;
    relaxes_structures();
  }
  /// The calculation of this name relaxes structures.
  void relaxes_structures() {
    group_->relaxes_structures = [](const Input&) { return true; };
  }

  /// At a restart every key so far may change, and is reported; `calculations`: only with these.
  void keys_may_change(const std::vector<std::string>& calculations = {}) {
    for (Key& key : group_->keys) key.may_change_for(calculations);
  }
  void keys_may_change_silently() {
    for (Key& key : group_->keys) key.may_change_silently();
  }

  template <class T>
  Key& key(const char* name, T Parameters::*member, std::string help) {
    Key key;
    key.group = group_->name;
    key.name = name;
    key.help = std::move(help);
    key.member = [parameters = parameters_, member](Input& input) { return Member(&((input.*parameters).*member)); };
    group_->keys.push_back(std::move(key));
    return group_->keys.back();
  }

 private:
  Parameters Input::*parameters_;
  Group* group_;
};

/// What becomes of sites that are shared or partly occupied, and the seed of 'order'.
template <class Parameters>
void add_disorder_keys(GroupBuilder<Parameters>& g, std::string Parameters::*disorder, std::int64_t Parameters::*seed) {
  g.key(
       "disorder", disorder,
       "what becomes of sites that elements share or that are partly occupied: 'refuse'; 'majority': the most frequent "
       "element takes the site, and one more empty than full is left out; 'order' (CIF, JSON): their places are dealt "
       "out "
       "at random in the smallest supercell that the occupancies fit")
      .one_of({"refuse", "majority", "order"});
  g.key("disorder_seed", seed, "seed of the random places of disorder = 'order'").at_least(0);
}

/// The keys of ReadParameters.
template <class Parameters>
void add_read_keys(GroupBuilder<Parameters>& g) {
  using R = ReadParameters;
  g.key("type_map", static_cast<std::vector<std::string> Parameters::*>(&R::type_map),
        "elements of labels that are none, each 'label: element', such as '1: Mg' for a type of LAMMPS or 'T1: Si'")
      .length(1, 1000)
      .if_empty("none");
  g.key("trust", static_cast<std::string Parameters::*>(&R::trust),
        "what counts where a CIF contradicts itself: 'sites' and operations as they are listed, or the chemical "
        "'formula' and the named space group; 'both': it is an error")
      .one_of({"both", "sites", "formula"});
  add_disorder_keys(g, static_cast<std::string Parameters::*>(&R::disorder),
                    static_cast<std::int64_t Parameters::*>(&R::disorder_seed));
}

/// The keys of LabelParameters.
template <class Parameters>
void add_label_keys(GroupBuilder<Parameters>& g) {
  using L = LabelParameters;
  const auto add = [&](const char* name, std::string L::*m, const char* help) {
    g.key(name, static_cast<std::string Parameters::*>(m), help)
        .if_empty("the usual ones, also with ref_, dft_ and the like (doc/formats.md)");
  };
  add("energy_key", &L::energy_key, "key of the energy in the files");
  add("forces_key", &L::forces_key, "column or key of the forces in the files");
  add("stress_key", &L::stress_key, "key of the stress in the files");
  add("virial_key", &L::virial_key, "key of the virial in the files");
  add("magnetic_moments_key", &L::magnetic_moments_key, "column or key of the magnetic moments in the files");
  add("charges_key", &L::charges_key, "column or key of the charges in the files");
  g.key(
       "stress_unit", static_cast<std::string Parameters::*>(&L::stress_unit),
       "unit of the stress in the files: 'eV/A3' and 'GPa' with tension positive, as ASE has it, or 'kB' with pressure "
       "positive, as VASP prints it; 'auto': eV/A3 but for documents known to have kB, and an error above 1 eV/A3")
      .one_of({"auto", "eV/A3", "GPa", "kB"});
}

/// Where each theme's groups are described.
void add_potential(std::vector<Group>& groups);   ///< schema_potential.cpp: &potential
void add_oracle(std::vector<Group>& groups);      ///< schema_potential.cpp: &oracle
void add_serve(std::vector<Group>& groups);       ///< schema_potential.cpp: &serve
void add_relax(std::vector<Group>& groups);       ///< schema_relax.cpp: &relax
void add_ising(std::vector<Group>& groups);       ///< schema_ising.cpp: &ising, &phase
void add_hull(std::vector<Group>& groups);        ///< schema_stability.cpp: &hull
void add_dataset(std::vector<Group>& groups);     ///< schema_dataset.cpp: &dataset, &convert
void add_query(std::vector<Group>& groups);       ///< schema_query.cpp: &query
void add_model(std::vector<Group>& groups);       ///< schema_model.cpp: &model
void add_train(std::vector<Group>& groups);       ///< schema_train.cpp: &train
void add_generate(std::vector<Group>& groups);    ///< schema_generate.cpp: &generate
void add_vectors(std::vector<Group>& groups);     ///< schema_density.cpp: &vectors
void add_likelihood(std::vector<Group>& groups);  ///< schema_density.cpp: &likelihood
void add_encode(std::vector<Group>& groups);      ///< schema_density.cpp: &encode
void add_predict(std::vector<Group>& groups);     ///< schema_predict.cpp: &predict
void add_properties(std::vector<Group>& groups);  ///< schema_properties.cpp: &properties
void add_evaluate(std::vector<Group>& groups);    ///< schema_evaluate.cpp: &evaluate
void add_measures(std::vector<Group>& groups);    ///< schema_measures.cpp: &measures
void add_propose(std::vector<Group>& groups);     ///< schema_propose.cpp: &propose
void add_bayes(std::vector<Group>& groups);       ///< schema_bayes.cpp: &bayes, &optimize
void add_discover(std::vector<Group>& groups);    ///< schema_discover.cpp: &discover

}  // namespace spinel
