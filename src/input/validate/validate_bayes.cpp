#include <algorithm>

#include "input/validate/check.hpp"

namespace spinel {

namespace {

void check_box(const Input& input, const Check& check) {
  const OptimizeParameters& p = input.optimize;
  const OptimizeParameters defaults;
  check(has_empty(p.variables), "variables", "a variable must not be empty");
  check(!p.dataset.empty(), "dataset", "goes without variables: either a box of numbers or rows of a dataset");
  check(p.command.empty(), "command", "missing: what computes the function of the variables");
  check(!p.target.empty(), "target", "names a number of a dataset; that of variables is what the command gives");
  check(p.features != defaults.features, "features", "are of rows of a dataset; those of variables are their values");
  check(p.purpose != defaults.purpose, "purpose", "goes with a dataset");
  const Check check_bayes(input, "bayes");
  check_bayes(input.bayes.acquisition == "knowledge_gradient", "acquisition",
              "'knowledge_gradient' needs candidates that can be listed: rows of a dataset");
  check_bayes(input.bayes.components != BayesParameters().components, "components", "are of rows of a dataset");
}

void check_rows(const Input& input, const Check& check) {
  const OptimizeParameters& p = input.optimize;
  check(p.dataset.empty(), "variables", "missing: either variables with a command, or a dataset");
  check(p.target.empty(), "target", "missing: the number of the dataset that is to be optimized");
  check(!p.command.empty(), "command", "computes a function of variables; the target of a dataset's row is in it");
  check(p.timeout != 0.0, "timeout", "is of a command");
  check(has_empty(p.features), "features", "a name must not be empty");
  const auto twice = repeated(p.features);
  check(!twice.empty(), "features", "'{}' is listed twice", twice);
  check(std::find(p.features.begin(), p.features.end(), p.target) != p.features.end(), "features", "'{}' is the target",
        p.target);
  const OptimizeParameters defaults;
  const bool suggests = p.purpose == "suggest";
  check(suggests && p.initial != defaults.initial, "initial", "goes with purpose = 'replay'");
  check(suggests && p.evaluations != defaults.evaluations, "evaluations",
        "goes with purpose = 'replay'; the number of suggestions is batch");
}

}  // namespace

void check_optimize_keys(const Input& input) {
  const OptimizeParameters& p = input.optimize;
  const Check check(input, "optimize");
  check_selected_keys(input, "optimize");
  check_selected_keys(input, "bayes");
  if (p.variables.empty())
    check_rows(input, check);
  else
    check_box(input, check);
  check(p.goal == "window" && p.window.empty(), "window",
        "missing: goal = 'window' needs its lowest and highest value");
  if (!p.window.empty())
    check(p.window.front() >= p.window.back(), "window", "{} is not below {}", p.window.front(), p.window.back());
  check(p.initial > p.evaluations, "initial", "{} are more than the {} evaluations in all", p.initial, p.evaluations);
  const Check check_bayes(input, "bayes");
  check_bayes(p.goal == "window" && input.bayes.acquisition != BayesParameters().acquisition, "acquisition",
              "goal = 'window' takes the probability of the window");
  check_type_map(check, p);
}

}  // namespace spinel
