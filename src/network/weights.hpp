#pragma once

#include <torch/nn/module.h>

#include <string>

#include "core/random.hpp"
#include "model/model_file.hpp"

namespace spinel {

// What networks of all families do with their weights. The names of a module's parameters, and of its buffers where it
// keeps running statistics or tables, are those in the model file behind `prefix`.

/// InputError where the file lacks one, or has it in another shape; what else is in the file is left alone.
void load_weights(torch::nn::Module& module, const ModelFile& file, const std::string& prefix = "");
/// In float64.
void store_weights(const torch::nn::Module& module, ModelFile& file, const std::string& prefix = "");

/// The next numbers of a sequence, uniform within ±reach, row by row.
void fill_uniform(torch::Tensor weight, double reach, RandomSequence& numbers);

}  // namespace spinel
