#include "model/generators/latent_model.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "model/weight_reader.hpp"

namespace spinel {

namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double softplus(double x) { return x > 30.0 ? x : std::log1p(std::exp(x)); }

VectorXd probabilities(const VectorXd& logits) {
  VectorXd p = (logits.array() - logits.maxCoeff()).exp();
  return p / p.sum();
}

MatrixXd read_matrix(const WeightReader& read, const std::string& name, Eigen::Index rows, Eigen::Index columns) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(read.get(name, {rows, columns}).data(), rows, columns);
}

VectorXd read_vector(const WeightReader& read, const std::string& name, Eigen::Index size) {
  return Eigen::Map<const VectorXd>(read.get(name, {size}).data(), size);
}

/// The part of a model file that is its encoder.
ModelFile encoder_file(const LatentArchitecture& latent, const ModelFile& file) {
  ModelFile encoder;
  encoder.path = file.path;
  encoder.architecture = to_json(latent.encoder);
  const std::string prefix = "encoder.";
  for (const auto& [name, weight] : file.weights)
    if (name.compare(0, prefix.size(), prefix) == 0) encoder.weights[name.substr(prefix.size())] = weight;
  return encoder;
}

/// Whole numbers of so many atoms whose shares are nearest to p: those rounded down, and one more for the largest
/// rests.
std::vector<std::int64_t> rounded(const VectorXd& p, std::int64_t n) {
  std::vector<std::int64_t> count;
  std::vector<std::size_t> order(static_cast<std::size_t>(p.size()));
  std::iota(order.begin(), order.end(), 0);
  for (const double share : p) count.push_back(static_cast<std::int64_t>(std::floor(share * static_cast<double>(n))));
  const auto rest = [&](std::size_t e) {
    return p[static_cast<Eigen::Index>(e)] * static_cast<double>(n) - static_cast<double>(count[e]);
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rest(a) > rest(b); });
  std::int64_t left = n - std::accumulate(count.begin(), count.end(), std::int64_t{0});
  for (std::size_t k = 0; left > 0; ++k, --left) ++count[order[k % order.size()]];
  return count;
}

}  // namespace

LatentModel::LatentModel(const GeneratorArchitecture& architecture, const ModelFile& file)
    : latent_(architecture.latent), n_elements_(architecture.elements.size()) {
  if (latent_.size == 0)
    fail_input("model '{}' is of kind '{}', which has no latent vectors; 'crystal_vae' has", file.path,
               architecture.kind);
  encoder_ = make_property_predictor(encoder_file(latent_, file));
  encoded_.resize(2 * size());
  const WeightReader read(file);
  const auto head = [&](const std::string& name, std::size_t n_outputs) {
    Head result;
    Eigen::Index in = latent_.size;
    for (int layer = 1; layer <= 3; ++layer) {
      const Eigen::Index out = layer < 3 ? latent_.head_width : static_cast<Eigen::Index>(n_outputs);
      const std::string path = "heads." + name + "_" + std::to_string(layer);
      result.layers.push_back({read_matrix(read, path + ".weight", out, in), read_vector(read, path + ".bias", out)});
      in = out;
    }
    return result;
  };
  contents_ = head("contents", latent_.n_contents(n_elements_));
  if (!latent_.properties.empty()) properties_ = head("properties", latent_.n_property_outputs());
  const auto codes = file.weights.find("latent_codes");
  if (codes == file.weights.end() || codes->second.dims.empty() || codes->second.dims[0] < 1)
    fail_input("model '{}' lacks the weight 'latent_codes'", file.path);
  codes_ = read_matrix(read, "latent_codes", codes->second.dims[0], latent_.size);
  deviation_ = read_vector(read, "latent_deviation", latent_.size);
  if (!(deviation_.minCoeff() > 0.0)) fail_input("model '{}': latent_deviation is not positive", file.path);
}

VectorXd LatentModel::Head::operator()(const VectorXd& z, std::vector<VectorXd>* slopes) const {
  VectorXd x = z;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    x = layers[l].weight * x + layers[l].bias;
    if (l + 1 == layers.size()) break;
    VectorXd slope(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const double s = sigmoid(x[i]);
      slope[i] = s * (1.0 + x[i] * (1.0 - s));
      x[i] *= s;
    }
    if (slopes != nullptr) slopes->push_back(slope);
  }
  return x;
}

VectorXd LatentModel::Head::back(const std::vector<VectorXd>& slopes, VectorXd gradient) const {
  for (std::size_t l = layers.size(); l-- > 0;) {
    gradient = layers[l].weight.transpose() * gradient;
    if (l > 0) gradient = gradient.cwiseProduct(slopes[l - 1]);
  }
  return gradient;
}

void LatentModel::encode(const CrystalInput& crystal, double* mean, double* deviation) {
  encoder_->outputs(crystal, encoded_.data());
  std::copy_n(encoded_.data(), size(), mean);
  for (std::size_t k = 0; k < size(); ++k) deviation[k] = std::exp(0.5 * encoded_[size() + k]);
}

std::vector<std::int32_t> LatentModel::contents(const double* z) const {
  const VectorXd said = contents_(Eigen::Map<const VectorXd>(z, latent_.size));
  const auto n_elements = static_cast<Eigen::Index>(n_elements_);
  const VectorXd size = probabilities(said.head(latent_.max_atoms));
  VectorXd share = probabilities(said.segment(latent_.max_atoms, n_elements));
  const VectorXd presence = said.segment(latent_.max_atoms + n_elements, n_elements);
  // An element that is probably absent is left out, unless that leaves none.
  VectorXd present = share;
  for (Eigen::Index e = 0; e < n_elements; ++e)
    if (presence[e] < 0.0) present[e] = 0.0;
  if (present.sum() > 0.0) share = present / present.sum();
  // Of the likely numbers of atoms that whose whole numbers fit the shares best: log P(n) − n·KL(counts/n ‖ shares).
  double best = -std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> chosen;
  for (std::int64_t n = 1; n <= latent_.max_atoms; ++n) {
    const double probability = size[n - 1];
    if (probability < 0.02 * size.maxCoeff()) continue;
    const auto count = rounded(share, n);
    double score = std::log(probability);
    for (std::size_t e = 0; e < count.size(); ++e)
      if (const auto amount = static_cast<double>(count[e]); amount > 0.0)
        score -= amount * std::log(amount / static_cast<double>(n) / share[static_cast<Eigen::Index>(e)]);
    if (score <= best) continue;
    best = score;
    chosen = count;
  }
  std::vector<std::int32_t> type;
  for (std::size_t e = 0; e < chosen.size(); ++e)
    type.insert(type.end(), static_cast<std::size_t>(chosen[e]), static_cast<std::int32_t>(e));
  return type;
}

std::vector<double> LatentModel::properties(const double* z) const {
  std::vector<double> result;
  if (latent_.properties.empty()) return result;
  const VectorXd said = properties_(Eigen::Map<const VectorXd>(z, latent_.size));
  Eigen::Index at = 0;
  for (const LatentProperty& p : latent_.properties) {
    result.push_back(p.has_zeros ? sigmoid(said[at]) * softplus(said[at + 1]) * p.std : said[at] * p.std + p.mean);
    at += static_cast<Eigen::Index>(p.n_outputs());
  }
  return result;
}

double LatentModel::misfit(const double* z, std::size_t property, double wanted, double* gradient) const {
  std::vector<VectorXd> slopes;
  const VectorXd said =
      properties_(Eigen::Map<const VectorXd>(z, latent_.size), gradient != nullptr ? &slopes : nullptr);
  Eigen::Index at = 0;
  for (std::size_t p = 0; p < property; ++p) at += static_cast<Eigen::Index>(latent_.properties[p].n_outputs());
  const LatentProperty& p = latent_.properties[property];
  VectorXd of_outputs = VectorXd::Zero(said.size());
  double result = 0.0;
  if (!p.has_zeros) {
    const double error = said[at] + (p.mean - wanted) / p.std;
    result = error * error;
    of_outputs[at] = 2.0 * error;
  } else if (wanted <= 0.0) {
    result = softplus(said[at]);
    of_outputs[at] = sigmoid(said[at]);
  } else {
    const double error = softplus(said[at + 1]) - wanted / p.std;
    result = error * error + softplus(-said[at]);
    of_outputs[at] = -sigmoid(-said[at]);
    of_outputs[at + 1] = 2.0 * error * sigmoid(said[at + 1]);
  }
  if (gradient != nullptr)
    Eigen::Map<VectorXd>(gradient, latent_.size) += properties_.back(slopes, std::move(of_outputs));
  return result;
}

void LatentModel::draw(RandomSequence& random, double* z) const {
  const auto n = static_cast<std::size_t>(codes_.rows());
  const std::size_t k = std::min(n - 1, static_cast<std::size_t>(random.uniform() * static_cast<double>(n)));
  for (Eigen::Index j = 0; j < latent_.size; ++j)
    z[j] = codes_(static_cast<Eigen::Index>(k), j) + deviation_[j] * random.normal();
}

double LatentModel::distance_from_crystals(const double* z, double* gradient) const {
  const Eigen::Map<const VectorXd> at(z, latent_.size);
  VectorXd distance(codes_.rows());
  const Eigen::ArrayXd inverse = deviation_.array().inverse();
  for (Eigen::Index k = 0; k < codes_.rows(); ++k)
    distance[k] = 0.5 * ((at.transpose() - codes_.row(k)).transpose().array() * inverse).square().sum();
  const double least = distance.minCoeff();
  const VectorXd share = (least - distance.array()).exp();
  const double sum = share.sum();
  if (gradient != nullptr) {
    const VectorXd nearest = codes_.transpose() * share / sum;
    Eigen::Map<VectorXd>(gradient, latent_.size) += ((at - nearest).array() * inverse.square()).matrix();
  }
  return least - std::log(sum);
}

}  // namespace spinel
