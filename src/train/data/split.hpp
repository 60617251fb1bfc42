#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/dataset/dataset.hpp"

namespace spinel {

/// How a dataset is divided into what is learned from, what decides when to stop, and what it is judged by.
struct SplitSettings {
  /// random; composition: all structures of one reduced formula in one part; chemical_system: all of one set of
  /// elements in one part; leave_element: every structure with one of `elements` is in the test part; leave_cluster:
  /// one cluster of compositions is.
  std::string kind = "random";
  double validation_fraction = 0.1, test_fraction = 0.1;  ///< of the structures; the latter not of leave_…
  std::uint64_t seed = 1;
  std::vector<std::string> elements;  ///< of leave_element: symbols
  std::int64_t clusters = 10;         ///< of leave_cluster
  std::int64_t left_cluster = 0;      ///< number of the cluster from 1, the largest first; 0: drawn by the seed
};

/// Numbers of structures, ascending; none is in two parts.
struct Split {
  std::vector<std::int64_t> train, validation, test;
  std::string description;  ///< one line for people
};

/// Collective over the dataset's ranks. Divides `among` (ascending; empty: all structures); the same for the same
/// dataset, settings and `among` on any number of ranks. A random split gives a structure its place by its number
/// alone. Groups of a composition or system go whole, in random order, to the first of test, validation and training
/// part that still has room for them, so that parts may be a little smaller than asked. Clusters: k-means (Lloyd,
/// started by k-means++: Arthur & Vassilvitskii, SODA 2007) of mean and deviation over the atoms of period, group and
/// block, standardised. InputError, without file and line, where a part that was asked for stays empty or a setting is
/// wrong.
Split split(const Dataset& dataset, const SplitSettings& settings, const std::vector<std::int64_t>& among = {});

/// The numbers 0 … n − 1 at random. InputError, without file and line, where a part that was asked for stays empty.
Split random_split(std::int64_t n, double validation_fraction, double test_fraction, std::uint64_t seed);

/// Fixed parts: structures whose ids are listed are in validation or test part, all others in the training part.
/// InputError where an id is unknown, not unique or in both.
Split split_by_ids(const Dataset& dataset, const std::vector<std::string>& validation_ids,
                   const std::vector<std::string>& test_ids);

/// Mean and standard deviation over a structure's atoms of period, group (1 … 18; f block: 3) and s, p, d, f block.
constexpr std::size_t n_composition_numbers = 12;
std::vector<double> composition_numbers(const std::uint8_t* atomic_number, std::int64_t n_atoms);

}  // namespace spinel
