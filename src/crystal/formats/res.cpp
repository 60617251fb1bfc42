#include "crystal/formats/res.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/units.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/cif/cif_content.hpp"
#include "crystal/formats/cif/cif_text.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/lattice.hpp"
#include "crystal/symmetry_operation.hpp"

namespace spinel {

namespace {

/// Instructions whose second word may be a number, as that of an atom is.
bool is_instruction(const std::string& word) {
  static const std::set<std::string> names = {
      "abin", "acta", "afix", "anis", "ansc", "ansr", "basf", "bind", "bloc", "bond", "bump", "cell", "cgls", "chiv",
      "conf", "conn", "damp", "dang", "defs", "delu", "dfix", "disp", "eadp", "end",  "eqiv", "exti", "exyz", "fend",
      "flat", "fmap", "frag", "free", "fvar", "grid", "hfix", "hklf", "htab", "isor", "latt", "laue", "list", "l.s.",
      "merg", "mole", "more", "move", "mpla", "ncsy", "neut", "omit", "part", "plan", "prig", "rem",  "resi", "rigu",
      "rtab", "sadi", "same", "sfac", "shel", "simu", "size", "spec", "stir", "sump", "swat", "symm", "temp", "time",
      "titl", "twin", "twst", "unit", "wght", "wigl", "wpdb", "xnpd", "zerr"};
  return names.count(word) > 0;
}

class ResParser {
 public:
  ResParser(LineReader& lines, const ReadOptions& options) : lines_(lines), options_(options) {}

  Structure parse() {
    std::string_view line;
    while (lines_.next(line)) {
      std::string text(line);
      while (!text.empty() && text.back() == '=' && lines_.next(line)) {
        text.back() = ' ';
        text += line;
      }
      const auto words = split(text);
      if (words.empty() || text[0] == ' ') continue;
      std::string word = lower_case(words[0]);
      if (word == "end" || word == "hklf") break;
      if (word == "titl")
        parse_title(text, words);
      else if (word == "cell")
        parse_cell(words);
      else if (word == "latt")
        lattice_ = static_cast<int>(number(words, 1, "LATT"));
      else if (word == "symm")
        parse_operation(text.substr(4));
      else if (word == "sfac")
        parse_elements(words);
      else if (word == "fvar")
        for (std::size_t k = 1; k < words.size(); ++k) free_.push_back(number(words, k, "FVAR"));
      else if (!is_instruction(word.substr(0, 4)) && words.size() >= 5)
        parse_atom(words);
    }
    if (block_.pairs.empty()) fail_input("{}: there is no CELL", lines_.name());
    if (atoms_.empty()) fail_input("{}: there are no atoms", lines_.name());
    return finish();
  }

 private:
  struct Atom {
    std::string label, element;
    Vec3 fractional;
    double occupancy;
    int line;
  };

  double number(const std::vector<std::string_view>& words, std::size_t k, const char* what) {
    double value = 0.0;
    if (k >= words.size() || !parse_number(words[k], value)) lines_.fail("{} needs a number in place {}", what, k);
    return value;
  }

  void parse_operation(const std::string& text) {
    try {
      parse_symmetry_operation(text);
    } catch (const InputError& error) {
      lines_.fail("{}", error.what());
    }
    operations_.push_back(text);
    // 48 with centrings in a conventional cell; each is printed once a centring and inversion.
    if (operations_.size() > 100) lines_.fail("more than 100 symmetry operations");
  }

  void parse_title(const std::string& text, const std::vector<std::string_view>& words) {
    title_ = trim(std::string_view(text).substr(4));
    // AIRSS: name, pressure, volume, enthalpy, spin, |spin|, atoms, (group).
    double value = 0.0;
    for (std::size_t k = 2; k < 5; ++k)
      if (words.size() < 8 || !parse_number(words[k], value)) return;
    pressure_ = number(words, 2, "TITL");
    enthalpy_ = number(words, 4, "TITL");
    is_airss_ = true;
  }

  void parse_cell(const std::vector<std::string_view>& words) {
    constexpr const char* tags[] = {"_cell_length_a",    "_cell_length_b",   "_cell_length_c",
                                    "_cell_angle_alpha", "_cell_angle_beta", "_cell_angle_gamma"};
    for (std::size_t k = 0; k < 6; ++k) {
      number(words, k + 2, "CELL");
      block_.pairs[tags[k]] = {std::string(words[k + 2]), static_cast<int>(lines_.line_number())};
    }
  }

  void parse_elements(const std::vector<std::string_view>& words) {
    double ignored = 0.0;
    for (std::size_t k = 1; k < words.size(); ++k) {
      // Scattering factors of one element may follow its name.
      if (parse_number(words[k], ignored)) break;
      std::string name(words[k]);
      if (name[0] == '$') name.erase(0, 1);
      elements_.push_back(name);
    }
  }

  /// 10 and more is a fixed value; ±20, ±30, … times a free variable.
  double resolved(double value) {
    const double n = std::round(value / 10.0), rest = value - 10.0 * n;
    if (std::abs(value) < 5.0) return value;
    if (n == 1.0 || n == -1.0) return rest;
    const auto k = static_cast<std::size_t>(std::abs(n));
    if (k > free_.size()) lines_.fail("the free variable {} is not given", k);
    return n > 0.0 ? rest * free_[k - 1] : rest * (free_[k - 1] - 1.0);
  }

  void parse_atom(const std::vector<std::string_view>& words) {
    std::int64_t element = 0;
    if (!parse_number(words[1], element)) return;
    // Peaks of the electron density.
    if (lower_case(words[0].substr(0, 1)) == "q" && words[0].size() > 1 && words[0][1] >= '0' && words[0][1] <= '9')
      return;
    if (element < 1 || element > static_cast<std::int64_t>(elements_.size()))
      lines_.fail("atom {} is of element {}, but SFAC has {}", words[0], element, elements_.size());
    Atom atom;
    atom.label = words[0];
    atom.element = elements_[static_cast<std::size_t>(element - 1)];
    atom.line = static_cast<int>(lines_.line_number());
    for (std::size_t k = 0; k < 3; ++k)
      atom.fractional[static_cast<Eigen::Index>(k)] = resolved(number(words, k + 2, "an atom"));
    atom.occupancy = words.size() > 5 ? resolved(number(words, 5, "an atom")) : 1.0;
    atoms_.push_back(atom);
  }

  std::vector<std::string> all_operations() const {
    constexpr const char* centerings[][4] = {{"", "", "", ""},
                                             {"1/2,1/2,1/2", "", "", ""},
                                             {"2/3,1/3,1/3", "1/3,2/3,2/3", "", ""},
                                             {"0,1/2,1/2", "1/2,0,1/2", "1/2,1/2,0", ""},
                                             {"0,1/2,1/2", "", "", ""},
                                             {"1/2,0,1/2", "", "", ""},
                                             {"1/2,1/2,0", "", "", ""}};
    std::vector<std::string> own = {"x,y,z"}, shifts = {"0,0,0"}, all;
    for (const std::string& operation : operations_) own.push_back(operation);
    const int kind = std::abs(lattice_);
    if (kind >= 2 && kind <= 7)
      for (const char* shift : centerings[kind - 1])
        if (*shift != '\0') shifts.emplace_back(shift);
    for (const std::string& operation : own)
      for (const std::string& shift : shifts) {
        all.push_back(combined(operation, shift, false));
        if (lattice_ > 0) all.push_back(combined(operation, shift, true));
      }
    return all;
  }

  /// "x,y,z" of an operation after a shift, or of its inverse.
  static std::string combined(const std::string& operation, const std::string& shift, bool inverted) {
    const SymmetryOperation op = parse_symmetry_operation(operation);
    std::string text;
    std::string_view rest = shift;
    for (int row = 0; row < 3; ++row) {
      const auto comma = rest.find(',');
      text += row == 0 ? "" : ",";
      for (int k = 0; k < 3; ++k) {
        const double factor = (inverted ? -1.0 : 1.0) * op.rotation(row, k);
        if (factor != 0.0) text += fmt::format("{}{}{}", factor > 0.0 ? "+" : "-", std::abs(factor), "xyz"[k]);
      }
      const double moved = (inverted ? -1.0 : 1.0) * op.translation[row];
      text += fmt::format("{}{}+{}", moved < 0.0 ? "-" : "+", std::abs(moved), rest.substr(0, comma));
      if (comma != std::string_view::npos) rest.remove_prefix(comma + 1);
    }
    return text;
  }

  Structure finish() {
    CifLoop operations, sites;
    operations.tags = {"_space_group_symop_operation_xyz"};
    for (const std::string& text : all_operations()) operations.values.push_back({text, 1});
    sites.line = atoms_.front().line;
    sites.tags = {"_atom_site_label",   "_atom_site_type_symbol", "_atom_site_fract_x",
                  "_atom_site_fract_y", "_atom_site_fract_z",     "_atom_site_occupancy"};
    std::vector<SymmetryOperation> parsed;
    for (const CifValue& value : operations.values) parsed.push_back(parse_symmetry_operation(value.text));
    for (const Atom& atom : atoms_) {
      // An occupancy is that of the asymmetric unit: a quarter where four operations leave the place.
      int stabilizer = 0;
      for (const SymmetryOperation& op : parsed) {
        Vec3 d = op.rotation * atom.fractional + op.translation - atom.fractional;
        for (double& x : d) x -= std::round(x);
        stabilizer += d.cwiseAbs().maxCoeff() < 2e-3 ? 1 : 0;
      }
      const double occupancy = atom.occupancy * std::max(1, stabilizer);
      for (const std::string& text : {atom.label, atom.element, fmt::format("{}", atom.fractional[0]),
                                      fmt::format("{}", atom.fractional[1]), fmt::format("{}", atom.fractional[2]),
                                      fmt::format("{:.5f}", std::abs(occupancy - 1.0) < 0.01 ? 1.0 : occupancy)})
        sites.values.push_back({text, atom.line});
    }
    block_.loops.push_back(std::move(operations));
    block_.loops.push_back(std::move(sites));
    Structure structure = structure_of_cif(std::move(block_), lines_.name(), options_);
    structure.info.clear();
    if (!title_.empty()) structure.info["comment"] = title_;
    if (is_airss_) {
      structure.info["pressure"] = fmt::format("{}", pressure_);
      structure.info["enthalpy"] = fmt::format("{}", enthalpy_);
      structure.info["energy"] =
          fmt::format("{}", enthalpy_ - pressure_ / constants::gpa_per_ev_a3 * structure.volume());
    }
    return structure;
  }

  LineReader& lines_;
  const ReadOptions& options_;
  CifBlock block_;
  std::string title_;
  std::vector<std::string> operations_, elements_;
  std::vector<double> free_;
  std::vector<Atom> atoms_;
  int lattice_ = 1;  // SHELX's default: P, with inversion
  bool is_airss_ = false;
  double pressure_ = 0.0, enthalpy_ = 0.0;
};

class CellParser {
 public:
  CellParser(LineReader& lines, const ReadOptions& options) : lines_(lines), options_(options) {}

  Structure parse() {
    std::string_view line;
    while (lines_.next(line)) {
      const auto words = words_of(line);
      if (words.size() < 2 || lower_case(words[0]) != "%block") continue;
      const std::string name = lower_case(words[1]);
      if (name == "lattice_cart")
        parse_lattice(true);
      else if (name == "lattice_abc")
        parse_lattice(false);
      else if (name == "positions_frac" || name == "positions_abs")
        parse_positions(name == "positions_frac");
    }
    if (!has_lattice_) fail_input("{}: there is no LATTICE_CART or LATTICE_ABC", lines_.name());
    if (positions_.empty()) fail_input("{}: there is no POSITIONS_FRAC or POSITIONS_ABS", lines_.name());
    for (const Vec3& r : positions_)
      structure_.position.push_back(is_fractional_ ? to_cartesian(structure_.cell, r) : r);
    if (std::all_of(spins_.begin(), spins_.end(), [](double spin) { return spin == 0.0; })) spins_.clear();
    for (const double spin : spins_) structure_.magnetic_moment.emplace_back(0.0, 0.0, spin);
    regularize_cell(structure_, lines_.name());
    return std::move(structure_);
  }

 private:
  static std::vector<std::string_view> words_of(std::string_view line) {
    return split(line.substr(0, line.find_first_of("!#;")));
  }

  double number(std::string_view word) {
    double value = 0.0;
    if (!parse_number(word, value)) lines_.fail("'{}' is not a finite number", word.substr(0, 64));
    return value;
  }

  /// Lines of a block, with its unit taken off.
  template <class Take>
  void each_line(Take&& take) {
    double unit = 1.0;
    while (true) {
      const auto words = words_of(lines_.need("%ENDBLOCK"));
      if (words.empty()) continue;
      const std::string first = lower_case(words[0]);
      if (first == "%endblock") return;
      if (words.size() == 1) {
        const double bohr = constants::bohr;
        unit = first == "bohr" || first == "a0" ? bohr : first == "nm" ? 10.0 : first == "ang" ? 1.0 : 0.0;
        if (unit == 0.0) lines_.fail("unknown unit '{}'", words[0]);
        continue;
      }
      take(words, unit);
    }
  }

  void parse_lattice(bool is_cartesian) {
    std::vector<Vec3> rows;
    double unit = 1.0;
    each_line([&](const std::vector<std::string_view>& words, double u) {
      if (words.size() < 3) lines_.fail("three numbers are needed");
      rows.emplace_back(number(words[0]), number(words[1]), number(words[2]));
      unit = u;
    });
    if (rows.size() != (is_cartesian ? 3u : 2u)) lines_.fail("the lattice has {} rows", rows.size());
    if (is_cartesian) {
      for (std::size_t k = 0; k < 3; ++k)
        structure_.cell.row(static_cast<Eigen::Index>(k)) = unit * rows[k].transpose();
    } else {
      try {
        structure_.cell = cell_from_parameters(
            {unit * rows[0][0], unit * rows[0][1], unit * rows[0][2], rows[1][0], rows[1][1], rows[1][2]});
      } catch (const InputError& error) {
        lines_.fail("{}", error.what());
      }
    }
    has_lattice_ = true;
  }

  void parse_positions(bool is_fractional) {
    is_fractional_ = is_fractional;
    each_line([&](const std::vector<std::string_view>& words, double unit) {
      if (words.size() < 4) lines_.fail("an atom needs a symbol and three numbers");
      const std::string_view label = words[0].substr(0, words[0].find(':'));
      std::int64_t z = 0;
      try {
        structure_.type.push_back(add_species(structure_, parse_number(label, z)
                                                              ? species_from_number(static_cast<int>(z))
                                                              : species_of_kind(label, options_, structure_.warnings)));
      } catch (const InputError& error) {
        lines_.fail("{}", error.what());
      }
      positions_.emplace_back(Vec3(number(words[1]), number(words[2]), number(words[3])) *
                              (is_fractional ? 1.0 : unit));
      spins_.push_back(0.0);
      for (std::size_t k = 4; k < words.size(); ++k) {
        const std::string word = lower_case(words[k]);
        if (word.rfind("spin", 0) != 0) continue;
        const std::size_t equals = word.find('=');
        std::string_view value =
            equals == std::string::npos ? std::string_view() : std::string_view(words[k]).substr(equals + 1);
        for (++k; value.empty() && k < words.size(); ++k) value = words[k] == "=" ? std::string_view() : words[k];
        spins_.back() = number(value);
      }
    });
  }

  LineReader& lines_;
  const ReadOptions& options_;
  Structure structure_;
  std::vector<Vec3> positions_;
  std::vector<double> spins_;
  bool has_lattice_ = false, is_fractional_ = true;
};

}  // namespace

Structure read_res(const std::string& /*header*/, LineReader& lines, const ReadOptions& options) {
  return ResParser(lines, options).parse();
}

Structure read_castep_cell(const std::string& /*header*/, LineReader& lines, const ReadOptions& options) {
  return CellParser(lines, options).parse();
}

}  // namespace spinel
