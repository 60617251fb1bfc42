#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bayes/choice/search_box.hpp"
#include "task/optimize/optimization_row.hpp"

namespace spinel {

/// Runs of a command that computes a function, each in a folder of its own, on one rank: <folder>/000012 with
/// variables.json, output, and status where the command came to its end. What came to its end in a run that was killed
/// before it could take the result is not run again.
class CommandEvaluations {
 public:
  CommandEvaluations(const SearchBox& box, std::string command, double timeout, std::string folder)
      : box_(box), command_(std::move(command)), timeout_(timeout), folder_(std::move(folder)) {}

  /// Runs all of these at the same time, and gives each its value or reason as it ends, to `done`, too. `look` is
  /// called a few times a second; what it throws ends the commands.
  void run(const std::vector<OptimizationRow*>& rows, const std::function<void()>& look,
           const std::function<void(OptimizationRow&)>& done) const;

  /// Moves what an earlier run left to <folder>.old.
  void keep_old() const;

 private:
  class Running;
  std::string json(const OptimizationRow& row) const;

  const SearchBox& box_;
  std::string command_;
  double timeout_;
  std::string folder_;
};

/// The one number that a result file holds, or the last line of an output ends with. Error with what is there instead.
double number_in(const std::string& path, bool is_output);

}  // namespace spinel
