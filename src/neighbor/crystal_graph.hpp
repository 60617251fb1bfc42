#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// Which neighbors of an atom a crystal graph holds.
struct GraphSettings {
  double radius = 8.0;     ///< Å
  int max_neighbors = 12;  ///< the nearest so many within the radius; 0: all within it
};

/// Neighbors of the atoms of one crystal, periodic images distinguished. An edge from atom i to neighbor j with image n
/// is the vector r_j + n·cell − r_i (n a row of three integers, positions as they were given, wrapped or not); its
/// length is at most the radius. An atom is no neighbor of itself, but its images are. Rows are sorted by distance (as
/// stored: the float nearest to the length), then neighbor, then image.
///
/// With max_neighbors = k > 0 every row has k entries. Where fewer than k atoms lie within the radius, the rest are
/// those of the authors' code of CGCNN (Xie & Grossman, Phys. Rev. Lett. 120, 145301 (2018)): neighbor 0, image 0,
/// distance radius + 1. Where several atoms are equally far, as stored, and not all fit, the lowest neighbor and image
/// are taken: distances of a graph do not depend on that choice, models that look at neighbors may.
struct CrystalGraph {
  std::vector<std::int32_t> offset;               ///< [atom + 1] first edge of an atom
  std::vector<std::int32_t> neighbor;             ///< [edge]
  std::vector<std::array<std::int8_t, 3>> image;  ///< [edge]
  std::vector<float> distance;                    ///< [edge] Å

  std::int64_t n_edges() const { return static_cast<std::int64_t>(neighbor.size()); }
};

/// Builds graphs, one after the other, and keeps its buffers between them. Made for many small cells, a few to some
/// hundred atoms, of any shape and size relative to the radius; the time grows with the square of the number of atoms
/// beyond that (NeighborList is for those).
class CrystalGraphBuilder {
 public:
  explicit CrystalGraphBuilder(const GraphSettings& settings);

  /// cell: rows a, b, c (Å), of which the non-periodic ones do not matter; position: [n_atoms][3], Å. Overwrites
  /// `graph`. Error where an image number is beyond ±127.
  void build(const Mat3& cell, const double* position, std::int64_t n_atoms, const std::array<bool, 3>& periodic,
             CrystalGraph& graph);

 private:
  void set_lattice(const Mat3& cell, const std::array<bool, 3>& periodic);
  void place_atoms(const double* position);
  void list_candidates(double range);
  std::size_t collect(std::size_t atom, double range);
  void put_row(std::size_t atom, std::size_t first_edge, std::size_t n, CrystalGraph& graph) const;

  GraphSettings settings_;
  std::size_t n_atoms_ = 0;
  std::array<bool, 3> periodic_{};
  bool is_reduced_ = false;            // lattice_ is not the cell itself
  Mat3 lattice_;                       // rows: shortest vectors of the same lattice; unit normals where not periodic
  std::array<Int3, 3> combination_{};  // lattice_ vector = integers · cell
  Mat3 inverse_;                       // fractional = Cartesian row · inverse
  Vec3 height_;                        // Å, between opposite faces of lattice_
  std::vector<Vec3> fractional_;       // [atom] in [0, 1) along periodic directions
  std::vector<Vec3> wrapped_;          // [atom] Cartesian of the same
  std::vector<Int3> shift_;            // [atom] by which it was wrapped, in vectors of the cell as given

  // Images of atoms that may lie within range of some atom, by neighbor and image.
  std::vector<double> x_, y_, z_, square_;
  std::vector<std::int32_t> candidate_atom_;
  std::vector<Int3> candidate_image_;          // relative to an atom with shift 0
  std::vector<std::size_t> self_;              // [atom] the candidate that is the atom itself
  std::vector<std::pair<Int3, Vec3>> images_;  // of one atom
  std::vector<std::uint64_t> key_;             // of the atom collected: float bits of the distance, then candidate
  std::vector<std::int32_t> picked_;
  std::vector<std::size_t> left_;  // atoms that still lack neighbors
};

/// The graph of one crystal.
CrystalGraph crystal_graph(const Mat3& cell, const double* position, std::int64_t n_atoms,
                           const GraphSettings& settings, const std::array<bool, 3>& periodic = {true, true, true});

}  // namespace spinel
