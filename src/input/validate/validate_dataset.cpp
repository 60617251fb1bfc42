#include "input/validate/check.hpp"

#include "input/model_kinds.hpp"

namespace spinel {

void check_dataset(const Input& input) {
  const DatasetParameters& p = input.dataset;
  const Check check(input, "dataset");
  check(p.file.empty(), "file", "must not be empty");
  check_type_map(check, p);
  const bool makes_crystals = is_generator_kind(input.model.kind);
  check(p.target.empty() && !makes_crystals && !is_density_kind(input.model.kind), "target",
        "missing: kind = '{}' of &model needs it", input.model.kind);
  check(!p.target.empty() && makes_crystals, "target", "is not for kind = '{}' of &model, which learns the crystals",
        input.model.kind);
  const bool leaves_element = p.split == "leave_element", leaves_cluster = p.split == "leave_cluster",
             files = p.split == "files";
  check(leaves_element && p.left_elements.empty(), "left_elements", "missing: split = 'leave_element' needs it");
  check(!leaves_element && !p.left_elements.empty(), "left_elements",
        "goes with split = 'leave_element', not with '{}'", p.split);
  check(!leaves_cluster && p.clusters != 10, "clusters", "goes with split = 'leave_cluster', not with '{}'", p.split);
  check(!leaves_cluster && p.left_cluster != 0, "left_cluster", "goes with split = 'leave_cluster', not with '{}'",
        p.split);
  check(p.left_cluster > p.clusters, "left_cluster", "there are only {} clusters", p.clusters);
  check(!files && !p.validation_file.empty(), "validation_file", "goes with split = 'files', not with '{}'", p.split);
  check(!files && !p.test_file.empty(), "test_file", "goes with split = 'files', not with '{}'", p.split);
  check(files && p.validation_file.empty() && p.test_file.empty(), "validation_file",
        "missing: split = 'files' needs it, or test_file");
  check(!files && p.validation_fraction + p.test_fraction > 0.99, "test_fraction",
        "{} and validation_fraction = {} leave nothing to train on", p.test_fraction, p.validation_fraction);
}

void check_convert(const Input& input) {
  const ConvertParameters& p = input.convert;
  const Check check(input, "convert");
  check_type_map(check, p);
  for (const std::string& source : p.sources) check(source.empty(), "sources", "a name must not be empty");
  for (const std::string& name : p.properties) check(name.empty(), "properties", "a name must not be empty");
  for (const std::string& unit : p.units) {
    const auto colon = unit.find(':');
    check(colon == std::string::npos || colon == 0 || unit.find_first_not_of(' ', colon + 1) == std::string::npos,
          "units", "'{}' is not a name and its unit, such as 'band_gap: eV'", unit);
  }
}

}  // namespace spinel
