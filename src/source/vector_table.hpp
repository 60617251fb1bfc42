#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "parallel/communicator.hpp"
#include "source/shared_array.hpp"
#include "source/toy_vectors.hpp"

namespace spinel {

/// Points of a space of any dimension, held by every rank.
struct VectorTable {
  std::string origin;                ///< file, or toy
  std::vector<std::string> columns;  ///< names
  std::vector<double> periods;       ///< [column] 0: none
  std::int64_t size = 0;             ///< vectors
  SharedArray<double> values;        ///< [vector][column]
  std::string hash;                  ///< of columns and values
  const ToyVectors* toy = nullptr;   ///< what they were drawn from

  std::size_t dimension() const { return columns.size(); }
  const double* vector(std::int64_t i) const { return values.data() + static_cast<std::size_t>(i) * columns.size(); }
};

/// What a file of vectors begins with.
struct VectorTitles {
  std::vector<std::string> columns;  ///< "1", "2", … where it has no names
  bool has_names = false;
};
inline auto members(VectorTitles& t) { return std::tie(t.columns, t.has_names); }

/// Collective. The columns of a file, plain or gzip: comma-separated values, names in the first row or none, or columns
/// of numbers between blanks, lines that begin with # passed over. InputError where it cannot be read or is empty.
VectorTitles read_vector_titles(const std::string& path, const Communicator& world);
/// Collective. Those columns of it, by place, in this order; `names` become theirs. InputError "file:line: what" where
/// a row has another number of cells than the first, or a cell is no finite number.
VectorTable read_vectors(const std::string& path, const std::vector<std::size_t>& places,
                         const std::vector<std::string>& names, const Communicator& world);
/// `count` points of a toy, the i-th a function of the seed and i.
VectorTable draw_vectors(const ToyVectors& toy, std::int64_t count, std::uint64_t seed, const Communicator& world);

}  // namespace spinel
