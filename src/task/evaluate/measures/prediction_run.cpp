#include "task/evaluate/measures/prediction_run.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "core/progress.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "run/run_report.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "stability/assess/composition_validity.hpp"
#include "stability/assess/structure_traits.hpp"
#include "stability/assess/structure_validity.hpp"
#include "task/evaluate/measures/look_at_list.hpp"

namespace spinel {

namespace {

constexpr std::int64_t block_size = 16;  // targets of a rank between two looks at what may end the run

StructureLimits limits_of(const EvaluateParameters& p) { return {p.minimum_distance, p.minimum_volume}; }

bool is_valid(const Structure& structure, const Composition& composition, const StructureLimits& limits) {
  if (!structure_validity(structure, limits).valid) return false;
  try {
    return composition_validity(composition).valid();
  } catch (const InputError&) {
    return false;  // no formula of whole atoms
  }
}

std::shared_ptr<StructureSource> open(const RunContext& context, const std::string& path, const char* key) {
  SourceOptions options;
  options.read = read_options(context.input.structure);
  return open_list(context, path, {"measures", key}, options);
}

}  // namespace

static auto members(Composition::Part& p) { return std::tie(p.atomic_number, p.amount); }
static auto members(Composition& c) { return std::tie(c.parts); }
static auto members(TrainingCrystal& c) { return std::tie(c.cell, c.atomic_number, c.fractional); }

PredictionRun::PredictionRun(const RunContext& context)
    : context_(context), matcher_(matcher_settings(context.input.evaluate)) {
  const auto& p = context.input.measures;
  target_list_ = open(context, p.targets, "targets");
  if (!p.training.empty()) training_list_ = open(context, p.training, "training");
}

void PredictionRun::fail(const char* key, const std::string& what) const {
  fail_key(context_.input, "measures", key, what);
}

void PredictionRun::prepare(StructureSource& set) {
  read_targets();
  read_training();
  read_set(set);
  methods_ = {{"set", "set", {}}, {"random", "random coordinates", {}}};
  if (baselines_->has_training()) methods_.push_back({"substitution", "substitution", {}});
  const auto n_perovskites = std::count_if(targets_.begin(), targets_.end(), [](const Target& target) {
    return Baselines::can_be_perovskite(target.contents);
  });
  if (2 * n_perovskites >= static_cast<std::int64_t>(targets_.size()))
    methods_.push_back({"perovskite", "ideal perovskite", {}});
}

void PredictionRun::read_targets() {
  const StructureLimits limits = limits_of(context_.input.evaluate);
  const LookedAt found = look_at_list(context_.world, *target_list_, [&](std::int64_t number, const Structure& s) {
    ByteWriter out;
    const Composition contents = composition_of(s);
    // What calculation = 'generate' calls it comes first.
    const auto id = s.info.find("id");
    out.put(id != s.info.end() ? id->second : target_list_->default_id(number));
    out.put(contents);
    out.put(is_valid(s, contents, limits));
    put_cell(out, matcher_.reduced(s));
    return out.take();
  });
  if (!found.problems.empty()) fail("targets", found.problems.front());
  std::map<std::string, std::int64_t> number_of;
  for (const Record& record : found.records) {
    ByteReader in(record);
    Target target;
    in.get(target.id);
    in.get(target.contents);
    in.get(target.what.valid);
    target.what.cell = get_cell(in);
    target.formula = reduced_formula(target.contents);
    targets_.push_back(std::move(target));
    const auto number = static_cast<std::int64_t>(targets_.size()) - 1;
    if (!number_of.emplace(targets_.back().id, number).second && context_.input.measures.pairing == "target")
      fail("targets", fmt::format("two structures have the id {}", targets_.back().id));
  }
}

void PredictionRun::read_training() {
  std::vector<TrainingCrystal> training;
  if (training_list_) {
    const LookedAt found = look_at_list(context_.world, *training_list_, [](std::int64_t, const Structure& s) {
      ByteWriter out;
      out.put(training_crystal(s));
      return out.take();
    });
    training_problems_ = found.problems;
    for (const Record& record : found.records)
      if (!record.empty()) {
        ByteReader in(record);
        training.push_back(in.get<TrainingCrystal>());
      }
    if (training.empty()) fail("training", found.problems.empty() ? "is empty" : found.problems.front());
  }
  baselines_ =
      std::make_unique<Baselines>(std::move(training), static_cast<std::uint64_t>(context_.input.control.seed));
}

void PredictionRun::read_set(StructureSource& set) {
  const LookedAt found = look_at_list(context_.world, set, [](std::int64_t, const Structure& s) {
    ByteWriter out;
    const auto target = s.info.find("target");
    out.put(target == s.info.end() ? std::string() : target->second);
    std::string formula;
    try {
      formula = reduced_formula(composition_of(s));
    } catch (const InputError&) {  // fails when it is looked at, and matches nothing
    }
    out.put(formula);
    return out.take();
  });
  std::vector<std::string> names, formulas;
  for (const Record& record : found.records) {
    names.emplace_back();
    formulas.emplace_back();
    if (record.empty()) continue;
    ByteReader in(record);
    in.get(names.back());
    in.get(formulas.back());
  }
  pair(names, formulas, set);
}

/// Which crystal of the set is which sample of which target. `names`: of the targets, as the set has them.
void PredictionRun::pair(const std::vector<std::string>& names, const std::vector<std::string>& formulas,
                         const StructureSource& set) {
  const bool by_order = context_.input.measures.pairing == "order";
  if (by_order && set.size() % static_cast<std::int64_t>(targets_.size()) != 0)
    fail("pairing",
         fmt::format("the set has {} crystals, which is no multiple of the {} targets", set.size(), targets_.size()));
  std::unordered_map<std::string, std::int64_t> number_of;
  for (std::size_t t = 0; t < targets_.size(); ++t) number_of.emplace(targets_[t].id, static_cast<std::int64_t>(t));
  bool any_alike = false;
  std::string unlike;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::int64_t target = -1;
    if (by_order) {
      target = static_cast<std::int64_t>(i % targets_.size());
    } else if (!formulas[i].empty()) {
      const std::string name = set.name(static_cast<std::int64_t>(i));
      if (names[i].empty())
        fail("targets",
             fmt::format("{} has no target; pairing = 'order' pairs the set with the targets by their order", name));
      const auto known = number_of.find(names[i]);
      if (known == number_of.end())
        fail("targets", fmt::format("{} has the target {}, which is not among the {} structures of {}", name, names[i],
                                    targets_.size(), context_.input.measures.targets));
      target = known->second;
    }
    target_of_.push_back(target);
    sample_of_.push_back(target < 0 ? -1 : targets_[static_cast<std::size_t>(target)].n_samples++);
    if (target < 0 || formulas[i].empty()) continue;
    const Target& wanted = targets_[static_cast<std::size_t>(target)];
    n_samples_ = std::max(n_samples_, wanted.n_samples);
    any_alike = any_alike || formulas[i] == wanted.formula;
    if (unlike.empty())
      unlike = fmt::format("{} is {}, its target {} is {}", set.name(static_cast<std::int64_t>(i)), formulas[i],
                           wanted.id, wanted.formula);
  }
  if (!any_alike && !unlike.empty())
    fail("targets", fmt::format("no crystal of the set has the composition of its target: {}", unlike));
}

std::optional<Structure> PredictionRun::baseline(const std::string& key, std::int64_t target,
                                                 std::int64_t sample) const {
  const Composition& contents = targets_[static_cast<std::size_t>(target)].contents;
  if (key == "random") return baselines_->random_coordinates(contents, target, sample);
  if (key == "substitution") return baselines_->substitution(contents, target, sample);
  return baselines_->perovskite(contents, target, sample);
}

std::vector<Prediction> PredictionRun::predictions(std::size_t method, const std::string& formula,
                                                   const std::vector<std::int64_t>& targets) const {
  std::vector<Prediction> result;
  if (method == 0) {
    const auto found = crystals_of_.find(formula);
    if (found == crystals_of_.end()) return result;
    for (const std::size_t i : found->second)
      result.push_back({target_of_[i], sample_of_[i], valid_[i] != 0, cells_[i].cell});
    return result;
  }
  const StructureLimits limits = limits_of(context_.input.evaluate);
  for (const std::int64_t target : targets)
    for (std::int64_t sample = 0; sample < n_samples_; ++sample) {
      const auto structure = baseline(methods_[method].key, target, sample);
      if (!structure) break;
      Prediction one{target, sample, is_valid(*structure, composition_of(*structure), limits), {}};
      try {
        one.cell = matcher_.reduced(*structure);
      } catch (const InputError&) {
        continue;  // matches nothing
      }
      result.push_back(std::move(one));
    }
  return result;
}

bool PredictionRun::run(const std::vector<EvaluationRow>& rows, const std::function<bool()>& is_over) {
  const Communicator& world = context_.world;
  for (const EvaluationRow& row : rows) valid_.push_back(row.valid_structure && row.valid_composition ? 1 : 0);
  world.broadcast(valid_);
  std::vector<std::vector<std::size_t>> made_for(targets_.size());
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (!cells_[i].key.empty()) crystals_of_[cells_[i].key].push_back(i);
    if (target_of_[i] >= 0) made_for[static_cast<std::size_t>(target_of_[i])].push_back(i);
  }
  std::map<std::string, std::vector<std::int64_t>> of_formula;
  for (std::size_t t = 0; t < targets_.size(); ++t)
    of_formula[targets_[t].formula].push_back(static_cast<std::int64_t>(t));
  std::vector<std::int64_t> order;
  for (const auto& [formula, targets] : of_formula) order.insert(order.end(), targets.begin(), targets.end());

  constexpr double none = TargetMatch::none;
  constexpr std::size_t width = n_prediction_tolerances * 2 * n_match_among;
  std::vector<double> found(methods_.size() * targets_.size() * width, none);
  std::vector<double> rms(cells_.size() * n_prediction_tolerances, none);
  const std::int64_t n = static_cast<std::int64_t>(order.size()), block = block_size * world.size();
  std::string formula;
  std::vector<std::vector<Prediction>> candidates(methods_.size());
  Progress progress(context_.log, "targets matched", 0, n);
  for (std::int64_t first = 0; first < n; first += block) {
    if (is_over()) return false;
    for (std::int64_t k = first + world.rank(); k < std::min(first + block, n); k += world.size()) {
      const std::int64_t number = order[static_cast<std::size_t>(k)];
      const Target& target = targets_[static_cast<std::size_t>(number)];
      for (std::size_t m = 0; m < methods_.size(); ++m) {
        if (target.formula != formula) candidates[m] = predictions(m, target.formula, of_formula[target.formula]);
        std::vector<std::array<double, n_prediction_tolerances>> own(
            static_cast<std::size_t>(std::max(n_samples_, target.n_samples)));
        for (auto& one : own) one.fill(none);
        const auto matches = matcher_(number, target.what, candidates[m], &own);
        double* to = &found[(m * targets_.size() + static_cast<std::size_t>(number)) * width];
        for (const TargetMatch& match : matches)
          for (const auto* best : {&match.all, &match.valid}) to = std::copy(best->begin(), best->end(), to);
        if (m != 0) continue;
        for (const std::size_t i : made_for[static_cast<std::size_t>(number)])
          for (std::size_t t = 0; t < n_prediction_tolerances; ++t)
            rms[i * n_prediction_tolerances + t] = own[static_cast<std::size_t>(sample_of_[i])][t];
      }
      formula = target.formula;
    }
    progress.update(std::min(first + block, n));
  }
  // Each target was matched on one rank.
  world.min(found.data(), found.size());
  world.min(rms.data(), rms.size());
  const double* from = found.data();
  for (Method& method : methods_) {
    method.matches.assign(targets_.size(), {});
    for (auto& matches : method.matches)
      for (TargetMatch& match : matches)
        for (auto* best : {&match.all, &match.valid}) {
          std::copy(from, from + n_match_among, best->begin());
          from += n_match_among;
        }
  }
  rms_.resize(cells_.size());
  for (std::size_t i = 0; i < rms_.size(); ++i)
    for (std::size_t t = 0; t < n_prediction_tolerances; ++t) rms_[i][t] = rms[i * n_prediction_tolerances + t];
  estimate();
  return true;
}

void PredictionRun::estimate() {
  constexpr std::array<const char*, n_match_among> among_names = {"first", "samples", "any"};
  std::vector<std::vector<double>> values;
  for (std::size_t t = 0; t < n_prediction_tolerances; ++t)
    for (const Method& method : methods_)
      for (std::size_t a = 0; a < n_match_among; ++a) {
        if (n_samples_ == 1 && a == static_cast<std::size_t>(MatchAmong::samples)) continue;
        std::vector<double> all, valid;
        for (const auto& matches : method.matches) {
          all.push_back(matches[t].all[a]);
          valid.push_back(matches[t].valid[a]);
        }
        for (auto& of_measure : prediction_values(all, valid, prediction_tolerances[t].stol))
          values.push_back(std::move(of_measure));
        Row row;
        row.crystals = method.key;
        row.among = among_names[a];
        row.samples = a == static_cast<std::size_t>(MatchAmong::first) ? 1 : n_samples_;
        row.k = a == static_cast<std::size_t>(MatchAmong::any) ? "METRe" : fmt::format("{}", row.samples);
        row.tolerance = prediction_tolerances[t];
        rows_.push_back(std::move(row));
      }
  const auto estimates = Bootstrap(static_cast<std::uint64_t>(context_.input.control.seed),
                                   context_.input.evaluate.bootstrap)(context_.world, std::move(values));
  if (!context_.world.is_root()) return;
  for (std::size_t r = 0; r < rows_.size(); ++r)
    std::copy_n(estimates.begin() + static_cast<std::ptrdiff_t>(r * n_prediction_measures), n_prediction_measures,
                rows_[r].estimate.begin());
}

}  // namespace spinel
