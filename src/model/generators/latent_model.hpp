#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/random.hpp"
#include "model/generators/generator_architecture.hpp"
#include "model/model_file.hpp"
#include "model/property_predictor.hpp"

namespace spinel {

/// The latent space of a trained crystal_vae, without torch: crystals → latent vectors, and what a latent vector says
/// of its crystal. Not for several threads.
class LatentModel {
 public:
  /// InputError where the file has no latent vectors, or lacks a weight.
  LatentModel(const GeneratorArchitecture& architecture, const ModelFile& file);

  const LatentArchitecture& architecture() const { return latent_; }
  std::size_t size() const { return static_cast<std::size_t>(latent_.size); }
  /// Å, and the nearest so many (0: all): the graph that encode() is given.
  double radius() const { return encoder_->radius(); }
  int max_neighbors() const { return encoder_->max_neighbors(); }

  /// mean, deviation: [size()] of the normal distribution of latent vectors of a crystal. InputError where it holds an
  /// element that the model does not know.
  void encode(const CrystalInput& crystal, double* mean, double* deviation);

  /// [atom] place in element_types of the most likely contents of a cell.
  std::vector<std::int32_t> contents(const double* z) const;
  /// [property] as expected.
  std::vector<double> properties(const double* z) const;
  /// ((x − wanted)/std)² of a property, of one that may be 0 of x given that it is as wanted, 0 or above, plus −log of
  /// the probability of that. The gradient with respect to z is added to `gradient`, where that is not null.
  double misfit(const double* z, std::size_t property, double wanted, double* gradient) const;

  /// The distribution of latent vectors of the training part, as a mixture of normal ones of the same deviations around
  /// those of a sample of its crystals (a single normal one would hardly ever be where crystals are): a draw, and −log
  /// of its density over that of one of them at its center; the gradient is added.
  void draw(RandomSequence& random, double* z) const;
  /// Makes the deviations of the mixture `factor` times those of the file: wider draws are more often new, and less
  /// often what the model says of them.
  void widen(double factor) { deviation_ *= factor; }
  double distance_from_crystals(const double* z, double* gradient) const;

 private:
  struct Layer {
    Eigen::MatrixXd weight;  // [out][in]
    Eigen::VectorXd bias;
  };
  /// Two hidden layers with SiLU between.
  struct Head {
    std::vector<Layer> layers;
    /// slopes: of the hidden layers, for back().
    Eigen::VectorXd operator()(const Eigen::VectorXd& z, std::vector<Eigen::VectorXd>* slopes = nullptr) const;
    /// The gradient with respect to z of a number whose gradient with respect to the outputs is given.
    Eigen::VectorXd back(const std::vector<Eigen::VectorXd>& slopes, Eigen::VectorXd gradient) const;
  };

  LatentArchitecture latent_;
  std::size_t n_elements_;
  std::unique_ptr<PropertyPredictor> encoder_;
  Head contents_, properties_;
  Eigen::MatrixXd codes_;      // [crystal][size]
  Eigen::VectorXd deviation_;  // [size]
  std::vector<double> encoded_;
};

}  // namespace spinel
