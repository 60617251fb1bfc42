#include "task/optimize/optimization_row.hpp"

#include <cmath>

namespace spinel {

std::vector<double> packed(const Hyperparameters& h) {
  std::vector<double> numbers(h.length.begin(), h.length.end());
  numbers.insert(numbers.end(), {h.variance, h.noise, h.mean});
  return numbers;
}

Hyperparameters unpacked(const std::vector<double>& numbers, KernelKind kernel) {
  const auto n = static_cast<std::int64_t>(numbers.size()) - 3;
  Hyperparameters h;
  h.kernel = kernel;
  h.length = Eigen::Map<const Eigen::VectorXd>(numbers.data(), n);
  const double* rest = numbers.data() + n;
  h.variance = rest[0], h.noise = rest[1], h.mean = rest[2];
  return h;
}

bool BestSoFar::add(double value) {
  if (std::isnan(value)) return false;
  if (goal_ == "window") {
    const bool is_hit = value > window_.front() && value < window_.back();
    best_ = (std::isnan(best_) ? 0.0 : best_) + (is_hit ? 1.0 : 0.0);
    return is_hit;
  }
  const bool is_better = std::isnan(best_) || (goal_ == "minimize" ? value < best_ : value > best_);
  if (is_better) best_ = value;
  return is_better;
}

Table<OptimizationRow> optimization_table(const OptimizeParameters& p, const std::vector<std::string>& variables,
                                          const std::string& unit) {
  using R = OptimizationRow;
  // All digits: a value is what the next run of the command is given.
  const auto whole = [](double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); };
  const auto number = [whole](double R::*member) { return [=](const R& r) { return whole(r.*member); }; };
  const bool is_box = !variables.empty();
  Table<R> t;
  t.column("number", "", "of the evaluation", &R::number);
  if (!is_box) {
    t.column("row", "", "of the dataset, from 0", &R::row);
    t.column("id", "", "of the row", &R::id);
  }
  for (std::size_t k = 0; k < variables.size(); ++k)
    t.column("variable_" + variables[k], "", "value of the variable", [k](const R& r) { return r.values[k]; })
        .csv_name(variables[k])
        .csv([k, whole](const R& r) { return whole(r.values[k]); });
  t.column("initial", "", "1: chosen before the first fit", &R::is_initial);
  t.column("value", unit, is_box ? "what the command gave" : "target of the row", &R::value).csv(number(&R::value));
  t.column("mean", unit, "predicted before the evaluation", &R::mean).csv(number(&R::mean));
  t.column("sigma", unit, "standard deviation of that, without the noise of an observation", &R::sigma)
      .csv(number(&R::sigma));
  t.column("acquisition", "", "score at the time of the choice", &R::score).csv(number(&R::score));
  t.column("best", p.goal == "window" ? "" : unit,
           p.goal == "window" ? "values within the window so far" : "best value so far", &R::best)
      .csv(number(&R::best));
  if (is_box) t.column("seconds", "s", "of the command", &R::seconds);
  t.column("reason", "", "of a failure", &R::reason);
  return t;
}

}  // namespace spinel
