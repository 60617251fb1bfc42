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

/// Where each theme's groups are described.
void add_relax(std::vector<Group>& groups);       ///< schema_relax.cpp: &relax
void add_ising(std::vector<Group>& groups);       ///< schema_ising.cpp: &ising, &phase
void add_hull(std::vector<Group>& groups);        ///< schema_stability.cpp: &hull
void add_dataset(std::vector<Group>& groups);     ///< schema_dataset.cpp: &dataset, &convert
void add_model(std::vector<Group>& groups);       ///< schema_model.cpp: &model
void add_train(std::vector<Group>& groups);       ///< schema_train.cpp: &train
void add_predict(std::vector<Group>& groups);     ///< schema_predict.cpp: &predict
void add_properties(std::vector<Group>& groups);  ///< schema_properties.cpp: &properties
void add_evaluate(std::vector<Group>& groups);    ///< schema_evaluate.cpp: &evaluate

}  // namespace spinel
