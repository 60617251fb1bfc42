#include "task/discover/potential_latents.hpp"

#include <cmath>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "domain/distribute.hpp"
#include "model/architecture.hpp"

namespace spinel {

PotentialLatents::PotentialLatents(const RunContext& context, const std::string& path) {
  PotentialParameters potential;
  potential.style = "network";
  potential.precision = "single";
  potential.model = {path};
  maker_ = std::make_unique<PotentialMaker>(context, potential);
  StructureJobParameters parameters;
  parameters.neighbor = context.input.neighbor;
  job_ = std::make_unique<StructureJob>(Communicator::self(), context.units, *maker_, std::move(parameters),
                                        context.place("discover"));
  // The width is that of any crystal.
  const Architecture architecture(read_model_file(path, context.world));
  const auto elements = architecture.value<std::vector<std::string>>("element_types");
  constexpr double edge = 4.0;  // Å
  Structure atom;
  atom.cell = edge * Mat3::Identity();
  atom.species = {{elements.at(0), atomic_number(elements.at(0))}};
  atom.type = {0};
  atom.position = {Vec3::Zero()};
  size_ = atom_features(atom).size();
}

std::vector<double> PotentialLatents::atom_features(const Structure& structure) {
  const auto field = job_->make_force_field(local_atoms_from(structure, Communicator::self()), timers_);
  field->rebuild();
  return field->atom_features();
}

void PotentialLatents::compute(const Structure& structure, double* out) {
  const std::vector<double> features = atom_features(structure);
  std::fill_n(out, size_, 0.0);
  for (std::size_t k = 0; k < features.size(); ++k)
    out[k % size_] += features[k] / static_cast<double>(structure.size());
  for (std::size_t k = 0; k < size_; ++k)
    if (!std::isfinite(out[k])) fail_input("features of the potential are not finite");
}

}  // namespace spinel
