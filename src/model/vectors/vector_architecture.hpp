#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "model/vectors/vector_flow.hpp"

namespace spinel {

/// A number of the vectors that a flow knows.
struct VectorColumn {
  std::string name;
  double period = 0.0;           ///< after which it repeats itself; 0: never
  double mean = 0.0, std = 1.0;  ///< of the training part, where it does not
};

/// What a flow of vectors is built from: the JSON text `architecture` of its model file (doc/models.md), read and
/// checked.
///
/// Inside it vectors x are y = (x − mean)/std, or x/period of periodic columns. Noise at t = 0 is normal in y, or
/// uniform on [0, 1) of periodic columns; at t = 1 there are the data.
struct VectorArchitecture {
  std::vector<VectorColumn> columns;
  std::vector<std::int64_t> hidden = {256, 128, 64};
  std::string activation = "silu";
  std::int64_t frequencies = 10;

  std::size_t dimension() const { return columns.size(); }
  VectorFlowShape shape() const;

  void to_flow(const double* x, double* y) const;
  /// Periodic columns end in [0, period).
  void from_flow(const double* y, double* x) const;
  /// ln |∂y/∂x|, which log p of x has beyond that of y.
  double log_scale() const;
  /// Noise, and its ln p.
  void draw_noise(RandomSequence& random, double* y) const;
  double log_noise(const double* y) const;
  /// ∂ log_noise/∂y, set.
  void log_noise_gradient(const double* y, double* gradient) const;
};

/// Reads the JSON text; `path` is its model file in messages. InputError where a key is missing or out of range, or it
/// is of another kind.
VectorArchitecture parse_vector_architecture(const std::string& text, const std::string& path);
/// The text that parse_vector_architecture reads back to the same.
std::string to_json(const VectorArchitecture& architecture);

}  // namespace spinel
