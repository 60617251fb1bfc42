#include "network/potentials/network_potential.hpp"

#include <torch/csrc/autograd/autograd.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <algorithm>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "model/element_places.hpp"
#include "network/potentials/energy_model.hpp"
#include "network/threads.hpp"

namespace spinel {

namespace {

using torch::Tensor;

class NetworkPotential final : public Potential {
 public:
  NetworkPotential(std::shared_ptr<EnergyModel> model, std::vector<std::int32_t> element, torch::Device device)
      : model_(std::move(model)), element_(std::move(element)), device_(device) {}

  double cutoff() const override { return model_->cutoff(); }
  GhostNeeds ghost_needs() const override {
    GhostNeeds needs;
    needs.returns_forces = true;
    needs.exchanges_features = true;
    return needs;
  }
  EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                       Forces& forces) override;
  std::vector<double> atom_features(const LocalAtoms& atoms, const NeighborList& list, Halo& halo) override;

 private:
  void find_edges(const LocalAtoms& atoms, const NeighborList& list);
  AtomGraph graph(const LocalAtoms& atoms);

  std::shared_ptr<EnergyModel> model_;
  std::vector<std::int32_t> element_;  // [species] place in the model's table
  torch::Device device_;
  std::vector<std::int32_t> atom_element_, source_, destination_;
  std::vector<Vec3> vector_;
};

void NetworkPotential::find_edges(const LocalAtoms& atoms, const NeighborList& list) {
  const double cutoff2 = cutoff() * cutoff();
  source_.clear();
  destination_.clear();
  vector_.clear();
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const Vec3 here = atoms.position[i];
    const std::uint32_t* row = list.begin(i);
    for (std::size_t k = 0; k < list.count(i); ++k) {
      const Vec3 d = atoms.position[row[k]] - here;
      if (d.squaredNorm() > cutoff2) continue;
      source_.push_back(static_cast<std::int32_t>(i));
      destination_.push_back(static_cast<std::int32_t>(row[k]));
      vector_.push_back(d);
    }
  }
  atom_element_.resize(atoms.n_all());
  for (std::size_t i = 0; i < atoms.n_all(); ++i) atom_element_[i] = element_[static_cast<std::size_t>(atoms.type[i])];
}

AtomGraph NetworkPotential::graph(const LocalAtoms& atoms) {
  const auto n_edges = static_cast<std::int64_t>(vector_.size());
  const auto integers = [&](std::vector<std::int32_t>& values) {
    return torch::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, torch::kInt).to(device_);
  };
  AtomGraph g;
  g.element = integers(atom_element_);
  g.source = integers(source_);
  g.destination = integers(destination_);
  g.vector = torch::from_blob(vector_.data(), {n_edges, 3}, torch::kDouble).to(device_).requires_grad_(true);
  g.n_owned = static_cast<std::int64_t>(atoms.n_owned);
  return g;
}

EnergyVirial NetworkPotential::compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                                       Forces& forces) {
  find_edges(atoms, list);
  Tensor energy, gradient;
  {
    const AtomGraph g = graph(atoms);
    const auto exchange = c10::make_intrusive<HaloExchange>(halo, atoms.n_owned, atoms.n_all());
    energy = model_->atomic_energy(g, exchange).sum();
    gradient = torch::autograd::grad({energy}, {g.vector})[0].to(torch::kCPU).contiguous();
  }

  EnergyVirial result;
  std::fill(forces.begin(), forces.end(), Vec3::Zero());
  const auto* slope = reinterpret_cast<const Vec3*>(gradient.data_ptr<double>());
  Mat3 strain_slope = Mat3::Zero();
  for (std::size_t e = 0; e < vector_.size(); ++e) {
    forces[static_cast<std::size_t>(source_[e])] += slope[e];
    forces[static_cast<std::size_t>(destination_[e])] -= slope[e];
    if (wanted.virial) strain_slope += vector_[e] * slope[e].transpose();
  }
  if (wanted.virial) {
    const Mat3 symmetric = -0.5 * (strain_slope + strain_slope.transpose());
    result.virial = {symmetric(0, 0), symmetric(1, 1), symmetric(2, 2),
                     symmetric(1, 2), symmetric(0, 2), symmetric(0, 1)};
  }
  if (wanted.energy) {
    result.energy = energy.item<double>() + (halo.communicator().is_root() ? model_->shift : 0.0);
    for (std::size_t i = 0; i < atoms.n_owned; ++i)
      result.energy += model_->element_energy[static_cast<std::size_t>(atom_element_[i])];
  }
  return result;
}

std::vector<double> NetworkPotential::atom_features(const LocalAtoms& atoms, const NeighborList& list, Halo& halo) {
  find_edges(atoms, list);
  const torch::NoGradGuard no_gradient;
  const AtomGraph g = graph(atoms);
  const auto exchange = c10::make_intrusive<HaloExchange>(halo, atoms.n_owned, atoms.n_all());
  const Tensor features = model_->features(g, exchange).to(torch::kCPU, torch::kDouble).contiguous();
  const double* values = features.data_ptr<double>();
  return {values, values + features.numel()};
}

/// Place of every species in the model's table.
std::vector<std::int32_t> find_elements(const EnergyModel& model, const std::vector<Species>& species,
                                        const std::string& path) {
  std::vector<std::int32_t> result;
  const ElementPlaces places(model.elements());
  for (const Species& one : species) {
    // D and T are no elements of their own, but hydrogen.
    const int own = atomic_number(one.symbol);
    result.push_back(places.find(own > 0 ? own : one.atomic_number));
    if (result.back() < 0)
      fail_input("model '{}' does not know the element '{}': it covers {}", path, one.symbol, places.covered());
  }
  return result;
}

torch::Device find_device(const std::string& name, int node_rank, const Communicator& communicator) {
  if (name == "cpu") return torch::kCPU;
  if (name != "cuda") fail_input("device = '{}': 'cpu' or 'cuda'", name);
  const auto n_gpus = static_cast<std::int32_t>(torch::cuda::device_count());
  if (communicator.min(n_gpus) == 0)
    fail_input("device = 'cuda': this libtorch finds no GPU{}", communicator.size() > 1 ? " on at least one node" : "");
  int level = MPI_THREAD_SINGLE;
  MPI_Query_thread(&level);
  if (level < MPI_THREAD_SERIALIZED)
    fail_input("device = 'cuda': this MPI lets only the main thread communicate (MPI_THREAD_SERIALIZED)");
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(node_rank % n_gpus)};
}

}  // namespace

std::shared_ptr<Potential> make_network_potential(const ModelFile& file, const std::vector<Species>& species,
                                                  const NetworkOptions& options, const Communicator& communicator) {
  const torch::Device device = find_device(options.device, options.node_rank, communicator);
  set_network_threads(options.threads);
  auto model = make_energy_model(file, options.single_precision);
  auto elements = find_elements(*model, species, file.path);
  model->to(device);
  model->freeze();
  return std::make_shared<NetworkPotential>(std::move(model), std::move(elements), device);
}

}  // namespace spinel
