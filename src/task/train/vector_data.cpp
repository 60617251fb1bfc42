#include "task/train/vector_data.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "run/run_report.hpp"
#include "run/setup/load_vectors.hpp"
#include "task/train/subjects/density_subject.hpp"

namespace spinel {

VectorData::VectorData(const RunContext& context) : vectors_(load_vectors(context)) {
  const VectorsParameters& p = context.input.vectors;
  Split parts;
  try {
    parts =
        random_split(vectors_.size, p.validation_fraction, p.test_fraction, static_cast<std::uint64_t>(p.split_seed));
  } catch (const InputError& error) {
    fail_key(context.input, "vectors", p.toy != "none" ? "count" : "file", error.what());
  }
  set_split(context, std::move(parts), p.split_seed);
  subject_ = std::make_unique<DensitySubject>(context, vectors_);
}

void VectorData::report(const RunContext& context) const {
  echo_line(context.log, "vectors",
            fmt::format("{}: {} of {} columns", vectors_.origin, grouped(vectors_.size), vectors_.dimension()));
  report_parts(context.log);
  subject_->report(context);
}

}  // namespace spinel
