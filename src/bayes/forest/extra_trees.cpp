#include "bayes/forest/extra_trees.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.hpp"

namespace spinel {

namespace {

constexpr Eigen::Index block = 1024;  // points whose values of all trees are held at once

}  // namespace

/// One tree, node after node, depth first.
class ExtraTrees::Grower {
 public:
  Grower(const Points& x, const Eigen::VectorXd& y, const ForestSettings& settings, std::uint64_t tree)
      : x_(x),
        y_(y),
        settings_(settings),
        random_(Random(settings.seed, RandomPurpose::forest), settings.number, tree),
        sample_(static_cast<std::size_t>(x.rows())),
        feature_(static_cast<std::size_t>(x.cols())) {
    std::iota(sample_.begin(), sample_.end(), Eigen::Index{0});
    std::iota(feature_.begin(), feature_.end(), Eigen::Index{0});
  }

  Tree grow() {
    struct Open {
      std::size_t begin, end;
      std::int32_t parent;  // whose right child this is; -1: a left child, or the root
    };
    std::vector<Open> open = {{0, sample_.size(), -1}};
    while (!open.empty()) {
      const Open one = open.back();
      open.pop_back();
      const auto place = static_cast<std::int32_t>(tree_.size());
      if (one.parent >= 0) tree_[static_cast<std::size_t>(one.parent)].right = place;
      tree_.emplace_back();
      const Split split = best_split(one.begin, one.end);
      if (split.feature < 0) {
        double sum = 0.0;
        for (std::size_t k = one.begin; k < one.end; ++k) sum += y_[sample_[k]];
        tree_.back().value = sum / static_cast<double>(one.end - one.begin);
        continue;
      }
      tree_.back().feature = static_cast<std::int32_t>(split.feature);
      tree_.back().value = split.threshold;
      const auto begin = sample_.begin();
      const auto middle = std::stable_partition(
          begin + static_cast<std::ptrdiff_t>(one.begin), begin + static_cast<std::ptrdiff_t>(one.end),
          [&](Eigen::Index i) { return x_(i, split.feature) <= split.threshold; });
      const auto at = static_cast<std::size_t>(middle - begin);
      open.push_back({at, one.end, place});
      open.push_back({one.begin, at, -1});
    }
    return std::move(tree_);
  }

 private:
  struct Split {
    Eigen::Index feature = -1;
    double threshold = 0.0;
  };

  /// Of the samples of a node; none where they are too few or alike.
  Split best_split(std::size_t begin, std::size_t end) {
    const auto n = static_cast<double>(end - begin);
    const auto leaf = static_cast<std::size_t>(settings_.smallest_leaf);
    Split best;
    if (end - begin < 2 * leaf) return best;
    double total = 0.0;
    bool alike = true;
    for (std::size_t k = begin; k < end; ++k) {
      total += y_[sample_[k]];
      alike = alike && y_[sample_[k]] == y_[sample_[begin]];
    }
    if (alike) return best;
    const auto wanted = static_cast<std::size_t>(
        std::max(1.0, std::ceil(settings_.feature_share * static_cast<double>(feature_.size()))));
    double best_gain = -1.0;
    std::size_t n_tried = 0;
    // Features that are constant here do not count as tried.
    for (std::size_t left = feature_.size(); left > 0 && n_tried < wanted; --left) {
      const auto drawn = std::min(left - 1, static_cast<std::size_t>(random_.uniform() * static_cast<double>(left)));
      std::swap(feature_[drawn], feature_[left - 1]);
      const Eigen::Index f = feature_[left - 1];
      double low = x_(sample_[begin], f), high = low;
      for (std::size_t k = begin + 1; k < end; ++k) {
        const double value = x_(sample_[k], f);
        low = std::min(low, value);
        high = std::max(high, value);
      }
      if (!(low < high)) continue;
      ++n_tried;
      const double threshold = std::min(low + random_.uniform() * (high - low), std::nextafter(high, low));
      double below = 0.0;
      std::size_t n_below = 0;
      for (std::size_t k = begin; k < end; ++k)
        if (x_(sample_[k], f) <= threshold) {
          below += y_[sample_[k]];
          ++n_below;
        }
      if (n_below < leaf || end - begin - n_below < leaf) continue;
      // What is left of the variance is least where Σ (sum²/n) of the two sides is largest; here from its mean.
      const double mean = total / n, part = below - mean * static_cast<double>(n_below);
      const double gain = part * part * (1.0 / static_cast<double>(n_below) + 1.0 / (n - static_cast<double>(n_below)));
      if (gain <= best_gain) continue;
      best_gain = gain;
      best = {f, threshold};
    }
    return best;
  }

  const Points& x_;
  const Eigen::VectorXd& y_;
  const ForestSettings& settings_;
  RandomSequence random_;
  std::vector<Eigen::Index> sample_, feature_;
  Tree tree_;
};

ExtraTrees::ExtraTrees(const Communicator& communicator, const Points& x, const Eigen::VectorXd& y,
                       const ForestSettings& settings)
    : communicator_(communicator), n_trees_(settings.n_trees) {
  for (int tree = communicator_.rank(); tree < n_trees_; tree += communicator_.size())
    trees_.push_back(Grower(x, y, settings, static_cast<std::uint64_t>(tree)).grow());
}

double ExtraTrees::value_of(const Tree& tree, const double* point) {
  std::size_t at = 0;
  while (tree[at].feature >= 0)
    at = point[tree[at].feature] <= tree[at].value ? at + 1 : static_cast<std::size_t>(tree[at].right);
  return tree[at].value;
}

ExtraTrees::Forecast ExtraTrees::predict(const Points& x) const {
  Forecast result;
  for (Eigen::Index first = 0; first < x.rows(); first += block) {
    const Eigen::Index count = std::min(block, x.rows() - first);
    Points value = Points::Zero(count, n_trees_);
    for (std::size_t k = 0; k < trees_.size(); ++k) {
      const auto tree = communicator_.rank() + static_cast<Eigen::Index>(k) * communicator_.size();
      for (Eigen::Index i = 0; i < count; ++i) value(i, tree) = value_of(trees_[k], x.row(first + i).data());
    }
    // Each number is of one rank and nought of the others: the sum is exact.
    communicator_.sum(value.data(), static_cast<std::size_t>(value.size()));
    for (Eigen::Index i = 0; i < count; ++i) {
      const double mean = value.row(i).mean();
      result.mean.push_back(mean);
      result.sigma.push_back(std::sqrt((value.row(i).array() - mean).square().mean()));
    }
  }
  return result;
}

}  // namespace spinel
