#include "fingerprint/crystal_nn.hpp"

#include <algorithm>
#include <cmath>
#include <voro++.hh>

#include "crystal/composition_features.hpp"
#include "fingerprint/image_search.hpp"
#include "fingerprint/order_parameters.hpp"

namespace spinel {

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr int most_neighbors = 24;                                   // that the fingerprint has a place for
constexpr double definition_cutoff = 7.0;                            // Å, doubled until the Voronoi cell is closed
constexpr double half_box = 100.0;                                   // Å; a cell that reaches its walls counts as open
constexpr double most_atoms = 20000.0;                               // around one
constexpr double least_distance = 1e-3;                              // Å
constexpr double difference_weight = 3.0, largest_difference = 3.3;  // of electronegativities
constexpr double full_reach = 0.5, last_reach = 1.0;                 // Å beyond the sum of covalent radii
constexpr double decimals = 1000.0;
constexpr double equal_weights = 1e-7;

/// pymatgen has other radii for elements that have several by Cordero: C sp2; the mean of low and high spin.
double covalent_radius_of(int atomic_number) {
  switch (atomic_number) {
    case 6:
      return 0.73;
    case 25:
      return 1.5;
    case 26:
      return 1.42;
    case 27:
      return 1.38;
    default:
      return covalent_radius(atomic_number);
  }
}

struct Image {
  double x, y, z, squared;  // Å
  std::size_t atom;
};

/// Solid angle of the triangle a b c seen from the origin (Van Oosterom & Strackee, IEEE Trans. Biomed. Eng. 30, 125
/// (1983)).
double solid_angle(const Vec3& a, const Vec3& b, const Vec3& c, double volume) {
  const double u = a.norm(), v = b.norm(), w = c.norm();
  return 2.0 * std::atan2(volume, u * v * w + a.dot(b) * w + a.dot(c) * v + b.dot(c) * u);
}

/// ∫ √(1 − w²) from 0 to w over that from 0 to 1.
double quarter_circle(double w) { return 2.0 / pi * (w * std::sqrt(1.0 - w * w) + std::asin(w)); }

/// [number of neighbors] first place in the fingerprint.
std::array<std::size_t, most_neighbors + 2> make_places() {
  std::array<std::size_t, most_neighbors + 2> places{};
  for (std::size_t n = 1; n <= most_neighbors; ++n)
    places[n + 1] = places[n] + 1 + order_parameter_names(static_cast<int>(n)).size();
  return places;
}

}  // namespace

class CrystalNN::Search {
 public:
  using Neighbors = std::vector<CrystalNNNeighbor>;

  Search() {
    // Voro++ may mean its own coordinates, which are doubled.
    cell_.init(-1.0, 1.0, -1.0, 1.0, -1.0, 1.0);
    reach_scale_ = 12.0 / cell_.max_radius_squared();
  }

  /// Calls found(neighbors) for each atom. False where one has no Voronoi cell.
  template <class Found>
  bool run(const Structure& structure, Found&& found) {
    const ImageSearch images(structure);
    radius_.clear();
    electronegativity_.clear();
    for (const auto type : structure.type) {
      const int number = structure.species[static_cast<std::size_t>(type)].atomic_number;
      radius_.push_back(covalent_radius_of(number));
      electronegativity_.push_back(pauling_electronegativity(number));
    }
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (!make_cell(images, i)) return false;
      weigh(i);
      found(neighbors_);
    }
    return true;
  }

  void fingerprint(const Neighbors& neighbors, CrystalNNFingerprint& result) {
    static const auto places = make_places();
    result.fill(0.0);
    directions_.clear();
    ranks_.clear();
    for (const auto& neighbor : neighbors) {
      directions_.push_back(neighbor.direction);
      ranks_.push_back(neighbor.rank);
    }
    for (std::size_t begin = 0; begin < neighbors.size();) {
      std::size_t n = begin + 1;
      while (n < neighbors.size() && neighbors[n].weight == neighbors[begin].weight) ++n;
      const double upper = neighbors[begin].weight, lower = n < neighbors.size() ? neighbors[n].weight : 0.0;
      begin = n;
      if (n > most_neighbors) break;
      const double probability = quarter_circle(upper) - quarter_circle(lower);
      double* place = &result[places[n]];
      *place = probability;
      order_parameters(directions_.data(), static_cast<int>(n), place + 1, ranks_.data());
      for (std::size_t p = places[n] + 1; p < places[n + 1]; ++p) result[p] *= probability;
    }
  }

 private:
  /// The Voronoi cell of atom i among the images within a cutoff, which grows until the cell is closed.
  bool make_cell(const ImageSearch& images, std::size_t i) {
    constexpr double enough = 40.0;  // images, in most crystals
    const double per_volume = 4.0 / 3.0 * pi * static_cast<double>(images.size()) / images.volume();
    double cutoff = std::min(std::cbrt(enough / per_volume), definition_cutoff);
    while (cutoff <= 2.0 * half_box) {
      if (per_volume * cutoff * cutoff * cutoff > most_atoms) return false;
      around_.clear();
      for (std::size_t j = 0; j < images.size(); ++j)
        images.visit(i, j, cutoff, [&](double x, double y, double z, double squared) {
          around_.push_back({x, y, z, squared, j});
        });
      std::sort(around_.begin(), around_.end(), [](const Image& a, const Image& b) { return a.squared < b.squared; });
      if (!around_.empty() && around_.front().squared < least_distance * least_distance) return false;
      cell_.init(-half_box, half_box, -half_box, half_box, -half_box, half_box);
      double reach = squared_reach();
      for (std::size_t n = 0; n < around_.size() && around_[n].squared <= reach; ++n) {
        const Image& image = around_[n];
        if (!cell_.nplane(image.x, image.y, image.z, image.squared, static_cast<int>(n))) return false;
        if (n % 4 == 3) reach = squared_reach();
      }
      // Atoms beyond the reach change nothing. Those within it do, but beyond 7 Å they count only where without them
      // the cell is open.
      if (squared_reach() <= cutoff * cutoff) break;
      cell_.neighbors(face_image_);
      const bool closed = std::all_of(face_image_.begin(), face_image_.end(), [](int image) { return image >= 0; });
      if (closed && cutoff >= definition_cutoff) break;
      cutoff = cutoff < definition_cutoff ? definition_cutoff : 2.0 * cutoff;
    }
    cell_.neighbors(face_image_);
    return cutoff <= 2.0 * half_box;
  }

  /// How far away an atom can be that cuts something off the cell: twice as far as the farthest vertex; Å².
  double squared_reach() { return reach_scale_ * cell_.max_radius_squared(); }

  void weigh(std::size_t i) {
    cell_.vertices(vertex_);
    cell_.face_vertices(face_vertex_);
    const auto vertex = [this](int n) {
      return Vec3(Eigen::Map<const Vec3>(&vertex_[3 * static_cast<std::size_t>(n)]));
    };
    neighbors_.clear();
    std::size_t at = 0;
    double largest = 0.0;
    for (const int place : face_image_) {
      const Image& image = around_[static_cast<std::size_t>(place)];
      const int n_vertices = face_vertex_[at];
      const int* corner = &face_vertex_[at + 1];
      at += static_cast<std::size_t>(n_vertices) + 1;
      double angle = 0.0, volume = 0.0;  // volume: six times that of the pyramid below the face
      const Vec3 first = vertex(corner[0]);
      for (int n = 2; n < n_vertices; ++n) {
        const Vec3 second = vertex(corner[n - 1]), third = vertex(corner[n]);
        const double part = std::abs(first.dot(second.cross(third)));
        angle += solid_angle(first, second, third, part);
        volume += part;
      }
      CrystalNNNeighbor neighbor;
      neighbor.distance = std::sqrt(image.squared);
      const double area = volume / neighbor.distance;
      if (!(area > 0.0)) continue;
      neighbor.direction = Vec3(image.x, image.y, image.z) / neighbor.distance;
      neighbor.weight = angle * angle / area;
      const double x = electronegativity_[i], other = electronegativity_[image.atom];
      if (x > 0.0 && other > 0.0)
        neighbor.weight *= 1.0 + difference_weight * std::sqrt(std::abs(x - other) / largest_difference);
      largest = std::max(largest, neighbor.weight);
      const double beyond = neighbor.distance - radius_[i] - radius_[image.atom];
      if (beyond >= last_reach)
        neighbor.weight = 0.0;
      else if (beyond > full_reach)
        neighbor.weight *= 0.5 * (1.0 + std::cos(pi * (beyond - full_reach) / (last_reach - full_reach)));
      neighbors_.push_back(neighbor);
    }
    std::sort(neighbors_.begin(), neighbors_.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
    double last = 0.0;
    int rank = -1;
    std::size_t kept = 0;
    for (auto& neighbor : neighbors_) {
      const double exact = neighbor.weight / largest;
      if (rank < 0 || exact < last - equal_weights) {
        last = exact;
        ++rank;
      }
      neighbor.rank = rank;
      neighbor.weight = std::nearbyint(decimals * exact) / decimals;
      if (neighbor.weight > 0.0) ++kept;
    }
    neighbors_.resize(kept);
  }

  std::vector<double> radius_, electronegativity_;  // [atom] Å; Pauling's, 0 where there is none
  std::vector<Image> around_;
  voro::voronoicell_neighbor cell_;
  double reach_scale_;
  std::vector<double> vertex_;
  std::vector<int> face_image_, face_vertex_;
  Neighbors neighbors_;
  std::vector<Vec3> directions_;
  std::vector<int> ranks_;
};

CrystalNN::CrystalNN() : search_(std::make_unique<Search>()) {}
CrystalNN::~CrystalNN() = default;
CrystalNN::CrystalNN(CrystalNN&&) noexcept = default;
CrystalNN& CrystalNN::operator=(CrystalNN&&) noexcept = default;

std::optional<CrystalNNFingerprint> CrystalNN::fingerprint(const Structure& structure) {
  CrystalNNFingerprint mean{}, site;
  const bool complete = search_->run(structure, [&](const auto& neighbors) {
    search_->fingerprint(neighbors, site);
    for (std::size_t p = 0; p < n_crystal_nn; ++p) mean[p] += site[p];
  });
  if (!complete) return std::nullopt;
  for (double& value : mean) value /= static_cast<double>(structure.size());
  return mean;
}

std::optional<std::vector<CrystalNNFingerprint>> CrystalNN::site_fingerprints(const Structure& structure) {
  std::vector<CrystalNNFingerprint> sites;
  if (!search_->run(structure, [&](const auto& neighbors) {
        sites.emplace_back();
        search_->fingerprint(neighbors, sites.back());
      }))
    return std::nullopt;
  return sites;
}

std::optional<std::vector<std::vector<CrystalNNNeighbor>>> CrystalNN::neighbors(const Structure& structure) {
  std::vector<std::vector<CrystalNNNeighbor>> all;
  if (!search_->run(structure, [&](const auto& neighbors) { all.push_back(neighbors); })) return std::nullopt;
  return all;
}

const std::vector<std::string>& CrystalNN::names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> list;
    for (int n = 1; n <= most_neighbors; ++n) {
      const std::string suffix = " CN_" + std::to_string(n);
      list.push_back("wt" + suffix);
      for (const char* name : order_parameter_names(n)) list.push_back(name + suffix);
    }
    return list;
  }();
  return all;
}

}  // namespace spinel
