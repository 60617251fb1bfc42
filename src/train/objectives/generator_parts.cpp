#include "train/objectives/generator_parts.hpp"

#include <torch/autograd.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

using torch::Tensor;

GeneratorSamples::GeneratorSamples(const GeneratorTrainingData& data, const std::vector<std::int64_t>& training_part)
    : data_(data), made_(static_cast<std::size_t>(data.n_crystals)) {
  fit_elements(training_part);
  fit_lattices(training_part);
  fit_conditions(training_part);
  fit_properties(training_part);
  if (!data_.initial) return;
  const GeneratorArchitecture &a = data_.architecture, &initial = data_.initial->architecture;
  const auto names = [](const GeneratorArchitecture& of) {
    std::vector<std::string> all;
    for (const GeneratorCondition& condition : of.conditions) all.push_back(condition.name);
    return all;
  };
  if (a.elements != initial.elements)
    fail_input("the initial model knows the elements {}, and the training part has {}",
               fmt::join(initial.elements, " "), fmt::join(a.elements, " "));
  if (names(a) != names(initial))
    fail_input("the initial model has the conditions '{}', not '{}'", fmt::join(names(initial), "', '"),
               fmt::join(names(a), "', '"));
  data_.architecture.lattice_mean = initial.lattice_mean;
  data_.architecture.lattice_std = initial.lattice_std;
  data_.architecture.conditions = initial.conditions;
}

const GeneratorSample& GeneratorSamples::at(std::int64_t sample) {
  auto& made = made_[static_cast<std::size_t>(sample)];
  if (!made) made = make(sample);
  return *made;
}

double GeneratorSamples::cost(std::int64_t sample) const {
  const auto n = static_cast<double>(n_atoms(sample));
  return n * (n + 6.0);  // edges, and products for atoms
}

GeneratorSample GeneratorSamples::make(std::int64_t sample) const {
  GeneratorSample s;
  const std::int64_t first = data_.atom_offset[sample], last = data_.atom_offset[sample + 1];
  const Mat3 cell = Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(data_.cell + 9 * sample);
  const Mat3 to_fractional = to_fractional_matrix(cell);
  for (std::int64_t a = first; a < last; ++a) {
    s.type.push_back(place_[data_.atomic_number[a]]);
    const Vec3 x = to_fractional * Eigen::Map<const Vec3>(data_.position + 3 * a);
    s.fractional.insert(s.fractional.end(), x.begin(), x.end());
  }
  s.lattice = standardized(data_.architecture, lattice_vector(cell), s.type.size());
  for (const double* values : data_.conditions) s.conditions.push_back(values[sample]);
  s.operations = metric_operations(cell);
  return s;
}

void GeneratorSamples::fit_elements(const std::vector<std::int64_t>& training_part) {
  GeneratorArchitecture& a = data_.architecture;
  std::set<int> seen;
  for (const std::int64_t sample : training_part)
    seen.insert(data_.atomic_number + data_.atom_offset[sample], data_.atomic_number + data_.atom_offset[sample + 1]);
  a.elements.clear();
  for (const int z : seen) {
    place_[static_cast<std::size_t>(z)] = static_cast<std::int32_t>(a.elements.size());
    a.elements.emplace_back(element_symbol(z));
  }
  a.latent.encoder.elements = a.elements;
  a.latent.max_atoms = 1;
  for (const std::int64_t sample : training_part) {
    std::vector<std::int32_t> types;
    for (std::int64_t atom = data_.atom_offset[sample]; atom < data_.atom_offset[sample + 1]; ++atom)
      types.push_back(place_[data_.atomic_number[atom]]);
    statistics_.add(types);
    a.latent.max_atoms = std::max(a.latent.max_atoms, n_atoms(sample));
  }
}

void GeneratorSamples::fit_lattices(const std::vector<std::int64_t>& training_part) {
  GeneratorArchitecture& a = data_.architecture;
  a.lattice_mean.fill(0.0);
  a.lattice_std.fill(0.0);
  const double share = 1.0 / static_cast<double>(training_part.size());
  std::vector<LatticeVector> lattices;
  for (const std::int64_t sample : training_part) {
    LatticeVector k =
        lattice_vector(Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(data_.cell + 9 * sample));
    k[5] -= std::log(static_cast<double>(n_atoms(sample))) / std::sqrt(3.0);
    lattices.push_back(k);
    for (std::size_t i = 0; i < k.size(); ++i) a.lattice_mean[i] += share * k[i];
  }
  for (const LatticeVector& k : lattices)
    for (std::size_t i = 0; i < k.size(); ++i) a.lattice_std[i] += share * std::pow(k[i] - a.lattice_mean[i], 2);
  // What is the same in all crystals is to stay so.
  for (double& x : a.lattice_std) x = std::max(std::sqrt(x), 0.01);
}

namespace {

struct Statistics {
  double mean = 0.0, std = 1.0, lowest = 0.0, highest = 0.0;
};

Statistics statistics_of(const std::vector<double>& values) {
  Statistics s;
  const auto n = static_cast<double>(values.size());
  double square = 0.0;
  for (const double x : values) s.mean += x / n;
  for (const double x : values) square += (x - s.mean) * (x - s.mean) / n;
  s.std = square > 0.0 ? std::sqrt(square) : 1.0;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  s.lowest = *low;
  s.highest = *high;
  return s;
}

/// Those of a number that the crystals of the training part have.
std::vector<double> known_values(const double* of_crystal, const std::vector<std::int64_t>& training_part,
                                 const std::string& name) {
  std::vector<double> values;
  for (const std::int64_t sample : training_part)
    if (std::isfinite(of_crystal[sample])) values.push_back(of_crystal[sample]);
  if (values.empty()) fail_input("no crystal of the training part has a number '{}'", name);
  return values;
}

}  // namespace

void GeneratorSamples::fit_conditions(const std::vector<std::int64_t>& training_part) {
  for (std::size_t c = 0; c < data_.architecture.conditions.size(); ++c) {
    GeneratorCondition& condition = data_.architecture.conditions[c];
    const Statistics s = statistics_of(known_values(data_.conditions[c], training_part, condition.name));
    condition = {condition.name, condition.unit, s.mean, s.std, s.lowest, s.highest};
  }
}

void GeneratorSamples::fit_properties(const std::vector<std::int64_t>& training_part) {
  constexpr double least_share_of_zeros = 0.01;
  for (std::size_t p = 0; p < data_.architecture.latent.properties.size(); ++p) {
    LatentProperty& property = data_.architecture.latent.properties[p];
    const auto values = known_values(data_.properties[p], training_part, property.name);
    Statistics s = statistics_of(values);
    const auto zeros = static_cast<double>(std::count(values.begin(), values.end(), 0.0));
    const auto n = static_cast<double>(values.size());
    property.has_zeros = s.lowest >= 0.0 && zeros >= least_share_of_zeros * n && zeros < n;
    if (property.has_zeros) s.std = s.mean * n / (n - zeros);
    property.mean = s.mean;
    property.std = s.std;
    property.lowest = s.lowest;
    property.highest = s.highest;
  }
}

DenoiserModule::DenoiserModule(const Denoiser<float>& network, std::uint64_t seed, const GeneratorModel* initial) {
  for (std::size_t m = 0; m < network.matrices().size(); ++m) {
    const DenoiserMatrix& matrix = network.matrices()[m];
    const auto rows = static_cast<std::int64_t>(matrix.rows), columns = static_cast<std::int64_t>(matrix.columns);
    const auto ends_with = [&](const std::string& end) {
      return matrix.name.size() >= end.size() &&
             matrix.name.compare(matrix.name.size() - end.size(), end.size(), end) == 0;
    };
    Tensor weight = rows == 1 && matrix.name != "embedding" ? torch::zeros({columns}) : torch::zeros({rows, columns});
    RandomSequence numbers(Random(seed, RandomPurpose::initial_weight), 0, m);
    float* to = weight.data_ptr<float>();
    // Normal numbers keep the size of what passes; at the start the network says little.
    double deviation = matrix.name == "embedding" ? 1.0 : 1.0 / std::sqrt(static_cast<double>(rows));
    if (matrix.name == "atom_head") deviation *= 0.1;
    if (ends_with("node_2")) deviation *= 0.5;
    if (matrix.name == "cell_head_2") deviation = 0.0;
    if (ends_with("gain"))
      weight.fill_(1.0f);
    else if (weight.dim() == 2)
      for (std::int64_t i = 0; i < rows * columns; ++i) to[i] = static_cast<float>(deviation * numbers.normal());
    weights_.push_back(register_parameter(matrix.name, weight));
  }
  if (initial == nullptr) return;
  const Denoiser<float> other(initial->architecture.shape());
  for (std::size_t m = 0; m < weights_.size(); ++m) {
    const DenoiserMatrix& from = other.matrices()[m];
    const std::size_t n = from.rows * from.columns;
    // Only what a crystal brings may have more rows, behind those of the other.
    const torch::NoGradGuard no_gradient;
    weights_[m].zero_();
    std::copy_n(initial->weights.begin() + static_cast<std::ptrdiff_t>(from.offset), n, weights_[m].data_ptr<float>());
  }
}

Tensor DenoiserModule::flat() const {
  std::vector<Tensor> parts;
  for (const Tensor& weight : weights_) parts.push_back(weight.reshape({-1}));
  return torch::cat(parts);
}

namespace {

/// The gradient is found along with the loss.
class DenoiserLoss : public torch::autograd::Function<DenoiserLoss> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& weights, const Tensor& latents,
                        Denoiser<float>* network, const CrystalNoise* noise, NoisyCrystals* crystals,
                        const GeneratorLossWeights* parts_of_loss, double scale) {
    Tensor gradient = torch::zeros_like(weights);
    double total = 0.0;
    std::array<double, 4> parts{};
    network->set_weights(weights.data_ptr<float>());
    const std::size_t n_crystal = network->shape().n_crystal;
    const std::size_t n_latent = latents.dim() == 2 ? static_cast<std::size_t>(latents.size(1)) : 0;
    std::vector<float> of_crystal;
    if (n_latent > 0) {
      const Tensor rows = latents.contiguous();
      for (std::size_t c = 0; c < crystals->size(); ++c)
        std::copy_n(rows.data_ptr<float>() + c * n_latent, n_latent,
                    crystals->crystal.begin() + static_cast<std::ptrdiff_t>((c + 1) * n_crystal - n_latent));
      of_crystal.resize(crystals->crystal.size());
    }
    network->gradient(
        crystals->input(),
        [&](std::size_t begin, std::size_t end, const DenoiserOutput<float>& said, const DenoiserOutput<float>& to) {
          total += noise->loss(*crystals, begin, end, *parts_of_loss, scale, said, to, parts);
        },
        gradient.data_ptr<float>(), {nullptr, n_latent > 0 ? of_crystal.data() : nullptr});
    Tensor of_latents = torch::zeros_like(latents);
    if (n_latent > 0) {
      of_latents = torch::empty_like(latents, torch::MemoryFormat::Contiguous);
      for (std::size_t c = 0; c < crystals->size(); ++c)
        std::copy_n(of_crystal.begin() + static_cast<std::ptrdiff_t>((c + 1) * n_crystal - n_latent), n_latent,
                    of_latents.data_ptr<float>() + c * n_latent);
    }
    context->save_for_backward({gradient, of_latents});
    return torch::tensor(scale * total, torch::kDouble);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& from) {
    const auto saved = context->get_saved_variables();
    const Tensor factor = from[0].to(torch::kFloat);
    return {saved[0] * factor, saved[1] * factor, Tensor(), Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor denoiser_loss(const Tensor& weights, const Tensor& latents, Denoiser<float>& network, const CrystalNoise& noise,
                     NoisyCrystals& crystals, const GeneratorLossWeights& parts, double scale) {
  // Functions of torch take no undefined tensors.
  return DenoiserLoss::apply(weights, latents.defined() ? latents : torch::empty({0}), &network, &noise, &crystals,
                             &parts, scale);
}

AssessedCrystals assess_crystals(std::size_t n, const Tensor& weights, Denoiser<float>& network,
                                 const CrystalNoise& noise, const NoisyCrystals& crystals,
                                 const GeneratorLossWeights& parts_of_loss) {
  const std::size_t n_types = network.shape().n_types;
  std::vector<float> velocity(crystals.velocity.size()), types(crystals.type.size() * n_types),
      cell(crystals.cell.size());
  std::vector<float> velocity_gradient(velocity.size()), types_gradient(types.size()), cell_gradient(cell.size());
  network.set_weights(weights.data_ptr<float>());
  const DenoiserOutput<float> said = {velocity.data(), types.data(), cell.data()},
                              gradient = {velocity_gradient.data(), types_gradient.data(), cell_gradient.data()};
  network.forward(crystals.input(), said);
  AssessedCrystals result;
  constexpr auto draws = static_cast<double>(assessment_draws);
  for (std::size_t k = 0; k < n; ++k) {
    std::array<double, 4> parts{};
    const std::size_t first = k * assessment_draws;
    result.loss.push_back(
        noise.loss(crystals, first, first + assessment_draws, parts_of_loss, 1.0, said, gradient, parts) / draws);
    result.parts.push_back({parts[0] / draws, parts[1] / draws, parts[2] / draws});
  }
  return result;
}

}  // namespace spinel
