#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "io/dataset/dataset.hpp"
#include "neighbor/crystal_graph.hpp"

namespace spinel {

/// The neighbor graphs (neighbor/crystal_graph.hpp) of all structures of a dataset, in memory once per node. A file
/// beside the dataset keeps them between runs: <dataset>.r8-n12.graphs for radius 8 Å and 12 neighbors. It holds the
/// hash of the structures, of the settings and of itself; one that does not fit or is damaged is made anew.
class GraphSet {
 public:
  /// Collective over the dataset's ranks: reads `cache`, or builds the graphs, every rank a part, and keeps them there.
  /// `cache` empty: no file. A cache that cannot be written is no error (notice()). Error where a structure can have no
  /// graph, with its id.
  GraphSet(const Dataset& dataset, const GraphSettings& settings, const std::string& cache);

  /// The file for a dataset's graphs; empty for extended XYZ, which takes longer to read than its graphs to build.
  static std::string cache_path(const Dataset& dataset, const GraphSettings& settings);

  std::int64_t n_edges() const { return static_cast<std::int64_t>(neighbor_.size()); }
  const std::int64_t* edge_offset() const { return edge_offset_.data(); }  ///< [atom of the dataset + 1]
  const std::int32_t* neighbor() const { return neighbor_.data(); }        ///< [edge] place within its structure
  const std::int8_t* image() const { return image_.data(); }               ///< [edge][3]
  const float* distance() const { return distance_.data(); }               ///< [edge] Å

  /// Edges of structure i of the dataset.
  std::int64_t n_edges(std::int64_t i) const {
    return edge_offset_[static_cast<std::size_t>(atom_offset_[i + 1])] -
           edge_offset_[static_cast<std::size_t>(atom_offset_[i])];
  }
  const GraphSettings& settings() const { return settings_; }
  bool was_cached() const { return was_cached_; }
  /// What there is to report of the cache, on rank 0; empty: nothing.
  const std::string& notice() const { return notice_; }

 private:
  void build(const Dataset& dataset);
  bool read(const Dataset& dataset, const std::string& cache);
  void write(const Dataset& dataset, const std::string& cache);
  std::string content_hash(const Dataset& dataset) const;
  std::string key(const Dataset& dataset) const;

  GraphSettings settings_;
  const std::int64_t* atom_offset_;
  NodeShared<std::int64_t> edge_offset_;
  NodeShared<std::int32_t> neighbor_;
  NodeShared<std::int8_t> image_;
  NodeShared<float> distance_;
  bool was_cached_ = false;
  std::string notice_;
};

}  // namespace spinel
