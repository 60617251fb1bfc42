#include "crystal/formats/cif/cif_cell.hpp"

#include <cmath>
#include <optional>

#include "crystal/formats/cif/cif_symmetry.hpp"

namespace spinel {

namespace {

class CellReader {
 public:
  explicit CellReader(const CifReading& reading) : r_(reading) {}

  CellParameters read() {
    const CifValue* group =
        r_.block.find("_cell_angle_alpha") != nullptr && r_.block.find("_cell_angle_beta") != nullptr &&
                r_.block.find("_cell_angle_gamma") != nullptr && r_.block.find("_cell_length_b") != nullptr &&
                r_.block.find("_cell_length_c") != nullptr
            ? nullptr
            : symbol();
    const CellKind kind = group == nullptr ? CellKind::unknown : cell_kind_of(group->text);
    CellParameters p;
    const bool is_uniaxial = kind == CellKind::tetragonal || kind == CellKind::hexagonal;
    const bool is_cubic = kind == CellKind::cubic, is_rhombohedral = kind == CellKind::rhombohedral;
    p.a = cell_number("_cell_length_a", {});
    p.b = cell_number("_cell_length_b", is_cubic || is_uniaxial ? std::optional(p.a) : std::nullopt);
    p.c = cell_number("_cell_length_c", is_cubic ? std::optional(p.a) : std::nullopt);
    // The core dictionary has 90° where nothing is given; what the group leaves open has to be.
    const auto right = is_rhombohedral ? std::nullopt : std::optional(90.0);
    const auto unique = kind == CellKind::monoclinic ? std::nullopt : right;
    p.alpha = cell_number("_cell_angle_alpha", right);
    // A monoclinic cell has one angle that is not fixed: where one other than β is given, it is that one.
    const CifValue* gamma = r_.find({"_cell_angle_gamma"});
    const bool is_c_unique = gamma != nullptr && std::abs(cif_number(gamma->text) - 90.0) > 1e-6;
    p.beta = cell_number("_cell_angle_beta", is_c_unique ? right : unique);
    p.gamma = cell_number("_cell_angle_gamma", kind == CellKind::hexagonal ? std::optional(120.0) : right);
    try {
      cell_from_parameters(p);
    } catch (const InputError& error) {
      r_.fail_at(r_.find({"_cell_length_a"})->line, "{}", error.what());
    }
    return p;
  }

 private:
  const CifValue* symbol() const {
    return r_.find({"_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m", "_space_group_name_h-m_full",
                    "_symmetry_space_group_name_h-m_alt", "_space_group_name_h-m_ref", "_space_group_it_number",
                    "_symmetry_int_tables_number"});
  }

  double cell_number(const char* tag, std::optional<double> fixed) {
    const CifValue* value = r_.find({tag});
    if (value == nullptr) {
      if (!fixed) r_.fail_at(r_.block.line, "block '{}' has no {}", r_.block.name, tag);
      r_.warn_of(fmt::format("{} is not given: {:.6g}", tag, *fixed));
      return *fixed;
    }
    const double x = cif_number(value->text);
    if (!std::isfinite(x)) r_.fail_at(value->line, "'{}' is not a finite number", value->text);
    return x;
  }

  const CifReading& r_;
};

}  // namespace

CellParameters read_cif_cell(const CifReading& reading) { return CellReader(reading).read(); }

}  // namespace spinel
