#include "run/restart.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "input/schema.hpp"

namespace spinel {

namespace {

std::string to_text(const std::string& value) { return "'" + value + "'"; }
std::string to_text(std::int64_t value) { return fmt::format("{}", value); }
std::string to_text(double value) { return fmt::format("{}", value); }
std::string to_text(bool value) { return value ? ".true." : ".false."; }
template <class T>
std::string to_text(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + to_text(value);
  return text.empty() ? "nothing" : text;
}

std::string value_text(const Key& key, const Input& input) {
  // Key::member hands out a pointer to change; a copy keeps the input itself const.
  Input copy = input;
  return std::visit([](auto* value) { return to_text(*value); }, key.member(copy));
}

bool must_not_change(const Key& key, const std::string& calculation, bool one_of_many) {
  static const std::set<std::string> dynamics = {"ensemble",     "thermostat", "coupling",     "timestep",
                                                 "chain_length", "fixed_ids",  "fixed_species"};
  // How to come down, and how far, can change on the way; what lies below cannot.
  static const std::set<std::string> relax_may_change = {"minimizer", "fmax", "smax", "max_steps", "max_step"};
  // How long a training goes on and how it steps; what it learns from and by what measure is the rest.
  static const std::set<std::string> train_may_change = {
      "epochs",   "ensemble", "learning_rate", "schedule",  "minimum_learning_rate", "decay_factor",     "decay_epochs",
      "patience", "warm_up",  "weight_decay",  "clip_norm", "early_stopping",        "checkpoint_every", "bucket_size"};
  if (key.group == "control" && key.name == "seed") return calculation == "train" || calculation == "phase";
  if (key.group == "control") return key.name == "units" || key.name == "calculation";
  if (key.group == "dynamics") return dynamics.count(key.name) > 0;
  if (key.group == "ising" || key.group == "model") return true;
  // What is made of the energies can change; which ones are computed, and how, cannot.
  if (key.group == "hull") return key.name == "structures" || key.name == "prototypes" || key.name == "relax";
  // A dataset elsewhere is the same where its content is, which the training itself looks at.
  if (key.group == "dataset") return key.name != "file" && key.name != "validation_file" && key.name != "test_file";
  if (key.group == "train") return train_may_change.count(key.name) == 0;
  if (key.group == "predict") return key.name != "csv" && key.name != "strict";
  // What is made of the answers of trained networks can change.
  if (key.group == "phase") return key.name != "bootstrap" && key.name != "extrapolation" && key.name != "nu";
  // What the verdicts are made from afterwards.
  static const std::set<std::string> evaluate_may_change = {
      "hull", "reference", "stable_below", "missing_elements", "bootstrap", "csv"};
  if (key.group == "evaluate") return evaluate_may_change.count(key.name) == 0;
  if (key.group == "relax") return one_of_many || relax_may_change.count(key.name) == 0;
  // What a list of structures holds from one potential, or a minimisation has come down on, is no part of another.
  if (key.group == "potential" && calculation != "md") return key.name != "device" && key.name != "threads";
  return key.group == "structure" || key.group == "analysis";
}

bool may_change_silently(const Key& key) {
  return key.group == "control" || key.group == "output" || (key.group == "dynamics" && key.name == "steps") ||
         key.name == "checkpoint_every" || key.name == "bucket_size";
}

}  // namespace

std::vector<std::string> compare_with_checkpoint(const Input& now, const Input& then, const std::string& path) {
  std::vector<std::string> changed;
  for (const Group& group : schema())
    for (const Key& key : group.keys) {
      const std::string before = value_text(key, then), after = value_text(key, now);
      if (before == after) continue;
      if (must_not_change(key, now.control.calculation, takes_many_structures(now)))
        fail_key(now, group.name, key.name,
                 fmt::format("is {} but was {} when the checkpoint {} was written; a restart cannot change it. "
                             "Put it back, or begin anew with restart_mode = 'from_scratch'",
                             after, before, path));
      const bool seed = key.group == "control" && key.name == "seed";
      if (seed || !may_change_silently(key))
        changed.push_back(fmt::format("&{} {}: {} → {}", group.name, key.name, before, after));
    }
  return changed;
}

}  // namespace spinel
