#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crystal/structure.hpp"
#include "stability/composition.hpp"
#include "stability/measures/volume_model.hpp"

namespace spinel {

/// A crystal of the training set: no more than a substitution needs.
struct TrainingCrystal {
  Mat3 cell = Mat3::Zero();                 ///< rows a, b, c (Å)
  std::vector<std::int64_t> atomic_number;  ///< [atom]
  std::vector<Vec3> fractional;             ///< [atom]
};
/// InputError where an atom is no element.
TrainingCrystal training_crystal(const Structure& structure);

/// What can be predicted without a model: crystals of a given content that a generator must better. All cells have the
/// volume of a VolumeModel of the training set, or of the elements where there is none.
///
/// A crystal is a function of the training set in its order, the seed, the contents, and the numbers of its target and
/// sample.
class Baselines {
 public:
  Baselines(std::vector<TrainingCrystal> training, std::uint64_t seed);

  bool has_training() const { return !training_.empty(); }

  /// Coordinates drawn evenly from the cell, whose shape is that of the first of nearest(); a cube where there is none.
  Structure random_coordinates(const Composition& contents, std::int64_t target, std::int64_t sample) const;

  /// The crystal of the training set that `sample` counts from the nearest, with the elements replaced; none where
  /// fewer can become the contents. Of equally near ones the number of the target decides where to begin, so that
  /// targets of one composition, such as all carbon, get different ones.
  std::optional<Structure> substitution(const Composition& contents, std::int64_t target, std::int64_t sample) const;

  /// The ideal cubic perovskite ABX3, with one of the two orders of A and B by the toss of a coin for a target's first
  /// sample, and the other for every second one. X is the element with three atoms, or else the three most
  /// electronegative atoms. None where the contents are not five atoms with such an X, and A and B.
  std::optional<Structure> perovskite(const Composition& contents, std::int64_t target, std::int64_t sample) const;
  static bool can_be_perovskite(const Composition& contents);

  /// Crystals of the training set, by number, whose amounts of elements are those of the contents but for the elements
  /// themselves (Fe2O3 and Al2S3): first those with as many atoms, then by how far the elements are from each other in
  /// Mendeleev's numbers (Villars et al., J. Alloys Compd. 367, 167 (2004), as Magpie has them), mean over the atoms,
  /// then by their order. Of elements with equal amounts the one with the lower number takes the place of the lower.
  const std::vector<std::size_t>& nearest(const Composition& contents) const;

 private:
  Structure with_volume(Mat3 cell, const std::vector<std::int64_t>& atomic_number,
                        const std::vector<Vec3>& fractional) const;

  std::vector<TrainingCrystal> training_;
  std::vector<Composition> composition_;                     // [training crystal] of its cell
  std::map<std::string, std::vector<std::size_t>> similar_;  // by amounts
  VolumeModel volume_;
  std::uint64_t seed_;
  mutable std::string last_contents_;  // of nearest(), which is asked for the same again and again
  mutable std::vector<std::size_t> last_nearest_;
  mutable std::vector<std::size_t> last_ties_;  // [place in last_nearest_] of the first that is as near
};

}  // namespace spinel
