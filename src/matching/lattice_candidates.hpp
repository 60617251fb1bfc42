#pragma once

#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// A basis of a lattice, or of one of its superlattices, that looks like a target basis.
struct LatticeCandidate {
  Mat3 transformation;  ///< integers: rows are the vectors in terms of the lattice's own basis
  Mat3 mean;            ///< cell with the mean lengths and angles of the two, a along x, b in the xy plane (Å)
};

/// Finds all bases of a lattice whose lengths are within a factor 1 + ltol of those of a target basis, each of its own
/// vector, and whose angles are within angle_tol of its angles. Of either hand. Keeps its memory between calls.
class LatticeCandidates {
 public:
  LatticeCandidates(double ltol, double angle_tol_degrees);

  /// Calls visit(candidate), of determinant ±`multiple`, until it returns true.
  template <class Visit>
  void find(const Mat3& cell, const Mat3& target, int multiple, Visit&& visit) {
    prepare(cell, target);
    for (const Vector& a : near_[0]) {
      third_.clear();
      for (const Vector& c : near_[2])
        if (like(a, c, 1)) third_.push_back(&c);
      if (third_.empty()) continue;
      for (const Vector& b : near_[1]) {
        if (!like(a, b, 2)) continue;
        for (const Vector* c : third_) {
          if (!like(b, *c, 0)) continue;
          LatticeCandidate candidate;
          candidate.transformation << a.n[0], a.n[1], a.n[2], b.n[0], b.n[1], b.n[2], c->n[0], c->n[1], c->n[2];
          if (determinant(a, b, *c) != multiple) continue;
          candidate.mean = mean_cell(a, b, *c);
          if (visit(candidate)) return;
        }
      }
    }
  }

 private:
  struct Vector {
    Vec3 place;  // Å
    int n[3];
    double length;
  };

  void prepare(const Mat3& cell, const Mat3& target);
  /// Whether the angle of two vectors is near the target's angle `which`: 0 alpha, 1 beta, 2 gamma.
  bool like(const Vector& u, const Vector& v, int which) const {
    const double cosine = u.place.dot(v.place), scale = u.length * v.length;
    return cosine >= least_cosine_[which] * scale && cosine <= largest_cosine_[which] * scale;
  }
  static int determinant(const Vector& a, const Vector& b, const Vector& c);
  Mat3 mean_cell(const Vector& a, const Vector& b, const Vector& c) const;

  double ltol_, angle_tol_;  // radians
  std::vector<Vector> near_[3];
  std::vector<const Vector*> third_;
  double length_[3], angle_[3], least_cosine_[3], largest_cosine_[3];
};

}  // namespace spinel
