#include "run/restart.hpp"

#include <gtest/gtest.h>

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

TEST(LocateMessage, AddsFileAndLineWhereTheyAreMissing) {
  const Input input = sample();
  EXPECT_EQ(locate_message(input, "potential", "&potential pairs: 'x' is odd"),
            "a.nml:8: &potential pairs: 'x' is odd");
  EXPECT_EQ(locate_message(input, "dynamics", "timestep must be positive"),
            "a.nml:11: &dynamics timestep: timestep must be positive");
  EXPECT_EQ(locate_message(input, "dynamics", "no such thing"), "a.nml:10: &dynamics: no such thing");
  EXPECT_EQ(locate_message(input, "dynamics", "a.nml:3: &control units: wrong"), "a.nml:3: &control units: wrong");
}

TEST(RunControl, ReadsTheAgreedFlag) {
  Input input = sample();
  input.control.max_seconds = 60.0;
  const RunControl control(input, true);
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
  EXPECT_EQ(RunControl(input, true).flag(), 2.0);
  EXPECT_EQ(RunControl(input, false).flag(), 0.0);
}

}  // namespace
}  // namespace spinel
