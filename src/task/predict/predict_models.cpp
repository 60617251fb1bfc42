#include "task/predict/predict_models.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "input/schema.hpp"
#include "model/model_file.hpp"
#include "run/setup/find_file.hpp"

namespace spinel {

namespace {

std::string kind_of(const PropertyArchitecture& a) {
  return fmt::format("{} of '{}'{}", a.is_classifier() ? fmt::format("{} classes", a.n_classes) : "a number",
                     a.property, a.unit.empty() ? "" : " in " + a.unit);
}

}  // namespace

PredictModels::PredictModels(const RunContext& context, const KeyName& at, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) add(context, at, path);
}

void PredictModels::add(const RunContext& context, const KeyName& at, const std::string& given) {
  const std::string path = find_file(context.place(at.group), at.key, given, context.world);
  Member member;
  member.name = given;
  try {
    const ModelFile file = read_model_file(path, context.world);
    member.predictor = make_property_predictor(file);
    fingerprint_.add(file.architecture);
    for (const auto& [name, weight] : file.weights)
      fingerprint_.add(weight.values.data(), weight.values.size() * sizeof(double));
  } catch (const InputError& error) {
    fail_key(context.input, at.group, at.key, error.what());
  }
  const PropertyArchitecture& a = member.predictor->architecture();
  if (!members_.empty()) {
    const PropertyArchitecture& first = architecture();
    if (a.property != first.property || a.unit != first.unit || a.task != first.task ||
        a.n_outputs() != first.n_outputs())
      fail_key(context.input, at.group, at.key,
               fmt::format("'{}' predicts {}, '{}' {}: these are no ensemble", members_.front().name, kind_of(first),
                           given, kind_of(a)));
  }
  if (member.predictor->radius() > 0.0) {
    const GraphSettings settings{member.predictor->radius(), member.predictor->max_neighbors()};
    const auto same = std::find_if(graphs_.begin(), graphs_.end(), [&](const Graph& graph) {
      return graph.settings.radius == settings.radius && graph.settings.max_neighbors == settings.max_neighbors;
    });
    member.graph = static_cast<std::size_t>(same - graphs_.begin());
    if (same == graphs_.end()) graphs_.push_back({settings, CrystalGraphBuilder(settings), {}});
  }
  if (a.kind == "mlp")
    for (const std::string& name : a.mlp.descriptors) {
      const auto found = std::find(descriptors_.begin(), descriptors_.end(), name);
      member.descriptor.push_back(static_cast<std::size_t>(found - descriptors_.begin()));
      if (found == descriptors_.end()) descriptors_.push_back(name);
    }
  members_.push_back(std::move(member));
}

void PredictModels::read_descriptors(const CrystalRecord& record, const Member& member) {
  descriptor_.clear();
  for (const std::size_t k : member.descriptor) {
    if (std::isnan(record.scalar[k])) fail_input("it has no number '{}', which the model takes", descriptors_[k]);
    descriptor_.push_back(static_cast<float>(record.scalar[k]));
  }
}

void PredictModels::predict(const CrystalRecord& record, double* out) {
  const std::size_t n = record.atomic_number.size();
  for (Graph& graph : graphs_)
    graph.builder.build(record.cell, record.position.data(), static_cast<std::int64_t>(n), record.periodic,
                        graph.graph);
  for (Member& member : members_) {
    read_descriptors(record, member);
    CrystalInput crystal;
    crystal.n_atoms = n;
    crystal.atomic_number = record.atomic_number.data();
    crystal.descriptor = descriptor_.data();
    if (member.predictor->radius() > 0.0) {
      const CrystalGraph& graph = graphs_[member.graph].graph;
      crystal.row = graph.offset.data();
      crystal.neighbor = graph.neighbor.data();
      crystal.distance = graph.distance.data();
    }
    member.predictor->predict(crystal, out);
    for (std::size_t k = 0; k < n_outputs(); ++k)
      if (!std::isfinite(out[k])) fail_input("the prediction of '{}' is not a finite number", member.name);
    out += n_outputs();
  }
}

}  // namespace spinel
