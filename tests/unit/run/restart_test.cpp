#include "run/restart.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/error.hpp"
#include "input/schema.hpp"
#include "run/locate_error.hpp"
#include "run/run_control.hpp"

namespace spinel {
namespace {

const char* const text =
    "&control\n"
    "  calculation = 'md'\n"
    "/\n"
    "&structure\n"
    "  prototype = 'fcc' species = 'Ar' a = 5.3\n"
    "/\n"
    "&potential\n"
    "  style = 'lennard_jones' pairs = 'Ar-Ar' epsilon = 0.01 sigma = 3.4 cutoff = 8.5\n"
    "/\n"
    "&dynamics\n"
    "  timestep = 2.0 steps = 100\n"
    "/\n";

Input sample() { return parse_input(text, "a.nml"); }

TEST(Restart, TheSameInputChangesNothing) { EXPECT_TRUE(compare_with_checkpoint(sample(), sample(), "c").empty()); }

TEST(Restart, StepsAndOutputChangeSilently) {
  Input now = sample();
  now.dynamics.steps = 200;
  now.output.thermo_every = 1;
  now.control.max_seconds = 60.0;
  EXPECT_TRUE(compare_with_checkpoint(now, sample(), "c").empty());
}

TEST(Restart, OtherChangesAreTold) {
  Input now = sample();
  now.dynamics.temperature = 400.0;
  now.control.seed = 2;
  EXPECT_EQ(compare_with_checkpoint(now, sample(), "c"),
            (std::vector<std::string>{"&control seed: 1 → 2", "&dynamics temperature: 300 → 400"}));
}

TEST(Restart, WhatTheContinuationDependsOnIsRefusedWithItsLine) {
  const auto message = [](void (*change)(Input&)) {
    Input now = sample();
    change(now);
    try {
      compare_with_checkpoint(now, sample(), "out/a.restart.h5");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(
      message([](Input& i) { i.dynamics.timestep = 1.0; }).rfind("a.nml:11: &dynamics timestep: is 1 but was 2", 0),
      0U);
  EXPECT_EQ(message([](Input& i) { i.structure.a = 5.4; }).rfind("a.nml:5: &structure a: is 5.4 but was 5.3", 0), 0U);
  for (const auto change : {+[](Input& i) { i.control.units = "lj"; }, +[](Input& i) { i.dynamics.ensemble = "nvt"; },
                            +[](Input& i) { i.analysis.rdf_every = 5; }, +[](Input& i) { i.dynamics.fixed_ids = {1}; }})
    EXPECT_NE(message(change).find("out/a.restart.h5"), std::string::npos);
}

using Names = std::set<std::string>;

/// Keys that may change at a restart of this input, by group: with a report or silently. No other key may.
struct MayChange {
  std::map<std::string, Names> reported, silent;
};

MayChange may_change(const Input& input) {
  const std::string& calculation = input.control.calculation;
  const bool many =
      input.structure.all || calculation == "hull" || calculation == "evaluate" || calculation == "discover";
  MayChange all;
  all.silent["control"] = {"title", "prefix", "outdir", "restart_mode", "max_seconds"};
  const Names drawn = {"train", "phase", "propose", "optimize", "discover"};
  if (drawn.count(calculation) == 0) all.reported["control"] = {"seed"};
  all.reported["structure"] = {};
  all.reported["potential"] = {"device", "threads", "timeout", "array"};
  if (calculation == "md")
    all.reported["potential"] = {"style",        "precision",    "pairs",           "epsilon",
                                 "sigma",        "cutoff",       "mixing",          "truncation",
                                 "smooth_width", "model",        "tail_correction", "device",
                                 "threads",      "spread_every", "spread_action",   "spread_threshold",
                                 "timeout",      "address",      "command",         "code",
                                 "template",     "k_spacing",    "pseudo_dir",      "level",
                                 "array"};
  all.reported["oracle"] = all.reported["potential"];
  all.silent["dynamics"] = {"steps"};
  all.reported["dynamics"] = {"temperature",         "temperature_end",   "thermostat_time", "pressure",
                              "pressure_end",        "pressure_ramp",     "barostat_time",   "initial_velocities",
                              "initial_temperature", "remove_drift_every"};
  all.reported["relax"] = many ? Names{} : Names{"minimizer", "fmax", "smax", "max_steps", "max_step"};
  all.reported["ising"] = {};
  all.reported["phase"] = {"bootstrap", "extrapolation", "nu"};
  all.reported["hull"] = {"entries",          "reference",  "candidates", "elements",    "id_key",
                          "formula_key",      "energy_key", "run_type",   "energy_kind", "elemental_references",
                          "missing_elements", "csv",        "align"};
  all.reported["dataset"] = {"file", "validation_file", "test_file"};
  all.reported["model"] = {};
  all.reported["train"] = {"epochs",       "ensemble",      "learning_rate", "schedule", "minimum_learning_rate",
                           "decay_factor", "decay_epochs",  "patience",      "warm_up",  "weight_decay",
                           "clip_norm",    "early_stopping"};
  all.silent["train"] = {"checkpoint_every", "bucket_size"};
  all.reported["predict"] = {"strict", "csv"};
  all.silent["output"] = {"thermo_every",      "trajectory_every",     "checkpoint_every", "checkpoint_seconds",
                          "trajectory_fields", "trajectory_precision", "compression",      "final_structure"};
  all.reported["evaluate"] = {"hull", "reference", "stable_below", "missing_elements", "bootstrap", "csv"};
  all.reported["bayes"] = {};
  all.reported["discover"] = {"hit_above_hull", "maximum_calls", "patience", "csv"};
  all.silent["discover"] = {"labels"};
  all.reported["optimize"] = {"timeout", "batch"};
  all.silent["optimize"] = {"evaluations", "csv"};
  all.reported["neighbor"] = {"skin", "rebuild_every", "check_displacement"};
  all.reported["parallel"] = {"grid", "pools", "balance", "balance_threshold", "balance_every"};
  all.reported["analysis"] = {};
  return all;
}

TEST(Restart, EveryKeyMayChangeOrNotAsItDid) {
  for (const auto& [calculation, all] : {std::pair("md", false),
                                         {"relax", false},
                                         {"relax", true},
                                         {"energy", true},
                                         {"hull", false},
                                         {"evaluate", false},
                                         {"ising", false},
                                         {"phase", false},
                                         {"train", false},
                                         {"predict", false}}) {
    Input input;
    input.control.calculation = calculation;
    input.structure.all = all;
    const MayChange expected = may_change(input);
    for (const Group& group : schema()) {
      const auto reported = expected.reported.find(group.name), silent = expected.silent.find(group.name);
      if (reported == expected.reported.end() && silent == expected.silent.end()) continue;
      const auto names = [&](AtRestart rule) {
        Names result;
        for (const Key& key : group.keys)
          if (key.at_restart(input) == rule) result.insert(key.name);
        return result;
      };
      EXPECT_EQ(names(AtRestart::reported), reported == expected.reported.end() ? Names{} : reported->second)
          << calculation << " &" << group.name;
      EXPECT_EQ(names(AtRestart::silent), silent == expected.silent.end() ? Names{} : silent->second)
          << calculation << " &" << group.name;
    }
  }
}

TEST(Restart, AKeyThatSaysNothingMayNotChange) {
  const Key key;
  EXPECT_EQ(key.at_restart(sample()), AtRestart::frozen);
}

TEST(LocateMessage, AddsFileAndLineWhereTheyAreMissing) {
  const Input input = sample();
  EXPECT_EQ(locate_message({input.locations, "potential"}, "&potential pairs: 'x' is odd"),
            "a.nml:8: &potential pairs: 'x' is odd");
  EXPECT_EQ(locate_message({input.locations, "dynamics"}, "timestep must be positive"),
            "a.nml:11: &dynamics timestep: timestep must be positive");
  EXPECT_EQ(locate_message({input.locations, "dynamics"}, "no such thing"), "a.nml:10: &dynamics: no such thing");
  EXPECT_EQ(locate_message({input.locations, "dynamics"}, "a.nml:3: &control units: wrong"),
            "a.nml:3: &control units: wrong");
}

TEST(RunControl, ReadsTheAgreedFlag) {
  Input input = sample();
  input.control.max_seconds = 60.0;
  const RunControl control(input.control, input.output, true);
  EXPECT_EQ(control.flag(), 0.0);
  EXPECT_FALSE(control.interpret(0.0).save);
  EXPECT_TRUE(control.interpret(1.0).save);
  EXPECT_FALSE(control.interpret(1.0).stop);
  EXPECT_EQ(control.interpret(2.0).reason, "max_seconds = 60");
  EXPECT_EQ(control.interpret(3.0 + 15.0).reason, "SIGTERM");
  EXPECT_TRUE(control.interpret(18.0).stop && control.interpret(18.0).save);
}

TEST(RunControl, TimeCountsOnOneRankOnly) {
  Input input = sample();
  input.control.max_seconds = 1e-9;
  EXPECT_EQ(RunControl(input.control, input.output, true).flag(), 2.0);
  EXPECT_EQ(RunControl(input.control, input.output, false).flag(), 0.0);
}

}  // namespace
}  // namespace spinel
