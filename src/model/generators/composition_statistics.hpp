#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/random.hpp"
#include "model/model_file.hpp"

namespace spinel {

/// Contents of the cells that a generator was trained on, and how often each occurs: from what compositions are drawn
/// where none is given.
class CompositionStatistics {
 public:
  /// Atoms of each element of a cell: (place in element_types, number), by place.
  using Content = std::vector<std::pair<std::int32_t, std::int32_t>>;

  CompositionStatistics() = default;
  /// Those of a model file; none where it has no statistics.
  explicit CompositionStatistics(const ModelFile& file);
  void store(ModelFile& file) const;

  void add(const std::vector<std::int32_t>& types);
  std::size_t size() const { return contents_.size(); }
  /// Only contents whose elements are all among these [place], of so many atoms.
  CompositionStatistics among(const std::vector<bool>& elements, std::int64_t fewest_atoms,
                              std::int64_t most_atoms) const;
  /// [atom] one of them, each as often as it occurs; needs size() > 0.
  std::vector<std::int32_t> draw(RandomSequence& random) const;
  /// The number of atoms of such a draw.
  std::int64_t draw_size(RandomSequence& random) const;

 private:
  const Content& drawn(RandomSequence& random) const;

  std::map<Content, double> contents_;
  double total_ = 0.0;
};

}  // namespace spinel
