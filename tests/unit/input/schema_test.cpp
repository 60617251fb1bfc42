#include "input/schema.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "core/error.hpp"

namespace spinel {
namespace {

const std::vector<CalculationHelp> calculations = {{"md", "molecular dynamics", "quickstart.nml"}};

const std::string minimal =
    "&control calculation = 'md' /\n"
    "&structure file = 'x.xyz' /\n"
    "&potential style = 'lennard_jones' pairs = 'Ar-Ar' epsilon = 0.0104 sigma = 3.4 cutoff = 8.5 /\n";

Input parse(const std::string& more) { return parse_input(minimal + more, "x.nml", calculations); }

std::string message(const std::string& text) {
  try {
    parse_input(text, "x.nml", calculations);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Schema, CoversEveryMember) {
  // The members named by the keys of a group fill its struct but for padding, which is shorter than 8 bytes.
  Input input;
  const std::map<std::string, std::pair<char*, std::size_t>> structs = {
      {"control", {reinterpret_cast<char*>(&input.control), sizeof input.control}},
      {"structure", {reinterpret_cast<char*>(&input.structure), sizeof input.structure}},
      {"potential", {reinterpret_cast<char*>(&input.potential), sizeof input.potential}},
      {"dynamics", {reinterpret_cast<char*>(&input.dynamics), sizeof input.dynamics}},
      {"relax", {reinterpret_cast<char*>(&input.relax), sizeof input.relax}},
      {"ising", {reinterpret_cast<char*>(&input.ising), sizeof input.ising}},
      {"phase", {reinterpret_cast<char*>(&input.phase), sizeof input.phase}},
      {"hull", {reinterpret_cast<char*>(&input.hull), sizeof input.hull}},
      {"dataset", {reinterpret_cast<char*>(&input.dataset), sizeof input.dataset}},
      {"convert", {reinterpret_cast<char*>(&input.convert), sizeof input.convert}},
      {"query", {reinterpret_cast<char*>(&input.query), sizeof input.query}},
      {"model", {reinterpret_cast<char*>(&input.model), sizeof input.model}},
      {"train", {reinterpret_cast<char*>(&input.train), sizeof input.train}},
      {"predict", {reinterpret_cast<char*>(&input.predict), sizeof input.predict}},
      {"generate", {reinterpret_cast<char*>(&input.generate), sizeof input.generate}},
      {"vectors", {reinterpret_cast<char*>(&input.vectors), sizeof input.vectors}},
      {"likelihood", {reinterpret_cast<char*>(&input.likelihood), sizeof input.likelihood}},
      {"encode", {reinterpret_cast<char*>(&input.encode), sizeof input.encode}},
      {"properties", {reinterpret_cast<char*>(&input.properties), sizeof input.properties}},
      {"propose", {reinterpret_cast<char*>(&input.propose), sizeof input.propose}},
      {"evaluate", {reinterpret_cast<char*>(&input.evaluate), sizeof input.evaluate}},
      {"measures", {reinterpret_cast<char*>(&input.measures), sizeof input.measures}},
      {"oracle", {reinterpret_cast<char*>(&input.oracle), sizeof input.oracle}},
      {"discover", {reinterpret_cast<char*>(&input.discover), sizeof input.discover}},
      {"bayes", {reinterpret_cast<char*>(&input.bayes), sizeof input.bayes}},
      {"optimize", {reinterpret_cast<char*>(&input.optimize), sizeof input.optimize}},
      {"serve", {reinterpret_cast<char*>(&input.serve), sizeof input.serve}},
      {"neighbor", {reinterpret_cast<char*>(&input.neighbor), sizeof input.neighbor}},
      {"parallel", {reinterpret_cast<char*>(&input.parallel), sizeof input.parallel}},
      {"output", {reinterpret_cast<char*>(&input.output), sizeof input.output}},
      {"analysis", {reinterpret_cast<char*>(&input.analysis), sizeof input.analysis}}};
  for (const Group& group : schema()) {
    ASSERT_EQ(structs.count(group.name), 1u) << group.name;
    const auto& [first, size] = structs.at(group.name);
    std::vector<char> covered(size, 0);
    for (const auto& key : group.keys)
      std::visit(
          [&, begin = first](auto* member) {
            const auto at = reinterpret_cast<char*>(member) - begin;
            ASSERT_GE(at, 0) << key.name;
            ASSERT_LE(static_cast<std::size_t>(at) + sizeof *member, covered.size()) << key.name;
            for (std::size_t b = 0; b < sizeof *member; ++b) ++covered[static_cast<std::size_t>(at) + b];
          },
          key.member(input));
    std::size_t gap = 0;
    for (const char count : covered) {
      EXPECT_LE(count, 1) << "two keys of &" << group.name << " name one member";
      gap = count ? 0 : gap + 1;
      EXPECT_LT(gap, 8u) << "a member of &" << group.name << " has no key";
    }
  }
}

TEST(Schema, DefaultsAreInRangeAndDescribed) {
  for (const auto& group : schema()) {
    EXPECT_FALSE(group.help.empty());
    std::set<std::string> names;
    for (const auto& key : group.keys) {
      EXPECT_TRUE(names.insert(key.name).second) << key.name;
      EXPECT_FALSE(key.help.empty()) << key.name;
      EXPECT_EQ(key.group, group.name);
    }
  }
  EXPECT_NO_THROW(parse(""));  // together with the echo below: every default passes its own check
  EXPECT_NO_THROW(parse_input(echo(parse("")), "echo", calculations));
}

TEST(ParseInput, ValuesArriveInTheirMembers) {
  const auto input = parse(
      "&DYNAMICS timestep = 1.5d0 steps = 1000 ensemble = \"nvt\" fixed_ids = 3, 2*5 pressure = -1d-2\n"
      " thermostat = 'langevin' temperature = +300 /\n"
      "&parallel grid = 2 1 4 balance = f / &output trajectory_fields = 'force' compression = 9 /\n"
      "&neighbor skin = .5 /");
  EXPECT_EQ(input.control.calculation, "md");
  EXPECT_EQ(input.dynamics.timestep, 1.5);
  EXPECT_EQ(input.dynamics.steps, 1000);
  EXPECT_EQ(input.dynamics.ensemble, "nvt");
  EXPECT_EQ(input.dynamics.pressure, -0.01);
  EXPECT_EQ(input.dynamics.temperature, 300.0);
  EXPECT_EQ(input.dynamics.fixed_ids, (std::vector<std::int64_t>{3, 5, 5}));
  EXPECT_EQ(input.parallel.grid, (std::vector<std::int64_t>{2, 1, 4}));
  EXPECT_FALSE(input.parallel.balance);
  EXPECT_EQ(input.output.trajectory_fields, std::vector<std::string>{"force"});
  EXPECT_EQ(input.neighbor.skin, 0.5);
  EXPECT_EQ(input.control.prefix, "spinel");
}

TEST(ParseInput, IndexedElementsStartFromTheDefault) {
  const std::string structure = "&control calculation='md'/ &structure file='x' ";
  const std::string potential = "/ &potential style='lennard_jones' pairs='A-A' epsilon=1 sigma=1 cutoff=2 /";
  auto input = parse_input(structure + "supercell(3) = 4" + potential, "", calculations);
  EXPECT_EQ(input.structure.supercell, (std::vector<std::int64_t>{1, 1, 4}));
  input = parse_input(structure + "periodic(3) = F periodic(1) = T, .true." + potential, "", calculations);
  EXPECT_EQ(input.structure.periodic, (std::vector<bool>{true, true, false}));
  EXPECT_EQ(message(minimal + "&dynamics fixed_ids(2) = 1 /"),
            "x.nml:4: &dynamics fixed_ids: element 1 of the list is not given");
  EXPECT_EQ(message(minimal + "&parallel grid(1) = 1 grid(2) = 1 /"),
            "x.nml:4: &parallel grid: takes 3 values, 2 were given");
}

TEST(ParseInput, FortranNumbersAndLogicals) {
  for (const auto& [text, value] : {std::pair<const char*, double>{"1", 1},
                                    {"1.", 1},
                                    {".5", .5},
                                    {"-0.5", -.5},
                                    {"+2.5e1", 25},
                                    {"1.0d-3", 1e-3},
                                    {"1D3", 1000},
                                    {"2.E+2", 200},
                                    {"0x10", -7},
                                    {"1e", -7},
                                    {"--1", -7},
                                    {"+-1", -7},
                                    {"-", -7},
                                    {".", -7},
                                    {"inf", -7},
                                    {"-inf", -7},
                                    {"-nan", -7},
                                    {"1.0.0", -7},
                                    {"1,5", -7},
                                    {"1e-400", -7}}) {
    const std::string input = minimal + "&dynamics ensemble = 'npt' pressure = " + text + " /";
    if (value == -7)
      EXPECT_NE(message(input).find("&dynamics pressure: "), std::string::npos) << text;
    else
      EXPECT_EQ(parse_input(input, "", calculations).dynamics.pressure, value) << text;
  }
  for (const char* text : {"T", "t", ".t.", ".T.", "true", ".true.", ".TRUE.", "True"})
    EXPECT_TRUE(parse(std::string("&dynamics ensemble='npt' pressure_ramp = ") + text + " /").dynamics.pressure_ramp);
  for (const char* text : {"F", ".f.", "false", ".False."})
    EXPECT_FALSE(parse(std::string("&parallel balance = ") + text + " /").parallel.balance) << text;
  for (const char* text : {"yes", "1", "'T'", ".true", "on"})
    EXPECT_NE(message(minimal + "&parallel balance = " + text + " /").find("expected .true. or .false."),
              std::string::npos)
        << text;
}

TEST(ParseInput, ReducedUnitsHaveTheirOwnDefaults) {
  std::string text = minimal;
  text.insert(text.find(" /"), " units = 'lj'");
  const auto input = parse_input(text + "&dynamics temperature = 0.7 /", "", calculations);
  EXPECT_EQ(input.dynamics.timestep, 0.005);
  EXPECT_EQ(input.dynamics.temperature, 0.7);
  EXPECT_EQ(input.dynamics.thermostat_time, 0.5);
  EXPECT_EQ(input.neighbor.skin, 0.3);
  EXPECT_EQ(parse("").dynamics.timestep, 1.0);
  // Named by its default value, a key keeps it.
  EXPECT_EQ(parse_input(text + "&neighbor skin = 1.0 /", "", calculations).neighbor.skin, 1.0);
}

TEST(ParseInput, LocationsServeLaterMessages) {
  const auto input = parse("&dynamics\n steps = 5\n/\n");
  const auto later = [&](const char* group, const char* key) {
    try {
      fail_key(input, group, key, "wrong");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(later("dynamics", "steps"), "x.nml:5: &dynamics steps: wrong");
  EXPECT_EQ(later("dynamics", "timestep"), "x.nml:4: &dynamics timestep: wrong");
  EXPECT_EQ(later("output", "compression"), "x.nml:6: &output compression: wrong");
  EXPECT_EQ(Input().locations.label("output", "compression"), "&output compression: ");
}

TEST(ParseInput, MemoryOfListsIsBounded) {
  EXPECT_EQ(message(minimal + "&dynamics fixed_ids = 1000000*1 1000000*2 /"),
            "x.nml:4: &dynamics fixed_ids: takes 1 to 1000000 values, 2000000 were given");
  EXPECT_EQ(message(minimal + "&dynamics fixed_ids(999999) = 3*1 /"),
            "x.nml:4: &dynamics fixed_ids: element 1000001 is beyond the end; the list has 1 to 1000000 values");
  EXPECT_EQ(message(minimal + "&dynamics fixed_species = 1000000*'" + std::string(4000, 'x') + "' /"),
            "x.nml:4: &dynamics fixed_species: takes 1 to 118 values, 1000000 were given");
}

TEST(ParseInputs, EachControlBeginsACalculation) {
  const std::string text =
      "&control calculation = 'ising' prefix = 'a' title = 'first' outdir = 'there' max_seconds = 60 /\n"
      "&ising size = 4 temperatures = 2.0 /\n"
      "&control calculation = 'ising' prefix = 'b' seed = 7 /\n"
      "&ising size = 8 temperatures = 2.0 /\n"
      "&control calculation = 'ising' prefix = 'c' outdir = 'here' /\n"
      "&ising size = 16 temperatures = 2.0 /\n";
  const auto inputs = parse_inputs(text, "three.nml");
  ASSERT_EQ(inputs.size(), 3u);
  EXPECT_EQ(inputs[1].control.outdir, "there");
  EXPECT_EQ(inputs[1].control.title, "");
  EXPECT_EQ(inputs[2].control.outdir, "here");
  EXPECT_EQ(inputs[2].control.seed, 7);
  EXPECT_EQ(inputs[2].control.max_seconds, 60.0);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(inputs[k].ising.size, std::vector<std::int64_t>{4 << k});
  EXPECT_EQ(inputs[2].locations.line.at({"ising", "size"}), 6);

  const auto message = [](const std::string& input) -> std::string {
    try {
      parse_inputs(input, "x.nml");
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const std::string one = "&ising size = 4 temperatures = 2.0 /\n";
  const auto control = [](const std::string& keys) { return "&control calculation = 'ising' " + keys + " /\n"; };
  EXPECT_EQ(parse_inputs(one + control(""), "x.nml").size(), 1u);
  EXPECT_EQ(message(control("") + one + control("title = 'x'") + one),
            "x.nml:3: &control prefix: 'spinel' is that of the calculation on line 1 too: each needs files of its own");
  EXPECT_EQ(message(one + control("") + one + control("prefix = 'b'")),
            "x.nml:1: &ising: stands before the first &control; of several calculations each begins with its &control");
  const std::string missing = "&ising size: missing, it is required by calculation = 'ising'";
  EXPECT_EQ(message(control("") + one + control("prefix = 'b'")), "x.nml:3: " + missing);
  EXPECT_EQ(message(control("") + control("prefix = 'b'") + one), "x.nml:1: " + missing);
}

TEST(Echo, ReadsBackToTheSameValues) {
  auto input = parse(
      "&dynamics timestep = 0.1 pressure = 1.01325d-4 temperature = 94.39999999999999 fixed_species = 'It''s \"Ar\"'\n"
      " ensemble = 'nvt' steps = 9007199254740993 barostat_time = 1.7976931348623157d308 /\n"
      "&parallel grid = 1 2 3 / &output checkpoint_seconds = 4.9d-300 /");
  input.structure.rattle = std::nextafter(0.1, 1.0);
  input.structure.minimum_distance = std::numeric_limits<double>::min();
  const auto again = parse_input(echo(input), "echo.nml", calculations);
  EXPECT_EQ(again.dynamics.timestep, input.dynamics.timestep);
  EXPECT_EQ(again.dynamics.pressure, input.dynamics.pressure);
  EXPECT_EQ(again.dynamics.temperature, input.dynamics.temperature);
  EXPECT_EQ(again.dynamics.steps, 9007199254740993);
  EXPECT_EQ(again.dynamics.barostat_time, std::numeric_limits<double>::max());
  EXPECT_EQ(again.dynamics.fixed_species, std::vector<std::string>{"It's \"Ar\""});
  EXPECT_EQ(again.structure.rattle, input.structure.rattle);
  EXPECT_EQ(again.structure.minimum_distance, input.structure.minimum_distance);
  EXPECT_EQ(again.parallel.grid, input.parallel.grid);
  EXPECT_TRUE(again.structure.periodic.empty());
  EXPECT_EQ(echo(again), echo(input));
}

/// Every member of every key set to something that is not its default; then all must come back.
TEST(Echo, CarriesEveryKey) {
  auto input = parse("");
  std::size_t n = 0;
  for (const auto& group : schema())
    for (const auto& key : group.keys) {
      ++n;
      std::visit(
          [&](auto* member) {
            using T = std::decay_t<decltype(*member)>;
            double number = key.minimum ? *key.minimum + 1.0 : 2.0;
            if (key.maximum && number > *key.maximum) number = 0.5 * (key.minimum.value_or(0.0) + *key.maximum);
            const std::string word = !key.choices.empty()     ? key.choices.back()
                                     : key.name == "type_map" ? "w: H"
                                                              : "w-" + key.name;
            const std::size_t length = key.minimum_length == 0 ? 1 : key.minimum_length;
            if constexpr (std::is_same_v<T, std::string>)
              *member = word;
            else if constexpr (std::is_same_v<T, bool>)
              *member = !*member;
            else if constexpr (std::is_arithmetic_v<T>)
              *member = static_cast<T>(number);
            else if constexpr (std::is_same_v<T, std::vector<bool>>)
              *member = {false, true, false};
            else if constexpr (std::is_same_v<T, std::vector<std::string>>)
              member->assign(length, word);
            else
              member->assign(length, static_cast<typename T::value_type>(number));
          },
          key.member(input));
    }
  EXPECT_GT(n, 60u);
  // What excludes each other:
  input.control.calculation = "md";
  input.structure.file.clear();
  input.structure.frame = -1;
  input.structure.all = false;
  input.potential.style = "lennard_jones";
  input.potential.model.clear();
  input.potential.device = "cpu";
  input.potential.threads = 1;
  input.potential.spread_threshold = 0.0;
  input.potential.spread_action = "dump";
  input.potential.spread_every = 10;
  for (std::string* of_programs : {&input.potential.address, &input.potential.command, &input.potential.template_file,
                                   &input.potential.pseudo_dir, &input.potential.level, &input.potential.array})
    of_programs->clear();
  input.potential.code = "script";
  input.potential.k_spacing = 0.0;
  input.potential.timeout = 3600.0;
  input.potential.pairs = {"A-B"};
  input.potential.smooth_width = 0.5;
  input.potential.tail_correction = false;
  input.dynamics.thermostat_time = 1e3;
  input.dynamics.barostat_time = 1e3;
  input.dynamics.fixed_ids.clear();
  input.dynamics.fixed_species.clear();
  input.analysis.equilibration_steps = 0;
  input.parallel.pools = 1;
  const auto again = parse_input(echo(input), "echo.nml", calculations);
  EXPECT_EQ(echo(again), echo(input));
  EXPECT_EQ(again.analysis.vacf_window, input.analysis.vacf_window);
  EXPECT_EQ(again.output.final_structure, "w-final_structure");
  EXPECT_EQ(again.structure.periodic, (std::vector<bool>{false, true, false}));
}

TEST(Help, TopicsAndWrongTopics) {
  const auto overview = help_text("", calculations);
  EXPECT_NE(overview.find("  md  molecular dynamics\n"), std::string::npos) << overview;
  for (const auto& group : schema()) EXPECT_NE(overview.find("&" + group.name), std::string::npos);
  EXPECT_NE(help_text("md", calculations).find("timestep"), std::string::npos);
  EXPECT_NE(help_text("md", calculations).find("Ready to run: input/quickstart.nml"), std::string::npos);
  EXPECT_NE(
      help_text("&dynamics", {}).find("  timestep  real, fs (lj: τ), > 0, default 1.0 (lj: 0.005)\n      time step\n"),
      std::string::npos)
      << help_text("&dynamics", {});
  EXPECT_EQ(help_text("Dynamics", {}), help_text("&dynamics", {}));
  try {
    help_text("dynamic", calculations);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "no help on 'dynamic'; did you mean 'dynamics'?");
  }
}

TEST(Help, KeywordsDocumentIsCurrent) {
  std::ifstream file(SPINEL_SOURCE_DIR "/doc/keywords.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == keywords_markdown())
      << "doc/keywords.md differs from the schema; regenerate it: spinel --keywords > doc/keywords.md";
}

}  // namespace
}  // namespace spinel
