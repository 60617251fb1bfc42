#include "crystal/formats/cif.hpp"

#include <cmath>
#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <gemmi/symmetry.hpp>
#include <optional>

#include "crystal/closest_pair.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/lattice.hpp"
#include "crystal/symmetry_operation.hpp"

namespace spinel {

namespace {

namespace cif = gemmi::cif;

constexpr double merge_distance = 0.2;  // Å

struct Site {
  std::string label;
  Species species;
  Vec3 fractional;
};

struct FailAt {
  std::string name;
  template <class... Args>
  [[noreturn]] void operator()(int line, fmt::format_string<Args...> format, Args&&... args) const {
    fail_input("{}:{}: {}", name, line, fmt::format(format, std::forward<Args>(args)...));
  }
};

/// The species a label such as 'Fe3+', 'O2-', 'Na(1)', 'CL1', 'Ow' stands for.
Species species_of_label(const std::string& text, bool is_type_symbol, bool allow_labels) {
  if (allow_labels) return species_from_symbol(text, true);
  std::size_t n = 0;
  while (n < text.size() && ((text[n] >= 'A' && text[n] <= 'Z') || (text[n] >= 'a' && text[n] <= 'z'))) ++n;
  const std::string letters = text.substr(0, n);
  if (letters == "D" || letters == "T") return species_from_symbol(letters);
  const bool second_is_lower = n >= 2 && letters[1] >= 'a' && letters[1] <= 'z';
  // 'CA1' may be calcium or a carbon A; as a type symbol it can only be calcium.
  if (n >= 2 && (second_is_lower || is_type_symbol) && atomic_number(letters.substr(0, 2)) > 0)
    return species_from_symbol(letters.substr(0, 2));
  if (n >= 1 && !is_type_symbol && atomic_number(letters.substr(0, 1)) > 0)
    return species_from_symbol(letters.substr(0, 1));
  if (n >= 2 && atomic_number(letters.substr(0, 2)) > 0) return species_from_symbol(letters.substr(0, 2));
  return species_from_symbol(letters.empty() ? std::string_view(text) : std::string_view(letters));
}

class BlockReader {
 public:
  BlockReader(cif::Block& block, const std::string& name, bool allow_labels)
      : block_(block), fail_at_{name}, allow_labels_(allow_labels) {}

  Structure read() {
    Structure structure;
    structure.cell = read_cell();
    structure.info["data_block"] = block_.name;
    const auto operations = read_symmetry();
    const auto sites = read_sites();
    std::vector<std::size_t> site_of;  // [atom]
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const std::int32_t type = add_species(structure, sites[i].species);
      // The site itself first: a special position keeps the digits of the file.
      std::vector<Vec3> images = {wrapped(sites[i].fractional)};
      for (const SymmetryOperation& operation : operations) {
        const Vec3 s = wrapped(operation.rotation * sites[i].fractional + operation.translation);
        if (is_new(structure.cell, images, s)) images.push_back(s);
      }
      for (const Vec3& s : images) {
        structure.position.push_back(to_cartesian(structure.cell, s));
        structure.type.push_back(type);
        site_of.push_back(i);
      }
    }
    regularize_cell(structure, fail_at_.name);
    if (const ClosestPair pair = closest_pair(structure); pair.distance < merge_distance && pair.first != pair.second)
      fail_at_(sites_line_, "sites {} and {} lie at one place ({:.3g} Å apart); shared occupancy is not supported",
               sites[site_of[pair.first]].label, sites[site_of[pair.second]].label, pair.distance);
    return structure;
  }

 private:
  /// Tag and line of the first of `tags` that the block has with a value; nothing where it has none.
  struct Value {
    std::string text;
    int line;
  };
  std::optional<Value> find(std::initializer_list<const char*> tags) const {
    for (const char* tag : tags)
      if (const cif::Item* item = block_.find_pair_item(tag))
        if (const std::string text = cif::as_string(item->pair[1]); !text.empty())
          return Value{text, item->line_number};
    return std::nullopt;
  }

  double cell_number(const char* tag) const {
    const auto value = find({tag});
    if (!value) fail_at_(1, "block '{}' has no {}", block_.name, tag);
    const double x = cif::as_number(value->text);
    if (!std::isfinite(x)) fail_at_(value->line, "'{}' is not a finite number", value->text);
    return x;
  }

  Mat3 read_cell() const {
    const double a = cell_number("_cell_length_a"), b = cell_number("_cell_length_b"),
                 c = cell_number("_cell_length_c");
    const double alpha = cell_number("_cell_angle_alpha"), beta = cell_number("_cell_angle_beta"),
                 gamma = cell_number("_cell_angle_gamma");
    try {
      return cell_from_parameters({a, b, c, alpha, beta, gamma});
    } catch (const InputError& error) {
      fail_at_(find({"_cell_length_a"})->line, "{}", error.what());
    }
  }

  std::vector<SymmetryOperation> read_symmetry() const {
    std::vector<SymmetryOperation> operations;
    for (const char* tag : {"_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"}) {
      cif::Column column = block_.find_values(tag);
      if (!column.item()) continue;
      for (const std::string& value : column) {
        try {
          operations.push_back(parse_symmetry_operation(cif::as_string(value)));
        } catch (const InputError& error) {
          fail_at_(column.item()->line_number, "{}", error.what());
        }
      }
      // 192 in a conventional cubic cell; far more in no space group.
      if (operations.size() > 1000) fail_at_(column.item()->line_number, "{} symmetry operations", operations.size());
      if (!operations.empty()) return operations;
    }
    if (const auto group = read_space_group()) {
      for (const gemmi::Op& op : *group) {
        SymmetryOperation operation;
        for (int i = 0; i < 3; ++i) {
          const auto row = static_cast<std::size_t>(i);
          operation.translation[i] = static_cast<double>(op.tran[row]) / gemmi::Op::DEN;
          for (int j = 0; j < 3; ++j)
            operation.rotation(i, j) = static_cast<double>(op.rot[row][static_cast<std::size_t>(j)]) / gemmi::Op::DEN;
        }
        operations.push_back(operation);
      }
      return operations;
    }
    operations.push_back({Mat3::Identity(), Vec3::Zero()});
    return operations;
  }

  std::optional<std::vector<gemmi::Op>> read_space_group() const {
    if (const auto hall = find({"_space_group_name_Hall", "_symmetry_space_group_name_Hall"})) {
      try {
        return gemmi::symops_from_hall(hall->text.c_str()).all_ops_sorted();
      } catch (const std::exception&) {
        fail_at_(hall->line, "unknown Hall symbol '{}'", hall->text.substr(0, 80));
      }
    }
    auto symbol = find({"_space_group_name_H-M_alt", "_symmetry_space_group_name_H-M", "_space_group_name_H-M_ref",
                        "_space_group_IT_number", "_symmetry_Int_Tables_number"});
    if (!symbol) return std::nullopt;
    // Databases write 'R -3 m H' and, for the second origin, 'F d -3 m Z' where gemmi knows ':H' and ':2'.
    std::string name = symbol->text;
    const std::size_t blank = name.find_last_of(' ');
    if (blank != std::string::npos && blank + 2 == name.size()) {
      const char setting = name.back();
      if (setting == 'H' || setting == 'R') name.insert(blank + 1, ":");
      if (setting == 'S' || setting == 'Z') name.replace(blank + 1, 1, setting == 'S' ? ":1" : ":2");
    }
    const gemmi::SpaceGroup* group =
        gemmi::find_spacegroup_by_name(name, cell_number("_cell_angle_alpha"), cell_number("_cell_angle_gamma"));
    if (group == nullptr)
      fail_at_(symbol->line, "unknown space group '{}'; a loop of its symmetry operations would do",
               symbol->text.substr(0, 80));
    if (group->ext == '1' && name.find(':') == std::string::npos)
      fail_at_(symbol->line,
               "space group '{0}' has two origins in use; write '{0} :1' or '{0} :2', or add the loop of "
               "its symmetry operations",
               symbol->text.substr(0, 80));
    return group->operations().all_ops_sorted();
  }

  std::vector<Site> read_sites() {
    cif::Table table = block_.find(
        "_atom_site_", {"fract_x", "fract_y", "fract_z", "?label", "?type_symbol", "?occupancy", "?calc_flag"});
    enum { X, Y, Z, label, type_symbol, occupancy, calc_flag };
    if (!table.ok())
      fail_at_(1, "block '{}' has no loop with _atom_site_fract_x, y and z (Cartesian coordinates are not read)",
               block_.name);
    if (const cif::Item* item = block_.find_loop("_atom_site_fract_x").item()) sites_line_ = item->line_number;
    if (!table.has_column(label) && !table.has_column(type_symbol))
      fail_at_(sites_line_, "the sites have neither _atom_site_label nor _atom_site_type_symbol");
    std::vector<Site> sites;
    for (auto row : table) {
      if (row.has2(calc_flag) && row.str(calc_flag) == "dum") continue;
      const bool typed = row.has2(type_symbol);
      Site site;
      site.label = row.has2(label) ? row.str(label) : fmt::format("number {}", sites.size() + 1);
      const std::string symbol = typed ? row.str(type_symbol) : row.has2(label) ? row.str(label) : std::string();
      if (row.has2(occupancy)) {
        const double occupied = cif::as_number(row.str(occupancy));
        if (!(std::abs(occupied - 1.0) < 1e-3))
          fail_at_(sites_line_, "site {} has the occupancy {}; only fully occupied sites are supported", site.label,
                   row.str(occupancy));
      }
      for (int k = 0; k < 3; ++k) {
        const double x = cif::as_number(row.str(X + k));
        if (!(std::abs(x) < 1e6)) fail_at_(sites_line_, "site {} has the coordinate '{}'", site.label, row.str(X + k));
        site.fractional[k] = x;
      }
      try {
        site.species = species_of_label(symbol, typed, allow_labels_);
      } catch (const InputError& error) {
        fail_at_(sites_line_, "site {}: {}", site.label, error.what());
      }
      sites.push_back(std::move(site));
    }
    return sites;
  }

  static Vec3 wrapped(Vec3 s) {
    for (double& x : s) {
      x -= std::floor(x);
      if (x >= 1.0) x = 0.0;
    }
    return s;
  }

  static bool is_new(const Mat3& cell, const std::vector<Vec3>& images, const Vec3& s) {
    for (const Vec3& other : images) {
      Vec3 d = s - other;
      for (double& x : d) x -= std::round(x);
      if (to_cartesian(cell, d).norm() < merge_distance) return false;
    }
    return true;
  }

  cif::Block& block_;
  FailAt fail_at_;
  bool allow_labels_;
  int sites_line_ = 1;
};

bool has_atoms(const cif::Block& block) {
  const cif::Column column = const_cast<cif::Block&>(block).find_values("_atom_site_fract_x");
  return column.length() > 0;
}

cif::Block& choose_block(cif::Document& document, const std::string& name, const CifOptions& options) {
  std::int64_t with_atoms = 0;
  for (cif::Block& block : document.blocks) {
    if (!options.block.empty()) {
      if (lower_case(block.name) == lower_case(options.block)) return block;
      continue;
    }
    if (!has_atoms(block)) continue;
    if (with_atoms++ == std::max<std::int64_t>(options.index, 0)) return block;
  }
  if (!options.block.empty()) fail_input("{}: no data block is named '{}'", name, options.block);
  if (with_atoms == 0) fail_input("{}: no data block has atoms with fractional coordinates", name);
  fail_input("{}: block {} is asked for, but only {} have atoms (from 0)", name, options.index, with_atoms);
}

}  // namespace

Structure parse_cif(std::string_view text, const std::string& name, const CifOptions& options) {
  cif::Document document;
  try {
    document = cif::read_memory(text.data(), text.size(), name.c_str());
  } catch (const std::exception& error) {
    fail_input("{}", error.what());
  }
  return BlockReader(choose_block(document, name, options), name, options.allow_labels).read();
}

Structure read_cif(const std::string& path, const CifOptions& options) {
  return parse_cif(read_text(path), path, options);
}

void write_cif(const std::string& path, const Structure& s) {
  const CellParameters p = cell_parameters(s.cell);
  TextWriter out(path);
  out.write("data_{}\n_chemical_formula_sum '", s.formula());
  out.write("{}'\n", s.formula());
  out.write("_cell_length_a {}\n_cell_length_b {}\n_cell_length_c {}\n", p.a, p.b, p.c);
  out.write("_cell_angle_alpha {}\n_cell_angle_beta {}\n_cell_angle_gamma {}\n", p.alpha, p.beta, p.gamma);
  out.write("_symmetry_space_group_name_H-M 'P 1'\n_symmetry_Int_Tables_number 1\n");
  out.write("loop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n");
  out.write("loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n");
  out.write("_atom_site_fract_z\n_atom_site_occupancy\n");
  const Mat3 to_fractional = to_fractional_matrix(s.cell);
  std::vector<std::size_t> count(s.species.size(), 0);
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto type = static_cast<std::size_t>(s.type[i]);
    const Vec3 f = to_fractional * s.position[i];
    out.write("{0}{1} {0} {2} {3} {4} 1\n", s.species[type].symbol, ++count[type], f[0], f[1], f[2]);
  }
  out.close();
}

}  // namespace spinel
