#pragma once

#include <string>
#include <vector>

#include "crystal/structure.hpp"
#include "neighbor/crystal_graph.hpp"
#include "stability/composition.hpp"

namespace spinel {

/// Candidates as numbers that a surrogate learns from. Kinds, in the order in which their numbers stand:
///  - composition: for each of Magpie's properties of elements (fingerprint/magpie_elements.hpp), in its spread over
///  the
///    elements, its mean, mean absolute deviation, minimum and maximum over the atoms; the number of elements, and the
///    2- and 3-norm of their fractions;
///  - oxidation: how far the composition is from neutral with the oxidation states that its elements are known in
///    (e/atom, at most 1); the logarithm of how common the likeliest neutral choice is (−12 where there is none); and
///    its charge (e/atom) with the mean states of its elements, the most electronegative one the anion;
///  - structure: for each property its mean weighted by coordination less that of all atoms alike, and over the atoms
///  the
///    mean of its difference from that of the neighbors and of the product of both; coordination, bond lengths over
///    radii, volume and packing. A neighbor at distance d counts exp(−(d/1.1(r + r'))⁶), r covalent radii.
class CandidateFeatures {
 public:
  /// InputError for a kind that is none.
  explicit CandidateFeatures(const std::vector<std::string>& kinds);

  std::size_t size() const { return size_; }
  bool needs_structure() const { return structure_; }

  /// Writes size() numbers. `structure`: null where none is needed. InputError where an element has no properties, or
  /// the structure cannot be taken.
  void compute(const Composition& composition, const Structure* structure, double* out);

 private:
  double* put_structure(const Structure& structure, double* out);

  bool composition_ = false, oxidation_ = false, structure_ = false;
  std::size_t size_ = 0;
  CrystalGraphBuilder builder_;
  CrystalGraph graph_;
};

}  // namespace spinel
