#include "input/groups/group_builder.hpp"

namespace spinel {

namespace {

void add_optimize(std::vector<Group>& groups) {
  using P = OptimizeParameters;
  GroupBuilder<P> g(groups, "optimize", &Input::optimize,
                    "Bayesian optimization of a function of numbers, or of the rows of a dataset (doc/bayes.md).",
                    {"optimize"});
  g.key("variables", &P::variables,
        "numbers that are searched, each 'name: lowest .. highest', with 'log' behind it on a logarithmic scale, with "
        "'integer' whole ones: 't: 300 .. 1200 log'")
      .length(1, 64)
      .if_empty("none: rows of `dataset`");
  g.key("command", &P::command,
        "shell command that computes the function, in a folder of its own for every evaluation: {name} of a variable "
        "becomes its value, {file} a JSON file with all of them, {result} a file that the command writes the result "
        "to; without {result} it is the last line that the command prints")
      .if_empty("none: rows of `dataset`");
  g.key("timeout", &P::timeout, "time for one run of the command, after which it has failed")
      .in("s")
      .above(0)
      .unless(0, "any")
      .may_change();
  g.key("dataset", &P::dataset, "list of structures with numbers (doc/datasets.md), each row a candidate")
      .if_empty("none: a box of `variables`");
  g.key("target", &P::target, "number of the dataset that is to be optimized").if_empty("none: a box of `variables`");
  g.key("features", &P::features,
        "what of a row the process knows it by: 'composition', statistics of element properties, and names of numbers "
        "of the dataset")
      .length(1, 1000);
  g.key("purpose", &P::purpose,
        "'suggest': rows that have the target are known, and the next `batch` of the others is suggested; 'replay': "
        "the target of a row is looked at when the row is asked for, which compares ways to choose")
      .one_of({"suggest", "replay"});
  g.key("goal", &P::goal, "best values: the lowest, the highest, or those within `window`")
      .one_of({"minimize", "maximize", "window"});
  g.key("window", &P::window, "lowest and highest of the best values, of goal = 'window'")
      .length(2)
      .if_empty("none")
      .of("goal", {"window"});
  g.key("evaluations", &P::evaluations, "number of evaluations in all, with those that fail")
      .between(1, 1000000)
      .may_change_silently();
  g.key("initial", &P::initial,
        "evaluations before the first fit: points of a scrambled Sobol sequence, or random rows")
      .between(1, 1000000)
      .unless(0, "twice the number of variables, at least 4; of rows 10");
  g.key("batch", &P::batch, "evaluations that are chosen together; those of a command run at the same time")
      .between(1, 10000)
      .may_change();
  g.key("csv", &P::csv, "table of evaluations also as CSV: <prefix>_evaluations.csv").may_change_silently();
  add_read_keys(g);
}

}  // namespace

void add_bayes(std::vector<Group>& groups) {
  using P = BayesParameters;
  GroupBuilder<P> g(groups, "bayes", &Input::bayes,
                    "Gaussian process, and what is chosen to be computed next (doc/bayes.md).",
                    {"optimize", "discover"});
  g.optional_for({"discover"});
  g.key("kernel", &P::kernel, "covariance of two points: twice or once differentiable functions, or smooth ones")
      .one_of({"matern52", "matern32", "rbf"});
  g.key("ard", &P::ard, "a length for every number of a point; else one for all");
  g.key("noise", &P::noise, "standard deviation of the observations, in their unit").at_least(0).unless(-1, "fitted");
  g.key("priors", &P::priors, "priors of lengths, which keep few data sane; else the largest likelihood");
  g.key("starts", &P::starts, "starts of the fit of the hyperparameters").between(1, 100);
  g.key("fit_points", &P::fit_points, "most points that hyperparameters are fitted to, a random choice of all")
      .between(10, 100000)
      .unless(0, "all");
  g.key("acquisition", &P::acquisition,
        "what makes a candidate worth computing: expected improvement or its logarithm, probability of improvement, "
        "confidence bound, a function drawn from the process, expected gain of the best mean (rows of a dataset), the "
        "mean alone, or nothing; not used by goal = 'window', where it is the probability of the window")
      .one_of({"log_ei", "ei", "pi", "ucb", "thompson", "knowledge_gradient", "mean", "random"})
      .only_for({"optimize"});
  g.key("kappa", &P::kappa, "standard deviations that a confidence bound is away from the mean")
      .at_least(0)
      .of("acquisition", {"ucb"})
      .only_for({"optimize"});
  g.key("batch_method", &P::batch_method,
        "difference within a batch: each chosen one is taken to have its mean; scores near it are lowered; none")
      .one_of({"believer", "penalization", "none"})
      .only_for({"optimize"});
  g.key("components", &P::components, "principal components of the features of rows that are kept")
      .between(1, 10000)
      .unless(0, "the features themselves, each by its mean and spread");
  add_optimize(groups);
}

}  // namespace spinel
