#include "input/validate/check.hpp"

#include <set>

namespace spinel {

void check_predict_keys(const Input& input) {
  const auto& p = input.predict;
  const Check check(input, "predict");
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'predict' needs crystals of elements: units must be 'metal'");
  std::set<std::string> seen;
  for (const std::string& model : p.models) {
    check(model.empty(), "models", "a file name must not be empty");
    check(!seen.insert(model).second, "models", "'{}' is listed twice", model);
  }
  check_type_map(check, p);
  check(p.structures.empty(), "structures", "a file name must not be empty");
}

}  // namespace spinel
