#include "stability/assess/set_matcher.hpp"

#include <algorithm>

namespace spinel {

void SetMatcher::set_reference(std::vector<KeyedCell> reference) {
  reference_ = std::move(reference);
  for (std::size_t i = 0; i < reference_.size(); ++i) reference_of_[reference_[i].key].push_back(i);
}

std::vector<SetMatch> SetMatcher::add(const std::vector<KeyedCell>& block) {
  std::vector<SetMatch> matches(block.size());
  match_earlier(block, matches);
  match_within(block, matches);
  restore(block, matches);
  return matches;
}

void SetMatcher::restore(const std::vector<KeyedCell>& block, const std::vector<SetMatch>& matches) {
  for (std::size_t i = 0; i < block.size(); ++i)
    if (!block[i].key.empty() && matches[i].first < 0) keep(block[i]);
}

void SetMatcher::keep(const KeyedCell& cell) {
  groups_of_[cell.key].push_back(groups_.size());
  groups_.push_back(cell);
}

double SetMatcher::compare(const ReducedCell& first, const ReducedCell& second) {
  const auto fit = matcher_.fit(first, second);
  if (!fit) return -1.0;
  const auto closest = matcher_.closest(first, second);
  return closest ? closest->rms : fit->rms;
}

/// The costliest first and dealt out to and fro, so that all ranks get about as much.
std::vector<std::size_t> SetMatcher::my_share(const std::vector<std::pair<double, std::size_t>>& cost_and_place) const {
  auto order = cost_and_place;
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto ranks = static_cast<std::size_t>(communicator_.size()),
             me = static_cast<std::size_t>(communicator_.rank());
  std::vector<std::size_t> mine;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t turn = k % (2 * ranks);
    if ((turn < ranks ? turn : 2 * ranks - 1 - turn) == me) mine.push_back(order[k].second);
  }
  return mine;
}

void SetMatcher::match_earlier(const std::vector<KeyedCell>& block, std::vector<SetMatch>& matches) {
  const auto list = [](const Index& index, const std::string& key) -> const std::vector<std::size_t>& {
    static const std::vector<std::size_t> none;
    const auto found = index.find(key);
    return found == index.end() ? none : found->second;
  };
  std::vector<std::pair<double, std::size_t>> costs;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block[i].key.empty()) continue;
    const auto n = list(groups_of_, block[i].key).size() + list(reference_of_, block[i].key).size();
    if (n > 0) costs.emplace_back(static_cast<double>(n), i);
  }
  std::vector<std::int64_t> number(2 * block.size(), -1);
  std::vector<double> rms(2 * block.size(), -1.0);
  for (const std::size_t i : my_share(costs)) {
    const auto search = [&](const std::vector<KeyedCell>& among, const Index& index, std::size_t place) {
      for (const std::size_t other : list(index, block[i].key)) {
        const double distance = compare(among[other].cell, block[i].cell);
        if (distance < 0.0) continue;
        number[place] = among[other].number;
        rms[place] = distance;
        return;
      }
    };
    search(groups_, groups_of_, 2 * i);
    search(reference_, reference_of_, 2 * i + 1);
  }
  communicator_.max(number.data(), number.size());
  communicator_.max(rms.data(), rms.size());
  for (std::size_t i = 0; i < block.size(); ++i)
    matches[i] = {number[2 * i], std::max(rms[2 * i], 0.0), number[2 * i + 1], std::max(rms[2 * i + 1], 0.0)};
}

void SetMatcher::match_within(const std::vector<KeyedCell>& block, std::vector<SetMatch>& matches) {
  std::unordered_map<std::string, std::vector<std::size_t>> open;  // those that match nothing earlier, by key
  std::vector<std::pair<double, std::size_t>> costs;
  std::vector<std::size_t> place(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block[i].key.empty() || matches[i].first >= 0) continue;
    auto& alike = open[block[i].key];
    place[i] = alike.size();
    if (!alike.empty()) costs.emplace_back(static_cast<double>(alike.size()), i);
    alike.push_back(i);
  }
  std::vector<std::int64_t> pairs;
  std::vector<double> distances;
  for (const std::size_t i : my_share(costs)) {
    const auto& alike = open.at(block[i].key);
    for (std::size_t k = 0; k < place[i]; ++k) {
      const double distance = compare(block[alike[k]].cell, block[i].cell);
      if (distance < 0.0) continue;
      pairs.push_back(static_cast<std::int64_t>(i));
      pairs.push_back(static_cast<std::int64_t>(alike[k]));
      distances.push_back(distance);
    }
  }
  pairs = communicator_.gather(pairs);
  distances = communicator_.gather(distances);
  communicator_.broadcast(pairs);
  communicator_.broadcast(distances);
  std::vector<std::size_t> order(distances.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(pairs[2 * a], pairs[2 * a + 1]) < std::pair(pairs[2 * b], pairs[2 * b + 1]);
  });
  for (const std::size_t k : order) {
    SetMatch& match = matches[static_cast<std::size_t>(pairs[2 * k])];
    const auto earlier = static_cast<std::size_t>(pairs[2 * k + 1]);
    // Whether the earlier one begins a group is known by now: its own pairs come first.
    if (match.first >= 0 || matches[earlier].first >= 0) continue;
    match.first = block[earlier].number;
    match.first_rms = distances[k];
  }
}

}  // namespace spinel
