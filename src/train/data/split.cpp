#include "train/data/split.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <unordered_map>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "crystal/elements.hpp"

namespace spinel {

namespace {

using Numbers = std::vector<std::int64_t>;

/// Numbers of `of` in an order that the seed and each number alone decide.
Numbers shuffled(const Numbers& of, std::uint64_t seed) {
  const Random random(seed, RandomPurpose::dataset_split);
  std::vector<std::pair<double, std::int64_t>> keyed;
  keyed.reserve(of.size());
  for (const std::int64_t i : of) keyed.emplace_back(random.uniform4(0, static_cast<std::uint64_t>(i))[0], i);
  std::sort(keyed.begin(), keyed.end());
  Numbers result;
  for (const auto& [key, i] : keyed) result.push_back(i);
  return result;
}

std::size_t share(double fraction, std::size_t n) {
  return static_cast<std::size_t>(std::llround(fraction * static_cast<double>(n)));
}

/// The first of `order` to test, the next to validation, the rest to training.
Split deal(const Numbers& order, std::size_t n_validation, std::size_t n_test) {
  Split parts;
  for (std::size_t k = 0; k < order.size(); ++k)
    (k < n_test ? parts.test : k < n_test + n_validation ? parts.validation : parts.train).push_back(order[k]);
  return parts;
}

/// Amount of each element, ascending, without the common divisor; or, for systems, 1 of each.
std::string group_of(const Dataset& data, std::int64_t i, bool amounts) {
  std::map<std::uint8_t, std::int64_t> count;
  for (std::int64_t atom = data.atom_offset()[i]; atom < data.atom_offset()[i + 1]; ++atom)
    ++count[data.atomic_number()[atom]];
  std::int64_t divisor = 0;
  for (const auto& [z, n] : count) divisor = std::gcd(divisor, n);
  std::string key;
  for (const auto& [z, n] : count) key += fmt::format("{}:{} ", z, amounts ? n / divisor : 1);
  return key;
}

Split split_groups(const Dataset& data, const SplitSettings& settings, const Numbers& among) {
  std::unordered_map<std::string, Numbers> groups;
  for (const std::int64_t i : among) groups[group_of(data, i, settings.kind == "composition")].push_back(i);
  const Random random(settings.seed, RandomPurpose::dataset_split);
  std::vector<std::pair<std::pair<double, std::int64_t>, const Numbers*>> keyed;
  for (const auto& [key, members] : groups) {
    ContentHash hash;
    hash.add(key);
    keyed.push_back({{random.uniform4(1, hash.value()[0])[0], members.front()}, &members});
  }
  std::sort(keyed.begin(), keyed.end());
  Split parts;
  const std::size_t n_test = share(settings.test_fraction, among.size()),
                    n_validation = share(settings.validation_fraction, among.size());
  for (const auto& [key, members] : keyed) {
    Numbers& part = parts.test.size() + members->size() <= n_test               ? parts.test
                    : parts.validation.size() + members->size() <= n_validation ? parts.validation
                                                                                : parts.train;
    part.insert(part.end(), members->begin(), members->end());
  }
  parts.description = fmt::format("{} {} kept whole", groups.size(),
                                  settings.kind == "composition" ? "compositions" : "chemical systems");
  return parts;
}

/// `is_left` structures to test, the others random to validation and training.
Split leave_out(const Numbers& among, const SplitSettings& settings, const std::function<bool(std::int64_t)>& is_left) {
  Numbers left, others;
  for (const std::int64_t i : among) (is_left(i) ? left : others).push_back(i);
  Split parts = deal(shuffled(others, settings.seed), share(settings.validation_fraction, others.size()), 0);
  parts.test = left;
  return parts;
}

Split leave_element(const Dataset& data, const SplitSettings& settings, const Numbers& among) {
  std::array<bool, 119> left{};
  std::string names;
  for (const std::string& symbol : settings.elements) {
    const int z = atomic_number(symbol);
    if (z == 0) fail_input("'{}' is no element; the nearest symbol is {}", symbol, nearest_symbol(symbol));
    left[static_cast<std::size_t>(z)] = true;
    names += (names.empty() ? "" : ", ") + std::string(element_symbol(z));
  }
  if (names.empty()) fail_input("leave_element needs the elements to leave out");
  Split parts = leave_out(among, settings, [&](std::int64_t i) {
    const auto *first = data.atomic_number() + data.atom_offset()[i],
               *end = data.atomic_number() + data.atom_offset()[i + 1];
    return std::any_of(first, end, [&](std::uint8_t z) { return left[z]; });
  });
  parts.description = "structures with " + names + " left out";
  return parts;
}

// k-means of points [n][width]; returns the cluster of each point.
std::vector<int> k_means(const std::vector<double>& points, std::size_t width, std::size_t n_clusters,
                         std::uint64_t seed) {
  const std::size_t n = points.size() / width;
  const auto square = [&](std::size_t i, const double* center) {
    double sum = 0.0;
    for (std::size_t k = 0; k < width; ++k) {
      const double d = points[i * width + k] - center[k];
      sum += d * d;
    }
    return sum;
  };
  RandomSequence random(Random(seed, RandomPurpose::dataset_cluster), 0, 0);
  std::vector<double> centers, nearest(n, std::numeric_limits<double>::infinity());
  auto next = std::min(n - 1, static_cast<std::size_t>(random.uniform() * static_cast<double>(n)));
  for (std::size_t c = 0; c < n_clusters; ++c) {
    centers.insert(centers.end(), points.begin() + static_cast<std::ptrdiff_t>(next * width),
                   points.begin() + static_cast<std::ptrdiff_t>((next + 1) * width));
    double total = 0.0;
    for (std::size_t i = 0; i < n; ++i) total += nearest[i] = std::min(nearest[i], square(i, &centers[c * width]));
    double at = random.uniform() * total;
    next = n - 1;
    for (std::size_t i = 0; i < n; ++i)
      if ((at -= nearest[i]) < 0.0) {
        next = i;
        break;
      }
  }
  std::vector<int> cluster(n, -1);
  for (int round = 0; round < 100; ++round) {
    bool changed = false;
    for (std::size_t i = 0; i < n; ++i) {
      int best = 0;
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < n_clusters; ++c)
        if (const double d = square(i, &centers[c * width]); d < least) least = d, best = static_cast<int>(c);
      changed |= best != cluster[i];
      cluster[i] = best;
    }
    if (!changed) break;
    std::vector<double> sum(n_clusters * width, 0.0), count(n_clusters, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      const auto c = static_cast<std::size_t>(cluster[i]);
      count[c] += 1.0;
      for (std::size_t k = 0; k < width; ++k) sum[c * width + k] += points[i * width + k];
    }
    for (std::size_t c = 0; c < n_clusters; ++c)
      if (count[c] > 0.0)
        for (std::size_t k = 0; k < width; ++k) centers[c * width + k] = sum[c * width + k] / count[c];
  }
  return cluster;
}

Split leave_cluster(const Dataset& data, const SplitSettings& settings, const Numbers& among) {
  constexpr std::size_t width = n_composition_numbers;
  const auto n_clusters = static_cast<std::size_t>(settings.clusters);
  if (settings.clusters < 2 || n_clusters > among.size())
    fail_input("{} clusters cannot be made of {} structures", settings.clusters, among.size());
  if (settings.left_cluster < 0 || settings.left_cluster > settings.clusters)
    fail_input("there is no cluster {} of {}", settings.left_cluster, settings.clusters);
  std::vector<double> points;
  points.reserve(width * among.size());
  for (const std::int64_t i : among) {
    const auto numbers = composition_numbers(data.atomic_number() + data.atom_offset()[i], data.n_atoms(i));
    points.insert(points.end(), numbers.begin(), numbers.end());
  }
  const auto n = static_cast<double>(among.size());
  for (std::size_t k = 0; k < width; ++k) {
    double mean = 0.0, square = 0.0;
    for (std::size_t at = k; at < points.size(); at += width) mean += points[at] / n;
    for (std::size_t at = k; at < points.size(); at += width) square += (points[at] - mean) * (points[at] - mean) / n;
    const double scale = square > 1e-20 ? 1.0 / std::sqrt(square) : 0.0;
    for (std::size_t at = k; at < points.size(); at += width) points[at] = (points[at] - mean) * scale;
  }
  const auto cluster = k_means(points, width, n_clusters, settings.seed);
  std::vector<std::pair<std::int64_t, int>> by_size;  // minus the size, cluster
  for (int c = 0; c < static_cast<int>(n_clusters); ++c)
    by_size.emplace_back(-std::count(cluster.begin(), cluster.end(), c), c);
  std::sort(by_size.begin(), by_size.end());
  std::size_t place = static_cast<std::size_t>(settings.left_cluster) - 1;
  if (settings.left_cluster == 0) {
    const double u = Random(settings.seed, RandomPurpose::dataset_cluster).uniform4(1, 0)[0];
    place = static_cast<std::size_t>(u * static_cast<double>(n_clusters));
  }
  std::unordered_map<std::int64_t, int> of;
  for (std::size_t k = 0; k < among.size(); ++k) of[among[k]] = cluster[k];
  Split parts = leave_out(among, settings, [&](std::int64_t i) { return of[i] == by_size[place].second; });
  parts.description = fmt::format("cluster {} of {} by size left out", place + 1, n_clusters);
  return parts;
}

/// In ascending order; none that is wanted may be empty. `samples`: what they are, for messages.
void finish(Split& parts, std::uint64_t seed, bool wants_validation, bool wants_test, const char* samples) {
  parts.description += fmt::format(", seed {}", seed);
  const std::size_t n = parts.train.size() + parts.validation.size() + parts.test.size();
  for (const auto& [part, name, wanted] : {std::tuple(&parts.train, "training", true),
                                           {&parts.validation, "validation", wants_validation},
                                           {&parts.test, "test", wants_test}}) {
    if (wanted && part->empty())
      fail_input("the {} part of {} {} stays empty ({})", name, n, samples, parts.description);
    std::sort(part->begin(), part->end());
  }
}

Split split_here(const Dataset& data, const SplitSettings& settings, const Numbers& among) {
  const double validation = settings.validation_fraction, test = settings.test_fraction;
  if (!(validation >= 0.0) || !(test >= 0.0) || !(validation + test < 1.0))
    fail_input("fractions {} and {} of a dataset leave nothing to train on", validation, test);
  Split parts;
  const bool leaves = settings.kind == "leave_element" || settings.kind == "leave_cluster";
  if (settings.kind == "random") {
    parts = deal(shuffled(among, settings.seed), share(validation, among.size()), share(test, among.size()));
    parts.description = "random";
  } else if (settings.kind == "composition" || settings.kind == "chemical_system") {
    parts = split_groups(data, settings, among);
  } else if (settings.kind == "leave_element") {
    parts = leave_element(data, settings, among);
  } else if (settings.kind == "leave_cluster") {
    parts = leave_cluster(data, settings, among);
  } else {
    fail_input("there is no split '{}'", settings.kind);
  }
  finish(parts, settings.seed, validation > 0.0, leaves || test > 0.0, "structures");
  return parts;
}

/// On rank 0, then to all; an InputError too.
Split on_root(const Communicator& all, const std::function<Split()>& make) {
  Split parts;
  std::string problem;
  if (all.is_root()) {
    try {
      parts = make();
    } catch (const InputError& error) {
      problem = error.what();
    }
  }
  all.broadcast(problem);
  if (!problem.empty()) throw InputError(problem);
  all.broadcast(parts.train);
  all.broadcast(parts.validation);
  all.broadcast(parts.test);
  all.broadcast(parts.description);
  return parts;
}

}  // namespace

std::vector<double> composition_numbers(const std::uint8_t* atomic_number, std::int64_t n_atoms) {
  constexpr std::size_t half = n_composition_numbers / 2;
  std::array<double, half> sum{}, square{};
  for (std::int64_t atom = 0; atom < n_atoms; ++atom) {
    const int z = atomic_number[atom];
    // Noble gases close the periods.
    constexpr std::array<int, 7> last = {2, 10, 18, 36, 54, 86, 118};
    std::size_t p = 0;
    while (last[p] < z) ++p;
    const int length = last[p] - (p == 0 ? 0 : last[p - 1]), at = z - (p == 0 ? 0 : last[p - 1]);
    int column, block;  // s p d f
    if (at <= (length == 2 ? 1 : 2)) {
      column = at, block = 0;
    } else if (length - at < 6) {
      column = 18 - (length - at), block = length == 2 ? 0 : 1;
    } else if (length - at < 16) {
      column = 18 - (length - at), block = 2;
    } else {
      column = 3, block = 3;
    }
    std::array<double, half> x = {static_cast<double>(p + 1), static_cast<double>(column), 0.0, 0.0, 0.0, 0.0};
    x[2 + static_cast<std::size_t>(block)] = 1.0;
    for (std::size_t k = 0; k < half; ++k) sum[k] += x[k], square[k] += x[k] * x[k];
  }
  std::vector<double> result;
  const auto n = static_cast<double>(n_atoms);
  for (const double s : sum) result.push_back(s / n);
  for (std::size_t k = 0; k < half; ++k) {
    const double mean = sum[k] / n;
    result.push_back(std::sqrt(std::max(0.0, square[k] / n - mean * mean)));
  }
  return result;
}

Split split(const Dataset& dataset, const SplitSettings& settings, const std::vector<std::int64_t>& among) {
  return on_root(dataset.group().all(), [&] {
    if (!among.empty()) return split_here(dataset, settings, among);
    Numbers all(static_cast<std::size_t>(dataset.n_structures()));
    std::iota(all.begin(), all.end(), 0);
    return split_here(dataset, settings, all);
  });
}

Split random_split(std::int64_t n, double validation_fraction, double test_fraction, std::uint64_t seed) {
  Numbers all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  Split parts = deal(shuffled(all, seed), share(validation_fraction, all.size()), share(test_fraction, all.size()));
  parts.description = "random";
  finish(parts, seed, validation_fraction > 0.0, test_fraction > 0.0, "vectors");
  return parts;
}

Split split_by_ids(const Dataset& dataset, const std::vector<std::string>& validation_ids,
                   const std::vector<std::string>& test_ids) {
  return on_root(dataset.group().all(), [&] {
    std::unordered_map<std::string, std::int64_t> number;
    for (std::int64_t i = 0; i < dataset.n_structures(); ++i)
      if (const auto [at, is_new] = number.emplace(dataset.id(i), i); !is_new) at->second = -1;
    std::vector<char> part(static_cast<std::size_t>(dataset.n_structures()), 'r');
    for (const auto& [ids, name] : {std::pair(&validation_ids, 'v'), {&test_ids, 't'}})
      for (const std::string& id : *ids) {
        const auto found = number.find(id);
        if (found == number.end()) fail_input("{} has no structure '{}'", dataset.path(), id);
        if (found->second < 0) fail_input("{} has several structures '{}'", dataset.path(), id);
        char& own = part[static_cast<std::size_t>(found->second)];
        if (own != 'r' && own != name) fail_input("'{}' is listed for validation and for test", id);
        own = name;
      }
    Split parts;
    for (std::size_t i = 0; i < part.size(); ++i)
      (part[i] == 'v'   ? parts.validation
       : part[i] == 't' ? parts.test
                        : parts.train)
          .push_back(static_cast<std::int64_t>(i));
    if (parts.train.empty()) fail_input("the lists of ids leave nothing to train on");
    parts.description = "listed ids";
    return parts;
  });
}

}  // namespace spinel
