#include "crystal/formats/dft/vasp_output.hpp"

#include <cmath>

#include "core/error.hpp"
#include "crystal/formats/dft/output_labels.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

/// The text between the first '>' and the next '<'.
std::string_view content(std::string_view line) {
  const std::size_t begin = line.find('>');
  if (begin == std::string_view::npos) return {};
  return line.substr(begin + 1, line.find('<', begin) - begin - 1);
}

/// VASP's symbol, 'Mg', 'r ' of old versions that lost the Z of Zr, 'Fe_pv'.
std::int32_t type_of(std::string_view name, const ReadOptions& options, const LineReader& lines, Structure& structure) {
  const std::string_view symbol = trim(name);
  return output_type(symbol == "r" ? std::string_view("Zr") : symbol, options, lines, structure);
}

/// Kilobar, pressure positive, to eV/Å³, tension positive.
constexpr double from_kbar = -0.1 / constants::gpa_per_ev_a3;

class VasprunStep {
 public:
  VasprunStep(LineReader& lines, const ReadOptions& options) : lines_(lines), options_(options) {}

  Structure parse(const std::string& atoms) {
    read_atoms(atoms);
    lines_.need("<calculation>");
    double step_energy = NAN, step_free = NAN, energy = NAN, free = NAN;
    bool in_step = false;
    while (true) {
      const std::string_view line = lines_.need("</calculation>");
      if (holds(line, "</calculation>")) break;
      if (holds(line, "<scstep>")) in_step = true;
      if (holds(line, "</scstep>")) in_step = false;
      if (holds(line, "name=\"basis\"")) read_basis();
      if (holds(line, "name=\"positions\"")) read_vectors(fractional_);
      if (holds(line, "name=\"forces\"")) read_vectors(structure_.force);
      if (holds(line, "name=\"stress\"")) read_stress();
      if (holds(line, "name=\"e_fr_energy\"")) (in_step ? step_free : free) = number(content(line));
      if (holds(line, "name=\"e_0_energy\"")) (in_step ? step_energy : energy) = number(content(line));
    }
    if (fractional_.size() != structure_.type.size())
      lines_.fail("{} positions for {} atoms", fractional_.size(), structure_.type.size());
    if (!structure_.force.empty() && structure_.force.size() != structure_.type.size())
      lines_.fail("{} forces for {} atoms", structure_.force.size(), structure_.type.size());
    for (const Vec3& s : fractional_) structure_.position.push_back(to_cartesian(structure_.cell, s));
    if (std::isfinite(free)) {
      // That of the step is an enthalpy.
      free -= pressure_ * std::abs(structure_.volume());
      structure_.info["free_energy"] = fmt::format("{}", free);
      // The e_0_energy behind the electronic steps is another number in many versions.
      const double smearing = step_energy - step_free;
      structure_.info["energy"] = fmt::format("{}", std::isfinite(smearing) ? free + smearing : energy);
    }
    finish_output(structure_, options_, lines_);
    return std::move(structure_);
  }

 private:
  double number(std::string_view text) { return output_number(trim(text), lines_); }

  /// Lines of <rc><c>Mg</c><c>   1</c></rc>.
  void read_atoms(const std::string& atoms) {
    LineReader reader(atoms, lines_.name());
    std::string_view line;
    bool in_atoms = false;
    while (reader.next(line)) {
      if (holds(line, "name=\"PSTRESS\"")) pressure_ = number(content(line)) * 0.1 / constants::gpa_per_ev_a3;
      if (holds(line, "name=\"atoms\"")) in_atoms = true;
      if (holds(line, "</array>")) in_atoms = false;
      if (in_atoms && holds(line, "<rc>"))
        structure_.type.push_back(type_of(content(behind(line, "<rc>")), options_, lines_, structure_));
    }
    if (structure_.type.empty()) lines_.fail("there is no <atominfo> with atoms");
  }

  Vec3 vector(std::string_view line) { return output_vector(content(line), lines_); }
  void read_vectors(std::vector<Vec3>& to) {
    to.clear();
    while (true) {
      const std::string_view line = lines_.need("</varray>");
      if (holds(line, "</varray>")) return;
      to.push_back(vector(line));
    }
  }
  void read_basis() {
    for (int k = 0; k < 3; ++k) structure_.cell.row(k) = vector(lines_.need("a lattice vector")).transpose();
  }
  void read_stress() {
    std::array<Vec3, 3> rows;
    for (Vec3& row : rows) row = from_kbar * vector(lines_.need("a row of the stress"));
    set_stress(structure_, rows);
  }

  LineReader& lines_;
  const ReadOptions& options_;
  Structure structure_;
  std::vector<Vec3> fractional_;
  double pressure_ = 0.0;  // eV/Å³, PSTRESS
};

class OutcarStep {
 public:
  OutcarStep(LineReader& lines, const ReadOptions& options) : lines_(lines), options_(options) {}

  Structure parse(const std::string& head) {
    read_head(head);
    std::string_view line;
    std::vector<double> moments[3];
    while (lines_.next(line)) {
      if (holds(line, "direct lattice vectors"))
        read_basis();
      else if (holds(line, "TOTAL-FORCE"))
        read_forces();
      else if (holds(line, "in kB"))
        read_stress(line);
      else if (holds(line, "magnetization (x)"))
        read_moments(moments[0]);
      else if (holds(line, "magnetization (y)"))
        read_moments(moments[1]);
      else if (holds(line, "magnetization (z)"))
        read_moments(moments[2]);
      else if (holds(line, "free  energy   TOTEN"))
        structure_.info["free_energy"] = energy(line, "=");
      else if (holds(line, "energy(sigma->0)"))
        structure_.info["energy"] = energy(behind(line, "energy(sigma->0)"), "=");
    }
    if (structure_.position.size() != structure_.type.size())
      lines_.fail("the step ends with {} of {} positions and forces", structure_.position.size(),
                  structure_.type.size());
    const bool collinear = moments[1].empty();
    if (!collinear && (moments[1].size() != moments[0].size() || moments[2].size() != moments[0].size()))
      lines_.fail("of {} magnetic moments there are {} and {} components along y and z", moments[0].size(),
                  moments[1].size(), moments[2].size());
    for (std::size_t i = 0; i < moments[0].size(); ++i)
      structure_.magnetic_moment.emplace_back(collinear ? 0.0 : moments[0][i], collinear ? 0.0 : moments[1][i],
                                              collinear ? moments[0][i] : moments[2][i]);
    finish_output(structure_, options_, lines_);
    return std::move(structure_);
  }

 private:
  /// Symbols and numbers of atoms, as index_outcar() keeps them.
  void read_head(const std::string& head) {
    LineReader reader(head, lines_.name());
    std::string_view line;
    std::vector<std::string> symbols;
    while (reader.next(line)) {
      auto words = split(line);
      if (words.empty()) continue;
      if (words[0] == "type") {
        if (words.size() < 2) lines_.fail("a kind of atoms has no name (VRHFIN)");
        symbols.emplace_back(words[1]);
        continue;
      }
      if (words.size() - 1 != symbols.size())
        lines_.fail("{} kinds of atoms, but {} numbers of ions", symbols.size(), words.size() - 1);
      for (std::size_t k = 1; k < words.size(); ++k) {
        std::int64_t n = 0;
        if (!parse_number(words[k], n) || n < 0) lines_.fail("'{}' is not a number of ions", words[k]);
        const std::int32_t type = type_of(symbols[k - 1], options_, lines_, structure_);
        // An absurd number must not take memory before there are that many atoms.
        if (n > 100000000) lines_.fail("{} ions", n);
        structure_.type.insert(structure_.type.end(), static_cast<std::size_t>(n), type);
      }
    }
    if (structure_.type.empty()) lines_.fail("there are no kinds and numbers of ions (VRHFIN, ions per type)");
  }

  double number(std::string_view word) { return output_number(word, lines_); }
  std::string energy(std::string_view line, std::string_view sign) {
    const auto words = split(behind(line, sign));
    if (words.empty()) lines_.fail("an energy is missing");
    return fmt::format("{}", number(words[0]));
  }
  void read_basis() {
    for (int k = 0; k < 3; ++k)
      structure_.cell.row(k) = output_vector(lines_.need("a lattice vector"), lines_).transpose();
  }
  void read_forces() {
    structure_.position.clear();
    structure_.force.clear();
    lines_.need("positions and forces");  // a line of dashes
    for (std::size_t i = 0; i < structure_.type.size(); ++i) {
      const auto words = split(lines_.need("positions and forces"));
      if (words.size() < 6) lines_.fail("six numbers are needed");
      structure_.position.emplace_back(number(words[0]), number(words[1]), number(words[2]));
      structure_.force.emplace_back(number(words[3]), number(words[4]), number(words[5]));
    }
  }
  /// xx yy zz xy yz zx.
  void read_stress(std::string_view line) {
    const auto words = split(behind(line, "in kB"));
    if (words.size() < 6) lines_.fail("six numbers are needed");
    double v[6];
    for (std::size_t k = 0; k < 6; ++k) v[k] = from_kbar * number(words[k]);
    structure_.info["stress"] = fmt::format("{} {} {} {} {} {}", v[0], v[1], v[2], v[4], v[5], v[3]);
  }
  void read_moments(std::vector<double>& to) {
    to.clear();
    std::string_view line;
    do line = lines_.need("magnetic moments");
    while (!holds(line, "----"));
    for (std::size_t i = 0; i < structure_.type.size(); ++i) {
      const auto words = split(lines_.need("magnetic moments"));
      if (words.size() < 3) lines_.fail("the total moment is missing");
      to.push_back(number(words.back()));
    }
  }

  LineReader& lines_;
  const ReadOptions& options_;
  Structure structure_;
};

}  // namespace

StructureIndex index_vasprun(LineReader& lines) {
  StructureIndex index;
  std::string_view line;
  bool in_atoms = false, in_step = false;
  for (TextPiece at; at.offset = lines.offset(), at.lines_before = lines.line_number(), lines.next(line);) {
    if (index.pieces.empty() && holds(line, "<atominfo>")) in_atoms = true;
    if (in_atoms || (index.pieces.empty() && holds(line, "name=\"PSTRESS\""))) index.header += std::string(line) + '\n';
    if (holds(line, "</atominfo>")) in_atoms = false;
    if (holds(line, "<calculation>")) {
      index.pieces.push_back(at);
      in_step = true;
    }
    if (in_step) index.pieces.back().size = lines.offset() - index.pieces.back().offset;
    if (holds(line, "</calculation>")) in_step = false;
  }
  if (index.pieces.empty()) fail_input("{}: no <calculation>: VASP has not come to its first ionic step", lines.name());
  return index;
}

Structure read_vasprun(const std::string& header, LineReader& lines, const ReadOptions& options) {
  return VasprunStep(lines, options).parse(header);
}

StructureIndex index_outcar(LineReader& lines) {
  StructureIndex index;
  std::string_view line;
  std::string titles;
  bool has_names = false, has_counts = false, has_forces = false;
  TextPiece piece;
  for (int left = -1; lines.next(line);) {
    if (!has_counts && holds(line, "VRHFIN")) {
      const std::string_view name = trim(behind(line, "="));
      index.header += "type " + std::string(name.substr(0, name.find_first_of(": "))) + '\n';
      has_names = true;
    } else if (!has_counts && !has_names && holds(line, "TITEL")) {
      const auto words = split(behind(line, "="));
      if (words.size() > 1) titles += "type " + std::string(words[1]) + '\n';
    } else if (!has_counts && holds(line, "ions per type")) {
      if (!has_names) index.header = titles;
      index.header += "counts" + std::string(behind(line, "=")) + '\n';
      has_counts = true;
      piece = {lines.offset(), 0, lines.line_number()};
    } else if (holds(line, "TOTAL-FORCE")) {
      has_forces = true;
    } else if (has_forces && holds(line, "FREE ENERGIE OF THE ION-ELECTRON SYSTEM")) {
      // The energies come with the next lines.
      left = 5;
    }
    if (left >= 0 && --left < 0) {
      piece.size = lines.offset() - piece.offset;
      index.pieces.push_back(piece);
      piece = {lines.offset(), 0, lines.line_number()};
      has_forces = false;
    }
  }
  // A step that breaks off before its energies.
  if (has_forces) {
    piece.size = lines.offset() - piece.offset;
    index.pieces.push_back(piece);
  }
  if (index.pieces.empty())
    fail_input("{}: no positions and forces: VASP has not come to its first ionic step", lines.name());
  return index;
}

Structure read_outcar(const std::string& header, LineReader& lines, const ReadOptions& options) {
  return OutcarStep(lines, options).parse(header);
}

}  // namespace spinel
