#pragma once

#include <map>
#include <memory>
#include <string>

#include "external/call_times.hpp"
#include "external/command_calculations.hpp"
#include "external/external_engine.hpp"

namespace spinel {

/// How the calculations of a CommandEngine are run.
struct CommandEngineSettings {
  double timeout = 0.0;              ///< s for one run
  std::shared_ptr<CallTimes> times;  ///< of calculations so far, shared by the engines of a run
  bool by_array = false;             ///< CommandArray has run all of them before; none is run here
};

/// Runs the program in a folder of its own, reads its output, and keeps both (CommandCalculations). What is there
/// already is not computed again, so a run that was killed repeats no more than what it was at. A calculation that
/// fails (not converged, crashed) is tried twice more with the usual remedies; then it is a failure with its reason.
///
/// Labels of an answer: run_type, a name of the code and a hash of all settings but the structure: energies of one hull
/// must have the same; code, code_version, attempts, calculation (the folder), seconds, and what the output has
/// (total_magnetization, n_scf, warnings).
class CommandEngine final : public ExternalEngine {
 public:
  CommandEngine(CommandSettings program, CommandEngineSettings settings)
      : calculations_(std::move(program)), settings_(std::move(settings)) {}

  ExternalForces evaluate(const Structure& structure) override;
  double expected_seconds() const override { return settings_.by_array ? 0.0 : settings_.times->expected(); }
  std::map<std::string, std::string> labels() const override { return labels_; }

 private:
  ExternalForces take(const std::string& result, const Structure& structure);
  void run(const CommandInput& input, const std::string& folder) const;

  CommandCalculations calculations_;
  CommandEngineSettings settings_;
  std::map<std::string, std::string> labels_;
};

}  // namespace spinel
