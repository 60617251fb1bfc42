#pragma once

#include <cstddef>
#include <vector>

namespace spinel {

/// Fingerprints of many crystals.
class FingerprintSet {
 public:
  explicit FingerprintSet(std::size_t width) : width_(width) {}

  /// `row`: width() numbers. InputError where one is not finite.
  void add(const double* row);

  std::size_t width() const { return width_; }
  std::size_t size() const { return values_.size() / width_; }
  const double* row(std::size_t i) const { return values_.data() + i * width_; }

 private:
  std::size_t width_;
  std::vector<double> values_;  // [row][width]
};

/// Distance between two fingerprints.
enum class FingerprintDistance {
  euclidean,
  largest  ///< the largest difference between their numbers
};

/// How far from each crystal of one set the nearest of the other is.
struct NearestInSet {
  std::vector<double> of_generated;  ///< [generated] to the nearest of the reference; infinite where that is empty
  std::vector<double> of_reference;  ///< [reference] to the nearest generated; infinite where there is none
};

/// InputError where the sets differ in width.
NearestInSet nearest_in_set(const FingerprintSet& generated, const FingerprintSet& reference,
                            FingerprintDistance distance);

/// The distances in one space of fingerprints and up to where they count as near.
struct CoverageSpace {
  const NearestInSet* nearest;
  double cutoff;
};

/// How much two sets cover each other.
struct Coverage {
  double recall = 0.0;     ///< share of the reference near something generated, in every space
  double precision = 0.0;  ///< share of what was generated near something of the reference, in every space
};

/// COV-R and COV-P of CDVAE (Xie et al., ICLR 2022; compute_cov of its code): a crystal is covered where in each space
/// some crystal of the other set is within the cutoff; it need not be the same one in all spaces. `n_generated`: all
/// that were generated, those without fingerprints among them, which count as not covered; 0: those of the distances.
/// InputError where spaces differ in their numbers of crystals, or there are more fingerprints than crystals.
Coverage coverage(const std::vector<CoverageSpace>& spaces, std::size_t n_generated = 0);

/// Cutoffs of CDVAE for its structure fingerprint (crystal_nn.hpp) and its standardized composition fingerprint
/// (composition_fingerprint.hpp).
struct CoverageCutoffs {
  double structure, composition;
};
constexpr CoverageCutoffs perov_5_cutoffs = {0.2, 4.0};  ///< also Carbon-24
constexpr CoverageCutoffs mp_20_cutoffs = {0.4, 10.0};

/// Mean of the distances to the nearest: AMSD and AMCD of CDVAE. InputError where there are none.
double mean_distance(const std::vector<double>& nearest);

/// First Wasserstein distance of two samples, of any sizes: the area between their cumulative distributions, in the
/// unit of the samples. InputError where one is empty or a number is not finite.
double wasserstein_distance(std::vector<double> a, std::vector<double> b);

}  // namespace spinel
