#pragma once

#include <string>
#include <vector>

#include "input/parameters.hpp"
#include "input/schema.hpp"
#include "parallel/communicator.hpp"
#include "run/context.hpp"

namespace spinel {

/// One value of &control calculation.
struct Calculation {
  const char* name;
  void (*check)(const RunContext&);  ///< collective: what a run would find wrong before its first step
  bool (*run)(const RunContext&);    ///< collective; false: it was stopped before its end
  const char* help;                  ///< one line
  const char* example;               ///< file in input/ that is ready to run
};

const std::vector<Calculation>& calculations();
/// The same table as input needs it to check names and print help.
std::vector<CalculationHelp> calculation_help();

/// Collective. Rank 0 reads the file, all ranks parse it: the calculations in it. InputError on every rank where it
/// cannot be read or is wrong.
std::vector<Input> read_inputs(const std::string& path, const Communicator& world);

/// Collective. InputError for what a run of what &control calculation names would find wrong before its first step.
void check_input(const RunContext& context);

/// Collective. Runs what &control calculation names. False where it was stopped before its end.
bool run_calculation(const RunContext& context);

}  // namespace spinel
