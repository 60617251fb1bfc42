#include "input/model_kinds.hpp"
#include "input/validate/check.hpp"

namespace spinel {

void check_vectors(const Input& input) {
  const VectorsParameters& p = input.vectors;
  const Check check(input, "vectors");
  const bool is_toy = p.toy != "none";
  check(p.file.empty() && !is_toy, "file", "missing: either file or toy is required");
  check(!p.file.empty() && is_toy, "toy", "file and toy exclude each other");
  check(is_toy && !p.columns.empty(), "columns", "go with file, not with a toy");
  check(is_toy && !p.periods.empty(), "periods", "go with file; those of a toy are its own");
  check(!is_toy && p.count != VectorsParameters().count, "count", "goes with a toy, not with file");
  const auto twice = repeated(p.columns);
  check(!twice.empty(), "columns", "'{}' is listed twice", twice);
  check(!p.columns.empty() && !p.periods.empty() && p.columns.size() != p.periods.size(), "periods",
        "{} given for {} columns", p.periods.size(), p.columns.size());
  check(p.validation_fraction + p.test_fraction > 0.99, "test_fraction",
        "{} and validation_fraction = {} leave nothing to train on", p.test_fraction, p.validation_fraction);
  const VectorsParameters standard;
  for (const auto& [key, given] :
       {std::pair{"validation_fraction", p.validation_fraction != standard.validation_fraction},
        {"test_fraction", p.test_fraction != standard.test_fraction}})
    check(input.control.calculation == "likelihood" && given, key, "is for training: all vectors are judged");
  check(input.control.calculation == "train" && !is_density_kind(input.model.kind), "file",
        "is for kind = 'cnf' of &model, not for '{}'", input.model.kind);
}

void check_likelihood_keys(const Input& input) {
  const LikelihoodParameters& p = input.likelihood;
  const Check check(input, "likelihood");
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'likelihood' knows crystals of elements: units must be 'metal'");
  check(p.model.empty(), "model", "must not be empty");
  check_type_map(check, p);
  const bool has_vectors = find_group("vectors")->used_in(input);
  check(p.structures.empty() && !has_vectors, "structures", "missing: either structures or &vectors are required");
  check(!p.structures.empty() && has_vectors, "structures", "do not go with &vectors");
  check(p.trace == "exact" && p.probes != LikelihoodParameters().probes, "probes", "are of trace = 'hutchinson'");
}

void check_encode_keys(const Input& input) {
  const EncodeParameters& p = input.encode;
  const Check check(input, "encode");
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'encode' knows crystals of elements: units must be 'metal'");
  check(p.model.empty(), "model", "must not be empty");
  check(p.structures.empty(), "structures", "must not be empty");
  check_type_map(check, p);
}

}  // namespace spinel
