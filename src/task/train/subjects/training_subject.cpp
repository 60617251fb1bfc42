#include "task/train/subjects/training_subject.hpp"

#include "core/text.hpp"
#include "input/model_kinds.hpp"
#include "run/run_report.hpp"
#include "task/train/subjects/crystal_subject.hpp"
#include "task/train/subjects/generator_subject.hpp"
#include "task/train/subjects/potential_subject.hpp"

namespace spinel {

const GraphSet& TrainingSubject::make_graphs(const RunContext& context, const Dataset& dataset, double radius,
                                             std::int64_t max_neighbors) {
  const GraphSettings settings{radius, static_cast<int>(max_neighbors)};
  const std::string cache = context.input.dataset.graph_cache ? GraphSet::cache_path(dataset, settings) : std::string();
  graphs_ = std::make_unique<GraphSet>(dataset, settings, cache);
  n_atoms_ = dataset.n_atoms();
  return *graphs_;
}

void TrainingSubject::report(const RunContext& context) const {
  if (!graphs_) return;
  echo_line(context.log, "graphs",
            fmt::format("{} edges, {:.1f} an atom{}", grouped(graphs_->n_edges()),
                        static_cast<double>(graphs_->n_edges()) / static_cast<double>(n_atoms_),
                        graphs_->was_cached() ? ", kept from before" : ""));
  if (!graphs_->notice().empty()) context.log.print("  NOTE: {}", graphs_->notice());
}

std::unique_ptr<TrainingSubject> make_training_subject(const RunContext& context, const Dataset& dataset) {
  if (is_potential_kind(context.input.model.kind)) return std::make_unique<PotentialSubject>(context, dataset);
  if (is_generator_kind(context.input.model.kind)) return std::make_unique<GeneratorSubject>(context, dataset);
  return std::make_unique<CrystalSubject>(context, dataset);
}

}  // namespace spinel
