#include "model/generators/generator_model.hpp"

#include "model/weight_reader.hpp"

namespace spinel {

GeneratorModel::GeneratorModel(const ModelFile& file)
    : architecture(parse_generator_architecture(file.architecture, file.path)), statistics(file) {
  const WeightReader reader(file);
  const Denoiser<float> network(architecture.shape());
  for (const DenoiserMatrix& matrix : network.matrices()) {
    const auto rows = static_cast<std::int64_t>(matrix.rows), columns = static_cast<std::int64_t>(matrix.columns);
    const bool is_row = rows == 1 && matrix.name != "embedding";
    const auto& values =
        reader.get(matrix.name, is_row ? std::vector<std::int64_t>{columns} : std::vector<std::int64_t>{rows, columns});
    weights.insert(weights.end(), values.begin(), values.end());
  }
}

}  // namespace spinel
