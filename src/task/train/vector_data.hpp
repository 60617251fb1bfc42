#pragma once

#include "source/vector_table.hpp"
#include "task/train/train_data.hpp"

namespace spinel {

/// The points of &vectors.
class VectorData final : public TrainData {
 public:
  /// InputError where the file, the split or the model is not as the input says.
  explicit VectorData(const RunContext& context);

  std::string name(std::int64_t sample) const override { return std::to_string(sample + 1); }
  const std::string& hash() const override { return vectors_.hash; }
  const char* input_group() const override { return "vectors"; }
  void report(const RunContext& context) const override;

 private:
  std::string origin() const override { return vectors_.origin; }

  VectorTable vectors_;
};

}  // namespace spinel
