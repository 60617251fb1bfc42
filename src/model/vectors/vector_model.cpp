#include "model/vectors/vector_model.hpp"

#include "model/weight_reader.hpp"

namespace spinel {

VectorModel::VectorModel(const ModelFile& file)
    : architecture(parse_vector_architecture(file.architecture, file.path)) {
  const WeightReader reader(file);
  const VectorFlow<double> network(architecture.shape());
  for (std::size_t m = 0; m < network.matrices().size(); ++m) {
    const DenoiserMatrix& matrix = network.matrices()[m];
    std::vector<std::int64_t> dims = {static_cast<std::int64_t>(matrix.rows),
                                      static_cast<std::int64_t>(matrix.columns)};
    // Of each layer weights, weights of the time, biases.
    if (m % 3 == 2) dims.erase(dims.begin());
    const auto& values = reader.get(matrix.name, dims);
    weights.insert(weights.end(), values.begin(), values.end());
  }
}

}  // namespace spinel
