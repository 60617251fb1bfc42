#include "propose/symmetry/space_group.hpp"

#include <spglib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr int grid = 24;
constexpr double tolerance = 1e-6;  // of fractional coordinates

int modulo(int x) { return ((x % grid) + grid) % grid; }

/// Of spglib's settings of a group the first.
int first_hall_number(int number) {
  static const std::map<int, int> first = [] {
    std::map<int, int> found;
    for (int hall = 1; hall <= 530; ++hall) found.emplace(spg_get_spacegroup_type(hall).number, hall);
    return found;
  }();
  return first.at(number);
}

/// Some place that is on no symmetry element of its own accord.
const Vec3 generic(0.1273849, 0.3719273, 0.2398471);

bool is_zero(const Vec3& v) { return v.cwiseAbs().maxCoeff() < tolerance; }

}  // namespace

const SpaceGroup& SpaceGroup::of(int number) {
  static std::map<int, std::unique_ptr<const SpaceGroup>> made;
  auto& group = made[number];
  if (!group) group.reset(new SpaceGroup(number));
  return *group;
}

SpaceGroup::SpaceGroup(int number) : number_(number) {
  if (number < 1 || number > 230) fail_input("there is no space group {}", number);
  int rotations[192][3][3];
  double translations[192][3];
  const int n = spg_get_symmetry_from_database(rotations, translations, first_hall_number(number));
  if (n == 0) fail("spglib has no operations of space group {}", number);
  for (int k = 0; k < n; ++k) {
    Mat3 rotation;
    std::array<int, 9> whole{};
    std::array<int, 3> shift{};
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) {
        rotation(i, j) = rotations[k][i][j];
        whole[static_cast<std::size_t>(3 * i + j)] = rotations[k][i][j];
      }
      shift[static_cast<std::size_t>(i)] = modulo(static_cast<int>(std::lround(translations[k][i] * grid)));
    }
    rotations_.push_back(rotation);
    rotation_.push_back(whole);
    translation_.push_back(shift);
  }
  find_primitive();
  find_positions();
}

void SpaceGroup::find_primitive() {
  std::vector<Vec3> vectors = {Vec3::UnitX(), Vec3::UnitY(), Vec3::UnitZ()};
  centering_ = 0;
  for (std::size_t k = 0; k < rotations_.size(); ++k) {
    if (!rotations_[k].isIdentity(tolerance)) continue;
    ++centering_;
    const auto& t = translation_[k];
    if (t != std::array<int, 3>{}) vectors.insert(vectors.begin(), Vec3(t[0], t[1], t[2]) / grid);
  }
  for (const Vec3& a : vectors)
    for (const Vec3& b : vectors)
      for (const Vec3& c : vectors) {
        Mat3 cell;
        cell << a.transpose(), b.transpose(), c.transpose();
        if (std::abs(cell.determinant() * centering_ - 1.0) < tolerance) {
          primitive_ = cell;
          return;
        }
      }
  fail("no primitive cell of space group {} was found", number_);
}

/// Whether an operation takes the position to one that is there.
bool SpaceGroup::is_known(const WyckoffPosition& position) const {
  const Vec3 place = position.projection * generic + position.shift;
  for (std::size_t p = 0; p < positions_.size(); ++p) {
    const WyckoffPosition& other = positions_[p];
    if (other.multiplicity != position.multiplicity || other.freedom != position.freedom) continue;
    for (std::size_t k = 0; k < rotations_.size(); ++k) {
      const auto& t = translation_[k];
      const Vec3 image = rotations_[k] * place + Vec3(t[0], t[1], t[2]) / grid;
      const Vec3 off = image - (other.projection * image + other.shift);
      if (std::any_of(residuals_[p].begin(), residuals_[p].end(), [&](const Vec3& r) { return is_zero(off + r); }))
        return true;
    }
  }
  return false;
}

/// Positions through a point of the grid.
void SpaceGroup::add_positions(const std::array<int, 3>& point) {
  std::vector<Mat3> fixing;
  for (std::size_t k = 0; k < rotations_.size(); ++k) {
    bool is_fixed = true;
    for (std::size_t i = 0; i < 3 && is_fixed; ++i) {
      int image = translation_[k][i] - point[i];
      for (std::size_t j = 0; j < 3; ++j) image += rotation_[k][3 * i + j] * point[j];
      is_fixed = image % grid == 0;
    }
    if (is_fixed) fixing.push_back(rotations_[k]);
  }
  if (fixing.size() == 1) return;
  // Sets of operations that fix the same points, from those of one operation on, and what any two of them have in
  // common.
  using Set = std::vector<bool>;
  const auto projection_of = [&](const Set& set) {
    Mat3 sum = Mat3::Zero();
    double n = 0.0;
    for (std::size_t k = 0; k < fixing.size(); ++k)
      if (set[k]) {
        sum += fixing[k];
        n += 1.0;
      }
    return Mat3(sum / n);
  };
  // All that leave the image of a projection where it is.
  const auto closed = [&](const Mat3& projection) {
    Set set(fixing.size());
    for (std::size_t k = 0; k < fixing.size(); ++k)
      set[k] = (fixing[k] * projection - projection).cwiseAbs().maxCoeff() < tolerance;
    return set;
  };
  // Of the group that one operation generates, the mean of its powers.
  const auto mean_of_powers = [](const Mat3& rotation) {
    Mat3 sum = Mat3::Identity(), power = rotation;
    double n = 1.0;
    for (; !power.isIdentity(tolerance); power *= rotation, n += 1.0) sum += power;
    return Mat3(sum / n);
  };
  std::set<Set> sets;
  for (const Mat3& rotation : fixing) sets.insert(closed(mean_of_powers(rotation)));
  sets.insert(Set(fixing.size(), true));
  for (bool grows = true; grows;) {
    grows = false;
    const std::vector<Set> now(sets.begin(), sets.end());
    for (const Set& a : now)
      for (const Set& b : now) {
        // The points that both fix: those of the group that both generate.
        const Mat3 one = projection_of(a), other = projection_of(b);
        Mat3 both = one;
        for (int k = 0; k < 40; ++k) both = other * one * both;  // alternating projections onto the common subspace
        const Set set = closed(both);
        grows = sets.insert(set).second || grows;
      }
  }
  const Vec3 at = Vec3(point[0], point[1], point[2]) / grid;
  for (const Set& set : sets) {
    const auto order = std::count(set.begin(), set.end(), true);
    if (order == 1) continue;  // the general position
    WyckoffPosition position;
    position.projection = projection_of(set);
    position.shift = at - position.projection * at;
    position.freedom = static_cast<int>(std::lround(position.projection.trace()));
    position.multiplicity = n_operations() / static_cast<int>(order);
    if (is_known(position)) continue;
    std::vector<Vec3> residuals;
    for (int i = -3; i <= 3; ++i)
      for (int j = -3; j <= 3; ++j)
        for (int k = -3; k <= 3; ++k) {
          const Vec3 n(i, j, k), off = n - position.projection * n;
          if (std::none_of(residuals.begin(), residuals.end(), [&](const Vec3& r) { return is_zero(r - off); }))
            residuals.push_back(off);
        }
    positions_.push_back(position);
    residuals_.push_back(std::move(residuals));
  }
}

void SpaceGroup::find_positions() {
  // One point of each orbit on the grid.
  std::vector<bool> seen(static_cast<std::size_t>(grid * grid * grid), false);
  const auto place = [](const std::array<int, 3>& p) {
    return static_cast<std::size_t>((p[0] * grid + p[1]) * grid + p[2]);
  };
  std::array<int, 3> p{};
  for (p[0] = 0; p[0] < grid; ++p[0])
    for (p[1] = 0; p[1] < grid; ++p[1])
      for (p[2] = 0; p[2] < grid; ++p[2]) {
        if (seen[place(p)]) continue;
        for (std::size_t k = 0; k < rotations_.size(); ++k) {
          std::array<int, 3> image{};
          for (std::size_t i = 0; i < 3; ++i) {
            int x = translation_[k][i];
            for (std::size_t j = 0; j < 3; ++j) x += rotation_[k][3 * i + j] * p[j];
            image[i] = modulo(x);
          }
          seen[place(image)] = true;
        }
        add_positions(p);
      }
  WyckoffPosition general;
  general.multiplicity = n_operations();
  general.freedom = 3;
  general.projection = Mat3::Identity();
  positions_.push_back(general);
  std::stable_sort(positions_.begin(), positions_.end(), [](const WyckoffPosition& a, const WyckoffPosition& b) {
    return std::pair(a.multiplicity, a.freedom) < std::pair(b.multiplicity, b.freedom);
  });
  residuals_.clear();
  for (WyckoffPosition& position : positions_) {
    const Vec3 x = position.projection * generic + position.shift;
    std::vector<Vec3> images;
    for (int k = 0; k < n_operations(); ++k) {
      const auto& t = translation_[static_cast<std::size_t>(k)];
      const Vec3 image = rotations_[static_cast<std::size_t>(k)] * x + Vec3(t[0], t[1], t[2]) / grid;
      const auto is_same = [&](const Vec3& other) {
        Vec3 apart = image - other;
        for (int i = 0; i < 3; ++i) apart[i] -= std::nearbyint(apart[i]);
        return is_zero(apart);
      };
      if (std::any_of(images.begin(), images.end(), is_same)) continue;
      images.push_back(image);
      position.representative.push_back(k);
    }
    if (static_cast<int>(images.size()) != position.multiplicity)
      fail("a position of space group {} has {} places, not {}", number_, images.size(), position.multiplicity);
  }
}

std::vector<Vec3> SpaceGroup::places(const WyckoffPosition& position, const Vec3& x) const {
  const Vec3 place = position.projection * x + position.shift;
  std::vector<Vec3> result;
  for (const int k : position.representative) {
    const auto& t = translation_[static_cast<std::size_t>(k)];
    result.emplace_back(rotations_[static_cast<std::size_t>(k)] * place + Vec3(t[0], t[1], t[2]) / grid);
  }
  return result;
}

Mat3 SpaceGroup::random_cell(RandomSequence& random) const {
  for (;;) {
    // A random metric, then its mean over the rotations, which are isometries of what comes out.
    Vec3 length, cosine;
    for (int k = 0; k < 3; ++k) {
      length[k] = 0.5 + 1.5 * random.uniform();
      cosine[k] = 0.5 * (2.0 * random.uniform() - 1.0);
    }
    Mat3 metric;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) metric(i, j) = length[i] * length[j] * (i == j ? 1.0 : cosine[3 - i - j]);
    Mat3 mean = Mat3::Zero();
    for (const Mat3& rotation : rotations_) mean += rotation.transpose() * metric * rotation;
    mean /= static_cast<double>(n_operations());
    const Eigen::LLT<Mat3> factor(mean);
    if (factor.info() != Eigen::Success) continue;
    const Mat3 cell = factor.matrixL();  // rows with these products
    const double volume = cell.determinant();
    if (volume < 0.1) continue;  // too flat
    return cell / std::cbrt(volume);
  }
}

}  // namespace spinel
