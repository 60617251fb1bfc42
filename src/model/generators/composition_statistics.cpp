#include "model/generators/composition_statistics.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr const char *size_name = "statistics_composition_size", *element_name = "statistics_composition_element",
                     *count_name = "statistics_composition_count", *weight_name = "statistics_composition_weight";

}  // namespace

CompositionStatistics::CompositionStatistics(const ModelFile& file) {
  const auto values = [&](const char* name) -> const std::vector<double>& {
    static const std::vector<double> none;
    const auto found = file.weights.find(name);
    return found == file.weights.end() ? none : found->second.values;
  };
  const auto &sizes = values(size_name), &elements = values(element_name), &counts = values(count_name),
             &weights = values(weight_name);
  std::size_t at = 0;
  bool is_whole = sizes.size() == weights.size() && elements.size() == counts.size();
  for (std::size_t k = 0; is_whole && k < sizes.size(); ++k) {
    Content content;
    for (auto n = static_cast<std::size_t>(sizes[k]); is_whole && n > 0; --n, ++at) {
      is_whole = at < elements.size() && elements[at] >= 0.0 && counts[at] >= 1.0;
      if (is_whole)
        content.emplace_back(static_cast<std::int32_t>(elements[at]), static_cast<std::int32_t>(counts[at]));
    }
    contents_[content] += weights[k];
    total_ += weights[k];
  }
  if (!is_whole) fail_input("model '{}': its statistics of compositions are broken", file.path);
}

void CompositionStatistics::store(ModelFile& file) const {
  std::vector<double> sizes, elements, counts, weights;
  for (const auto& [content, weight] : contents_) {
    sizes.push_back(static_cast<double>(content.size()));
    weights.push_back(weight);
    for (const auto& [element, count] : content) {
      elements.push_back(element);
      counts.push_back(count);
    }
  }
  const auto put = [&](const char* name, std::vector<double>& values) {
    file.weights[name] = {{static_cast<std::int64_t>(values.size())}, std::move(values)};
  };
  put(size_name, sizes);
  put(element_name, elements);
  put(count_name, counts);
  put(weight_name, weights);
}

void CompositionStatistics::add(const std::vector<std::int32_t>& types) {
  std::map<std::int32_t, std::int32_t> counts;
  for (const std::int32_t type : types) ++counts[type];
  contents_[Content(counts.begin(), counts.end())] += 1.0;
  total_ += 1.0;
}

CompositionStatistics CompositionStatistics::among(const std::vector<bool>& elements, std::int64_t fewest_atoms,
                                                   std::int64_t most_atoms) const {
  CompositionStatistics kept;
  for (const auto& [content, weight] : contents_) {
    std::int64_t n = 0;
    bool is_allowed = true;
    for (const auto& [element, count] : content) {
      n += count;
      is_allowed = is_allowed && elements[static_cast<std::size_t>(element)];
    }
    if (!is_allowed || n < fewest_atoms || n > most_atoms) continue;
    kept.contents_[content] = weight;
    kept.total_ += weight;
  }
  return kept;
}

const CompositionStatistics::Content& CompositionStatistics::drawn(RandomSequence& random) const {
  double left = random.uniform() * total_;
  for (const auto& [content, weight] : contents_)
    if ((left -= weight) < 0.0) return content;
  return contents_.rbegin()->first;
}

std::vector<std::int32_t> CompositionStatistics::draw(RandomSequence& random) const {
  std::vector<std::int32_t> types;
  for (const auto& [element, count] : drawn(random))
    types.insert(types.end(), static_cast<std::size_t>(count), element);
  return types;
}

std::int64_t CompositionStatistics::draw_size(RandomSequence& random) const {
  return static_cast<std::int64_t>(draw(random).size());
}

}  // namespace spinel
