#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// One named array of weights, row-major.
struct ModelWeight {
  std::vector<std::int64_t> dims;  ///< empty: a scalar
  std::vector<double> values;      ///< float32 weights are exact in double
};

/// A network in a file: HDF5 with the attribute `architecture` (JSON: at least "kind", "m3gnet", "cgcnn", …, and its
/// hyper-parameters), further text attributes (name, licence, citation, source, …) and one dataset per weight under
/// /weights. doc/models.md describes the format.
struct ModelFile {
  std::string path;          ///< where it was read from, for messages
  std::string architecture;  ///< JSON text
  std::map<std::string, std::string> attributes;
  std::map<std::string, ModelWeight> weights;
};

/// Collective. Rank 0 reads, all ranks get it. InputError where the file is missing or no model file.
ModelFile read_model_file(const std::string& path, const Communicator& communicator);
/// Collective; written by rank 0 to another name and renamed. float32 storage with `single`.
void write_model_file(const std::string& path, const ModelFile& model, bool single, const Communicator& communicator);

}  // namespace spinel
