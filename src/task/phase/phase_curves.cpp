#include "task/phase/phase_curves.hpp"

#include <algorithm>
#include <cmath>

#include "ising/transition/classifier_curve.hpp"
#include "ising/transition/confusion_curve.hpp"
#include "ising/transition/finite_size.hpp"
#include "run/run_report.hpp"
#include "task/ising/ising_text.hpp"

namespace spinel {

namespace {

/// The curve of one lattice size, of either method.
struct SizeResult {
  SizeEstimate estimate;
  double found = 0.0;
  std::string note;  ///< behind its row of the report
};

class Curves {
 public:
  Curves(const RunContext& context, const PhasePlan& plan, const PhaseStudy& study, ResultFile& file)
      : parameters_(context.input.phase),
        seed_(static_cast<std::uint64_t>(context.input.control.seed)),
        log_(context.log),
        plan_(plan),
        study_(study),
        file_(file) {}

  void run() {
    file_.set_attribute("/phase", "method", parameters_.method);
    if (!plan_.by_confusion()) {
      file_.write("/phase/windows", windows(), {"|J|/k_B", "lowest, highest T shown as ordered; as disordered"},
                  {2, 2});
    }
    TextTable table({"size", plan_.by_confusion() ? "middle peak" : "T_c(L)", "by configurations", "by networks",
                     plan_.by_confusion() ? "its height" : "held-out error"});
    std::vector<SizeEstimate> found;
    for (std::size_t s = 0; s < plan_.sizes().size(); ++s) {
      const auto jobs = study_.finished(s);
      if (jobs.empty()) continue;
      const SizeResult result = plan_.by_confusion() ? confusion(s, jobs) : classifier(s, jobs);
      write_training(s, jobs);
      const std::string& name = plan_.sizes()[s].name;
      if (result.found == 0.0) {
        table.add({name, "not seen", "", "", result.note});
        continue;
      }
      const SizeEstimate& e = result.estimate;
      const double by_networks = error_of_mean(e.of_network);
      table.add({name, uncertain_text(e.t), fmt::format("{:.2g}", e.configuration_error),
                 e.of_network.size() > 1 ? fmt::format("{:.2g}", by_networks) : "unknown", result.note});
      if (result.found < 0.95)
        warnings_.push_back(
            fmt::format("{}: only {:.0f} % of the resamples show a transition", name, 100.0 * result.found));
      found.push_back(e);
    }
    log_.line();
    log_.line(table.text());
    log_.line();
    for (const std::string& warning : warnings_) log_.print("  WARNING: {}", warning);
    if (parameters_.networks == 1)
      log_.line("  NOTE: the errors do not hold how networks differ; networks = 2 or more measures that");
    if (plan_.extrapolates()) extrapolate(found);
  }

 private:
  std::vector<double> windows() const {
    std::vector<double> values = parameters_.ordered_window;
    values.insert(values.end(), parameters_.disordered_window.begin(), parameters_.disordered_window.end());
    return values;
  }
  std::string group(std::size_t size) const { return "/phase/" + plan_.sizes()[size].name + "/"; }
  static constexpr const char* error_text = "standard error: bootstrap over configurations, scatter of networks";

  void write(const std::string& path, const std::vector<Estimate>& estimates, const DataLabel& label) {
    std::vector<double> values, errors;
    for (const Estimate& e : estimates) values.push_back(e.value), errors.push_back(e.error);
    file_.write(path, std::move(values), label);
    file_.write(path + "_error", std::move(errors), {label.unit, error_text});
  }
  void write(const std::string& path, const Estimate& e, const DataLabel& label) {
    file_.write(path, e.value, label);
    file_.write(path + "_error", e.error, {label.unit, error_text});
  }
  void write_rows(const std::string& path, const std::vector<std::vector<double>>& rows, const DataLabel& label) {
    std::vector<double> flat;
    for (const auto& row : rows) flat.insert(flat.end(), row.begin(), row.end());
    file_.write(path, std::move(flat), label,
                {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows.at(0).size())});
  }
  void write_transition(std::size_t s, const SizeResult& result, const char* what) {
    if (result.found == 0.0) return;
    const std::string path = group(s) + "transition/";
    write(path + "temperature", result.estimate.t, {"|J|/k_B", what});
    file_.write(path + "configuration_error", result.estimate.configuration_error,
                {"|J|/k_B", "the part of the error that comes from the configurations"});
    file_.write(path + "of_network", result.estimate.of_network, {"|J|/k_B", "[network]; NaN where there is none"});
    file_.write(path + "found", result.found, {"", "share of the resamples that show it"});
  }
  SizeEstimate size_estimate(std::size_t s) const {
    SizeEstimate e;
    e.edge = std::sqrt(static_cast<double>(plan_.sizes()[s].lx * plan_.sizes()[s].ly));
    return e;
  }

  SizeResult classifier(std::size_t s, const std::vector<std::size_t>& jobs) {
    const auto asked = plan_.sizes()[s].asked_by_temperature();
    std::vector<std::vector<std::vector<float>>> p;
    double wrong = 0.0;
    for (const std::size_t job : jobs) {
      const double* probability = study_.probability(job, s);
      auto& of_network = p.emplace_back();
      for (const auto& places : asked.places) {
        auto& of_temperature = of_network.emplace_back();
        for (const std::size_t place : places) of_temperature.push_back(static_cast<float>(probability[place]));
      }
      const auto& history = study_.outcome(job).history;
      const auto best = std::min_element(history.begin(), history.end(), [](const auto& a, const auto& b) {
        return !a.validation.empty() && (b.validation.empty() || a.validation[0] < b.validation[0]);
      });
      if (best != history.end() && best->validation.size() == 2) wrong += best->validation[1];
    }
    const ClassifierCurve curve = classifier_curve(asked.temperatures, p, parameters_.bootstrap, seed_);
    const std::string path = group(s);
    file_.write(path + "temperature", asked.temperatures, {"|J|/k_B", ""});
    write(path + "confidence", curve.confidence,
          {"", "probability of the disordered phase, mean over networks and configurations kept out of training"});
    write_rows(path + "confidence_of_network", curve.of_network, {"", "[network][temperature]"});
    SizeResult result;
    result.estimate = size_estimate(s);
    result.estimate.t = curve.crossing;
    result.estimate.configuration_error = curve.configuration_error;
    result.estimate.of_network = curve.crossing_of_network;
    result.found = curve.found;
    result.note = fmt::format("{:.2g} %", 100.0 * wrong / static_cast<double>(jobs.size()));
    write_transition(s, result, "where the confidence crosses one half");
    return result;
  }

  SizeResult confusion(std::size_t s, const std::vector<std::size_t>& jobs) {
    const PhaseSize& size = plan_.sizes()[s];
    const auto asked = size.asked_by_temperature();
    using OfTemperatures = std::vector<std::vector<std::uint8_t>>;
    std::vector<std::vector<OfTemperatures>> correct(static_cast<std::size_t>(parameters_.networks),
                                                     std::vector<OfTemperatures>(size.trials.size()));
    for (const std::size_t number : jobs) {
      const PhaseJob& job = plan_.jobs()[number];
      const double* probability = study_.probability(number, s);
      auto& of_trial = correct[static_cast<std::size_t>(job.network)][job.trial];
      for (std::size_t t = 0; t < asked.temperatures.size(); ++t) {
        const bool hot = asked.temperatures[t] >= size.trials[job.trial];
        auto& of_temperature = of_trial.emplace_back();
        for (const std::size_t place : asked.places[t])
          of_temperature.push_back((probability[place] > 0.5) == hot ? 1 : 0);
      }
    }
    const ConfusionCurve curve =
        confusion_curve(size.trials, asked.temperatures, correct, parameters_.bootstrap, seed_);
    const std::string path = group(s);
    file_.write(path + "trial_temperature", size.trials, {"|J|/k_B", ""});
    write(path + "accuracy", curve.accuracy,
          {"", "share of the configurations kept out of training that are predicted correctly"});
    write_rows(path + "accuracy_of_network", curve.of_network, {"", "[network][trial temperature]"});
    file_.write(path + "guess", curve.guess, {"", "accuracy of always naming the larger side"});
    SizeResult result;
    result.estimate = size_estimate(s);
    result.estimate.t = curve.peak;
    result.estimate.configuration_error = curve.configuration_error;
    result.estimate.of_network = curve.peak_of_network;
    result.found = curve.found;
    result.note = curve.found > 0.0 ? fmt::format("{:.3f}", curve.height) : "";
    write_transition(s, result, "the middle peak of the accuracy");
    if (curve.found > 0.0)
      file_.write(path + "transition/height", curve.height, {"", "of the peak above the higher minimum beside it"});
    return result;
  }

  void write_training(std::size_t s, const std::vector<std::size_t>& jobs) {
    std::vector<std::vector<double>> loss, cross_entropy, error_rate;
    for (const std::size_t job : jobs) {
      auto& of_loss = loss.emplace_back();
      auto& of_entropy = cross_entropy.emplace_back();
      auto& of_error = error_rate.emplace_back();
      for (const EpochRecord& epoch : study_.outcome(job).history) {
        of_loss.push_back(epoch.loss);
        if (epoch.validation.size() != 2) continue;
        of_entropy.push_back(epoch.validation[0]);
        of_error.push_back(epoch.validation[1]);
      }
    }
    const char* rows = plan_.by_confusion() ? "[trial temperature · network][epoch]" : "[network][epoch]";
    const std::string path = group(s) + "training/";
    write_rows(path + "loss", loss, {"", fmt::format("cross-entropy while it was trained, {}", rows)});
    if (cross_entropy.at(0).empty()) return;
    write_rows(path + "held_out_cross_entropy", cross_entropy, {"", rows});
    write_rows(path + "held_out_error_rate", error_rate, {"", rows});
  }

  void extrapolate(const std::vector<SizeEstimate>& sizes) {
    const std::size_t least = parameters_.nu == 0.0 ? 3 : 2;
    if (sizes.size() < least) {
      log_.print("  no extrapolation: {} of the sizes show a transition, {} are needed", sizes.size(), least);
      return;
    }
    const FiniteSizeFit fit = parameters_.nu == 0.0 ? finite_size_fit_of_nu(sizes, parameters_.bootstrap, seed_)
                                                    : finite_size_fit(sizes, parameters_.nu);
    std::vector<double> edges;
    std::vector<Estimate> temperatures;
    for (const SizeEstimate& size : sizes) edges.push_back(size.edge), temperatures.push_back(size.t);
    const std::string path = "/phase/extrapolation/";
    file_.write(path + "edge", edges, {"", "L"});
    write(path + "temperature", temperatures, {"|J|/k_B", "T_c(L)"});
    write(path + "t_c", fit.t_c, {"|J|/k_B", "T_c for L → ∞ of T_c(L) = T_c + a L^(−1/ν)"});
    write(path + "slope", fit.slope, {"|J|/k_B", "a"});
    write(path + "nu", fit.nu, {"", "ν; error 0: given"});
    file_.write(path + "chi2", fit.chi2, {"", "Σ (T_c(L) − fit)²/error²"});
    file_.write(path + "degrees_of_freedom", fit.n_freedom, {"", ""});
    echo_line(log_, "infinite",
              fmt::format("T_c = {} for L → ∞, from T_c(L) = T_c + a L^(−1/ν)", uncertain_text(fit.t_c)));
    echo_line(log_, "",
              fmt::format("ν = {}, a = {}{}",
                          fit.nu.error > 0.0 ? uncertain_text(fit.nu) : fmt::format("{:g} as given", fit.nu.value),
                          uncertain_text(fit.slope),
                          fit.n_freedom > 0 ? fmt::format(", χ² = {:.2g} with {} degree{} of freedom", fit.chi2,
                                                          fit.n_freedom, fit.n_freedom > 1 ? "s" : "")
                                            : ""));
  }

  const PhaseParameters& parameters_;
  std::uint64_t seed_;
  Log& log_;
  const PhasePlan& plan_;
  const PhaseStudy& study_;
  ResultFile& file_;
  std::vector<std::string> warnings_;
};

}  // namespace

void report_phase_curves(const RunContext& context, const PhasePlan& plan, const PhaseStudy& study, ResultFile& file) {
  Curves(context, plan, study, file).run();
}

}  // namespace spinel
