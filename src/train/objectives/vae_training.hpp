#pragma once

#include <memory>

#include "train/objectives/generator_training.hpp"

namespace spinel {

/// What the loss of a crystal_vae has beside that of its decoder.
struct VaeLossWeights {
  double kl = 0.01;         ///< of Σ_j max(free_bits, KL_j)
  double free_bits = 0.1;   ///< nats
  double warm_up = 0.0;     ///< epochs in which `kl` rises from zero
  double contents = 1.0;    ///< number of atoms, shares and presence of species, cell
  double properties = 1.0;  ///< each
};

/// A variational autoencoder of crystals (Kingma & Welling, ICLR 2014; of crystals CDVAE, Xie et al., ICLR 2022):
/// crystal graph convolutions give mean μ and variance σ² of a latent vector z, the decoder is a crystal_flow that is
/// shown z = μ + σ ε (in a share `condition_dropout` of the crystals it is not). The loss of a batch is the mean over
/// its crystals of
///   CrystalNoise::loss + kl Σ_j max(free_bits, KL_j) + contents·C(z) + properties Σ_p P_p(z),
/// KL_j = ½(μ_j² + σ_j² − 1 − log σ_j²); the free bits (Kingma et al., NeurIPS 2016) of each crystal and dimension, so
/// that ranks share a batch without talking; C: cross entropies of the number of atoms and of the species' shares, a
/// tenth of the summed binary cross entropies of their presence, mean squared error of the standardized lattice; P_p:
/// Huber's loss of a property in standard deviations, or of one with zeros the binary cross entropy of being above 0
/// and, where it is, Huber's loss of its value. Properties that a crystal lacks do not count.
///
/// The model file holds decoder (as a crystal_flow's), encoder.*, heads.*, the latent vectors of up to 2,000 crystals
/// of the training part and their mean deviations (latent_codes, latent_deviation). What an Assessment holds of each
/// crystal: the loss over eight draws, kl at its full weight. Metrics: loss, coordinates, cell, types, kl (Σ KL_j,
/// nats), contents, and a mean absolute error for each property.
std::unique_ptr<Training> make_vae_training(const GeneratorTrainingData& data, const VaeLossWeights& weights,
                                            const TrainerSettings& settings, const DataParts& parts,
                                            const Communicator& communicator);

}  // namespace spinel
