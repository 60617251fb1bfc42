#include "crystal/formats/dft/quantum_espresso_output.hpp"

#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "crystal/formats/dft/output_labels.hpp"
#include "crystal/formats/dft/output_warnings.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

constexpr double bohr = constants::bohr;

constexpr std::string_view program = "Program PWSCF";
constexpr std::string_view stopped = "Error in routine";

bool is_energy(std::string_view line) { return begins_with(line, "!") && holds(line, "total energy"); }

/// Does the line begin the structure of another step?
bool begins_structure(std::string_view line) {
  return begins_with(line, "ATOMIC_POSITIONS") || begins_with(line, "CELL_PARAMETERS") ||
         begins_with(line, "Begin final coordinates");
}

/// k of "a(k) = (   1.0   0.0   0.0 )" among the crystal axes, from 0; −1 where the line is none.
int axis_of(std::string_view line) {
  const std::string_view text = trim(line);
  return begins_with(text, "a(") && text.size() > 8 && text.substr(3, 5) == ") = (" && text[2] >= '1' && text[2] <= '3'
             ? text[2] - '1'
             : -1;
}

/// The number behind `text`: "celldm(1)=   7.65  celldm(2)= …".
std::string_view word_behind(std::string_view line, std::string_view text) {
  std::string_view rest = behind(line, text);
  return next_token(rest);
}

/// What stands in parentheses or behind the name of a card: "alat", "angstrom".
std::string_view unit_of(std::string_view card) {
  const std::size_t begin = card.find_first_of("({ ");
  if (begin == std::string_view::npos) return {};
  std::string_view text = card.substr(begin);
  while (!text.empty() && (text.front() == ' ' || text.front() == '(' || text.front() == '{')) text.remove_prefix(1);
  return text.substr(0, text.find_first_of(")}= "));
}

class Step {
 public:
  Step(LineReader& lines, const ReadOptions& options) : lines_(lines), options_(options) {}

  Structure parse(const std::string& header) {
    read_header(header);
    std::string_view line;
    while (lines_.next(line)) {
      warnings_.look_at_quantum_espresso(line);
      if (!energy_) read_structure_line(line);
      read_label_line(line);
    }
    if (!energy_) fail_without_energy();
    if (has_old_waves_)
      warn(structure_.warnings,
           "pw.x kept the plane waves of the first cell of the run: energy and stress are not those of a fresh run");
    if (structure_.position.empty()) lines_.fail("the step has no positions");
    if (cell_axes_ != 3) lines_.fail("there is no cell ('crystal axes' or CELL_PARAMETERS)");
    if (!structure_.magnetic_moment.empty() && structure_.magnetic_moment.size() != structure_.type.size())
      lines_.fail("{} magnetic moments for {} atoms", structure_.magnetic_moment.size(), structure_.type.size());
    structure_.info["energy"] = fmt::format("{}", *energy_);
    structure_.info["code"] = "Quantum ESPRESSO";
    warnings_.note(structure_);
    // pw.x writes 'convergence has been achieved' also where scf_must_converge is false and it has not been.
    set_converged(structure_, !(threshold_ && accuracy_ && *accuracy_ > *threshold_));
    finish_output(structure_, options_, lines_);
    return std::move(structure_);
  }

 private:
  /// Of the run that this step is of.
  void read_header(const std::string& header) {
    LineReader reader(header, lines_.name());
    std::string_view line;
    const std::int64_t first = lines_.line_number() + 1;
    while (reader.next(line)) {
      const auto words = split(line);
      if (!words.empty() && words[0] == "run") {
        std::int64_t begin = 0;
        if (words.size() < 2 || !parse_number(words[1], begin) || begin > first) break;
        structure_.info["code_version"] = words.size() > 2 ? std::string(words[2]) : "";
      } else {
        read_structure_line(line);
      }
    }
  }

  void read_structure_line(std::string_view line) {
    if (holds(line, "celldm(1)=")) {
      alat_ = output_number(word_behind(line, "celldm(1)="), lines_) * bohr;
    } else if (holds(line, "number of atoms/cell")) {
      n_atoms_ = output_count(word_behind(line, "="), "the number of atoms", lines_);
    } else if (holds(line, "scf convergence threshold")) {
      threshold_ = output_number(word_behind(line, "="), lines_);
    } else if (const int k = axis_of(line); k >= 0) {
      structure_.cell.row(k) = alat_ * output_vector(behind(line, "= ("), lines_).transpose();
      cell_axes_ = k + 1;
      has_old_waves_ = false;
    } else if (holds(line, "positions (alat units)")) {
      read_sites();
    } else if (begins_with(line, "CELL_PARAMETERS")) {
      read_cell(line);
    } else if (begins_with(line, "ATOMIC_POSITIONS")) {
      read_positions(line);
    } else if (!trouble_.empty()) {
      return;  // what comes after it follows from it
    } else if (holds(line, "convergence NOT achieved")) {
      trouble_ = "the self-consistent cycle did not converge: " + std::string(trim(line));
    } else if (holds(line, stopped)) {
      trouble_ = "pw.x stopped: " + std::string(trim(line)) + " ";
      trouble_ += trim(lines_.need("what went wrong"));
    }
  }

  void read_label_line(std::string_view line) {
    if (is_energy(line)) {
      energy_ = output_number(word_behind(line, "="), lines_) * rydberg;
    } else if (energy_ && holds(line, "estimated scf accuracy")) {
      accuracy_ = output_number(word_behind(line, "<"), lines_);
    } else if (holds(line, "convergence has been achieved in")) {
      set_scf_steps(structure_, behind(line, "achieved in"));
    } else if (holds(line, "Forces acting on atoms")) {
      read_forces();
    } else if (holds(line, "total   stress")) {
      std::array<Vec3, 3> rows;
      for (Vec3& row : rows)
        row = -rydberg / std::pow(bohr, 3) * output_vector(lines_.need("a row of the stress"), lines_);
      set_stress(structure_, rows);
    } else if (holds(line, "total magnetization") && holds(line, "Bohr")) {
      read_magnetization(line);
    } else if (holds(line, "charge") && holds(line, "magn") && begins_with(trim(line), "atom")) {
      read_moment(line);
    }
  }

  std::size_t atoms() const {
    if (n_atoms_ == 0) lines_.fail("the number of atoms is not known ('number of atoms/cell')");
    return static_cast<std::size_t>(n_atoms_);
  }

  void clear_atoms() {
    structure_.species.clear();
    structure_.type.clear();
    structure_.position.clear();
  }
  void add_atom(std::string_view name, const Vec3& position) {
    structure_.type.push_back(output_type(name, options_, lines_, structure_));
    structure_.position.push_back(position);
  }

  /// "  1   Si  tau(   1) = (   0.0   0.0   0.0  )".
  void read_sites() {
    clear_atoms();
    for (std::size_t i = 0; i < atoms(); ++i) {
      const std::string_view line = lines_.need("an atom");
      const auto words = split(line);
      if (words.size() < 3 || !holds(line, "= (")) lines_.fail("atom {} of {} should be here", i + 1, atoms());
      add_atom(words[1], alat_ * output_vector(behind(line, "= ("), lines_));
    }
  }

  /// Length of a unit in Å; "alat" with its own number or that of the run.
  double length(std::string_view card, std::string_view unit) {
    if (unit == "alat" && holds(card, "=")) {
      std::string_view text = behind(card, "=");
      text = trim(text.substr(0, text.find_first_of(")}")));
      return output_number(text, lines_) * bohr;
    }
    if (unit == "alat" || unit.empty()) return alat_;
    if (unit == "bohr") return bohr;
    if (unit != "angstrom") lines_.fail("unknown unit '{}'", unit.substr(0, 64));
    return 1.0;
  }
  void read_cell(std::string_view card) {
    const double scale = length(card, unit_of(card));
    for (int k = 0; k < 3; ++k)
      structure_.cell.row(k) = scale * output_vector(lines_.need("a lattice vector"), lines_).transpose();
    cell_axes_ = 3;
    has_old_waves_ = true;
  }
  void read_positions(std::string_view card) {
    const std::string unit(unit_of(card));
    const bool is_crystal = unit == "crystal";
    const double scale = is_crystal ? 1.0 : length(card, unit);
    clear_atoms();
    for (std::size_t i = 0; i < atoms(); ++i) {
      std::string_view line = lines_.need("an atom");
      const std::string_view name = next_token(line);
      if (name.empty()) lines_.fail("atom {} of {} should be here", i + 1, atoms());
      const Vec3 r = scale * output_vector(line, lines_);
      add_atom(name, is_crystal ? to_cartesian(structure_.cell, r) : r);
    }
  }

  void read_forces() {
    structure_.force.clear();
    for (std::size_t i = 0; i < atoms(); ++i) {
      std::string_view line = lines_.need("forces");
      while (trim(line).empty()) line = lines_.need("forces");
      if (!holds(line, "force =")) lines_.fail("the force on atom {} of {} should be here", i + 1, atoms());
      structure_.force.emplace_back(rydberg / bohr * output_vector(behind(line, "force ="), lines_));
    }
  }

  /// "=  2.00 Bohr mag/cell", or three numbers where spins are not collinear.
  void read_magnetization(std::string_view line) {
    const std::string_view text = behind(line, "magnetization");
    const std::size_t sign = text.find('=');
    if (sign == std::string_view::npos || text.find("Bohr") < sign) lines_.fail("a magnetization is missing");
    std::string values;
    for (const std::string_view word : split(text.substr(sign + 1, text.find("Bohr") - sign - 1)))
      values += fmt::format("{}{}", values.empty() ? "" : " ", output_number(word, lines_));
    structure_.info["total_magnetization"] = values;
  }
  /// "atom:  1  charge:  5.3  magn:  0.78  constr:  0.0" of version 6, "atom  1 (R=0.36)  charge=  5.3  magn=  0.78"
  /// of 7.
  void read_moment(std::string_view line) {
    std::string_view number = behind(line, "atom");
    number.remove_prefix(std::min(number.size(), number.find_first_not_of(": ")));
    const std::int64_t atom =
        output_count(number.substr(0, number.find_first_of(" (")), "the number of an atom", lines_);
    std::string_view value = behind(line, "magn");
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(":= ")));
    if (atom == 1) structure_.magnetic_moment.clear();
    // Printed after each cycle, atom after atom.
    if (static_cast<std::size_t>(atom) != structure_.magnetic_moment.size() + 1)
      lines_.fail("the magnetic moment of atom {} comes behind that of atom {}", atom,
                  structure_.magnetic_moment.size());
    structure_.magnetic_moment.emplace_back(0.0, 0.0, output_number(next_token(value), lines_));
  }

  [[noreturn]] void fail_without_energy() const {
    lines_.fail("{}", trouble_.empty() ? "the step breaks off before its energy" : trouble_);
  }

  LineReader& lines_;
  const ReadOptions& options_;
  Structure structure_;
  std::int64_t n_atoms_ = 0;
  double alat_ = 0.0;                                    // Å
  bool has_old_waves_ = false;                           // has the cell changed since pw.x chose them?
  int cell_axes_ = 0;                                    // lattice vectors read
  std::optional<double> energy_, accuracy_, threshold_;  // eV; Ry, as pw.x compares them
  std::string trouble_;                                  // why there may be no energy
  OutputWarnings warnings_;
};

}  // namespace

void QuantumEspressoIndexer::end_piece(std::int64_t offset) {
  // A structure that nothing was calculated for, as the final one of a relaxation, is no step.
  if (has_energy_ || has_cycle_) {
    piece_.size = offset - piece_.offset;
    index_.pieces.push_back(piece_);
  }
  has_energy_ = has_cycle_ = false;
}

void QuantumEspressoIndexer::look(std::string_view line, const TextPiece& at, const LineReader& lines) {
  if (holds(line, program)) {
    if (has_run_) end_piece(at.offset);
    piece_ = at;
    has_run_ = true;
    axes_ = 0;
    std::string_view rest = behind(line, program);
    std::string_view version = next_token(rest);
    if (begins_with(version, "v.")) version.remove_prefix(2);
    index_.header += fmt::format("run {} {}\n", lines.line_number(), version);
    return;
  }
  if (!has_run_) return;
  if (error_follows_) error_ += " " + std::string(trim(line));
  error_follows_ = false;
  if (axes_ < 3 && (axis_of(line) == axes_ || holds(line, "celldm(1)=") || holds(line, "number of atoms/cell") ||
                    holds(line, "scf convergence threshold"))) {
    index_.header += std::string(line) + '\n';
    if (axis_of(line) >= 0) ++axes_;
  } else if (holds(line, "Self-consistent Calculation")) {
    has_cycle_ = true;
  } else if (is_energy(line)) {
    has_energy_ = true;
  } else if (has_energy_ && begins_structure(line)) {
    end_piece(at.offset);
    piece_ = at;
  } else if (holds(line, stopped)) {
    error_ = trim(line);
    error_follows_ = true;
  }
}

StructureIndex QuantumEspressoIndexer::finish(const LineReader& lines) {
  end_piece(lines.offset());
  if (index_.pieces.empty())
    fail_input("{}: pw.x has not come to a self-consistent calculation{}", lines.name(),
               error_.empty() ? "" : ": " + error_);
  return std::move(index_);
}

Structure read_quantum_espresso_step(const std::string& header, LineReader& lines, const ReadOptions& options) {
  return Step(lines, options).parse(header);
}

}  // namespace spinel
