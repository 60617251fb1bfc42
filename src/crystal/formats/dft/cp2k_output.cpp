#include "crystal/formats/dft/cp2k_output.hpp"

#include <Eigen/SVD>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "crystal/formats/dft/output_labels.hpp"
#include "crystal/formats/dft/output_warnings.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

constexpr double hartree = 2.0 * rydberg;

constexpr std::string_view banner = "PROGRAM STARTED AT", version = "CP2K| version string";

/// The sentence of an error, beside a picture: " *  \___/   found an unknown keyword …  *".
std::string_view abort_text(std::string_view line) {
  std::string_view text = behind(line, "\\___/");
  if (!text.empty() && text.back() == '*') text.remove_suffix(1);
  return trim(text);
}

/// "angstrom" of "CELL| Vector a [angstrom]:".
std::string unit_of(std::string_view line) {
  const std::string_view rest = behind(line, "[");
  return lower_case(rest.substr(0, rest.find(']')));
}

double length_unit(const std::string& name, const LineReader& lines) {
  if (name == "angstrom") return 1.0;
  if (name == "bohr") return constants::bohr;
  lines.fail("the unit of length '{}' is not known (angstrom, bohr)", name.substr(0, 64));
}

double stress_unit(const std::string& name, const LineReader& lines) {
  const double gpa = 1.0 / constants::gpa_per_ev_a3;
  if (name == "gpa") return gpa;
  if (name == "kbar") return 0.1 * gpa;
  if (name == "bar") return 1e-4 * gpa;
  lines.fail("the unit of stress '{}' is not known (GPa, kbar, bar)", name.substr(0, 64));
}

struct PrintedCell {
  Mat3 vectors = Mat3::Zero();  // Å; few digits
  CellParameters parameters;    // more
  int n_vectors = 0, n_angles = 0;

  bool is_whole() const { return n_vectors == 3 && n_angles == 3; }
};

bool same_shape(const CellParameters& p, const CellParameters& q, double length, double degrees) {
  return std::abs(p.a - q.a) <= length && std::abs(p.b - q.b) <= length && std::abs(p.c - q.c) <= length &&
         std::abs(p.alpha - q.alpha) <= degrees && std::abs(p.beta - q.beta) <= degrees &&
         std::abs(p.gamma - q.gamma) <= degrees;
}

/// CP2K prints vectors with three digits, lengths and angles with six: the vectors where they say the same, else the
/// shape of the latter, turned as the vectors are.
Mat3 exact_cell(const PrintedCell& cell, Structure& structure, const LineReader& lines) {
  const Mat3& rough = cell.vectors;
  if (same_shape(cell_parameters(rough), cell.parameters, 1.5e-6, 1.5e-6)) return rough;
  Mat3 shape = [&] {
    try {
      return cell_from_parameters(cell.parameters);
    } catch (const InputError& error) {
      lines.fail("{}", error.what());
    }
  }();
  if (rough(0, 1) == 0.0 && rough(0, 2) == 0.0 && rough(1, 2) == 0.0 && rough(0, 0) > 0.0 && rough(1, 1) > 0.0 &&
      rough(2, 2) > 0.0)
    return shape;
  warn(structure.warnings,
       "CP2K prints vectors of the cell with three digits; lengths and angles are exact, directions to about 1e-4");
  const Eigen::JacobiSVD<Mat3> svd(shape.transpose() * rough, Eigen::ComputeFullU | Eigen::ComputeFullV);
  return shape * (svd.matrixU() * svd.matrixV().transpose());
}

class Run {
 public:
  Run(LineReader& lines, const ReadOptions& options) : lines_(lines), options_(options) {}

  Structure parse() {
    std::string_view line;
    while (lines_.next(line)) {
      warnings_.look_at_cp2k(line);
      if (!energy_) read_structure_line(line);
      read_label_line(line);
    }
    if (!energy_) fail_without_energy();
    if (is_numerical_ && !is_single_point_)
      lines_.fail("the energies of a numerical stress cannot be told from those of steps of run type {}", run_type_);
    place_atoms();
    structure_.info["energy"] = fmt::format("{}", *energy_);
    structure_.info["code"] = "CP2K";
    warnings_.note(structure_);
    set_converged(structure_, converged_);
    if (further_steps_ > 0)
      warn(structure_.warnings, "CP2K prints positions of the first step only; those of the others are in *-pos-1.xyz");
    finish_output(structure_, options_, lines_);
    return std::move(structure_);
  }

 private:
  void read_structure_line(std::string_view line) {
    if (holds(line, version)) {
      structure_.info["code_version"] = std::string(split(line).back());
    } else if (holds(line, "GLOBAL| Run type")) {
      run_type_ = split(line).back();
      is_single_point_ = run_type_ == "ENERGY" || run_type_ == "ENERGY_FORCE" || run_type_ == "WFN_OPT";
    } else if (begins_with(line, " CELL| ")) {
      read_cell(line);
    } else if (holds(line, "ATOMIC COORDINATES IN")) {
      read_positions(line);
    } else if (holds(line, "\\___/")) {
      trouble_ = abort_text(line);
    }
  }

  void read_label_line(std::string_view line) {
    if (begins_with(line, " ENERGY| Total FORCE_EVAL")) {
      is_over_ = is_over_ || (energy_ && !is_single_point_);
      if (is_over_) {
        ++further_steps_;
        return;
      }
      if (unit_after_bracket_is_unknown(line)) lines_.fail("the unit of the energy is not known (a.u., hartree)");
      energy_ = output_number(split(line).back(), lines_) * hartree;
    } else if (begins_with(line, " STRESS| Numerical")) {
      // Many energies of other cells come before the one that the forces belong to.
      is_numerical_ = true;
      read_stress(line, 2);
    } else if (is_over_) {
      return;
    } else if (holds(line, "SCF run NOT converged")) {
      converged_ = false;
    } else if (holds(line, "SCF run converged in")) {
      set_scf_steps(structure_, behind(line, "converged in"));
    } else if (holds(line, "ATOMIC FORCES in [a.u.]")) {
      read_forces(0, 3);
    } else if (begins_with(line, " FORCES| Atomic forces [hartree/bohr]")) {
      read_forces(1, 2);
    } else if (begins_with(line, " STRESS|") && holds(line, "stress tensor [") && !holds(line, "Eigenv")) {
      read_stress(line, 2);
    } else if (holds(line, "STRESS TENSOR [")) {
      read_stress(line, 1);
    } else if (holds(line, "Spin moment") && holds(line, "(alpha,beta)")) {
      read_moments();
    } else if (holds(line, "# Total charge and spin")) {
      structure_.info["total_magnetization"] = fmt::format("{}", output_number(split(line).back(), lines_));
    }
  }

  static bool unit_after_bracket_is_unknown(std::string_view line) {
    return holds(line, "[") && !holds(line, "[a.u.]") && !holds(line, "[hartree]");
  }

  /// " CELL| Vector a [angstrom]:   4.000  0.000  0.200   |a| =   4.004997", " CELL| Angle (b,c), alpha
  /// [degree]:  86.1".
  void read_cell(std::string_view line) {
    if (holds(line, "Volume")) cell_ = PrintedCell();
    const bool has_number = holds(line, "]:");
    if (has_number && holds(line, "Vector ")) {
      const double unit = length_unit(unit_of(line), lines_);
      if (cell_.n_vectors > 2 || !holds(line, "| =")) lines_.fail("a lattice vector and its length are needed");
      cell_.vectors.row(cell_.n_vectors) = unit * output_vector(behind(line, "]:"), lines_).transpose();
      double* const lengths[] = {&cell_.parameters.a, &cell_.parameters.b, &cell_.parameters.c};
      *lengths[cell_.n_vectors] = unit * output_number(split(line).back(), lines_);
      ++cell_.n_vectors;
    } else if (has_number && holds(line, "Angle")) {
      double* const angles[] = {&cell_.parameters.alpha, &cell_.parameters.beta, &cell_.parameters.gamma};
      if (cell_.n_angles > 2) lines_.fail("there are more than three angles");
      *angles[cell_.n_angles] = output_number(split(line).back(), lines_);
      ++cell_.n_angles;
    } else if (holds(line, "Periodicity")) {
      const std::string_view word = split(line).back();
      for (std::size_t k = 0; k < 3; ++k)
        structure_.periodic[k] = word != "NONE" && word.find("XYZ"[k]) != std::string_view::npos;
    }
  }

  /// Rows of "Atom Kind Element  X  Y  Z  Z(eff)  Mass" with the symbol and the number of an element.
  void read_positions(std::string_view title) {
    const auto words = split(title);
    const double unit = length_unit(lower_case(words.back()), lines_);
    structure_.species.clear();
    structure_.type.clear();
    structure_.position.clear();
    while (true) {
      const std::string_view line = lines_.need("atoms");
      const auto row = split(line);
      std::int64_t number = 0;
      if (row.empty() || !parse_number(row[0], number)) {
        if (structure_.type.empty()) continue;
        break;
      }
      if (row.size() < 7 || number != static_cast<std::int64_t>(structure_.type.size()) + 1)
        lines_.fail("atom {} should be here: number, kind, element, its number, x, y, z", structure_.type.size() + 1);
      structure_.type.push_back(output_type(row[2], options_, lines_, structure_));
      structure_.position.emplace_back(
          unit * Vec3(output_number(row[4], lines_), output_number(row[5], lines_), output_number(row[6], lines_)));
    }
    cell_of_positions_ = cell_;
  }

  /// Rows of an atom, whose number is word `number`, with a force from word `begin` on.
  void read_forces(std::size_t number, std::size_t begin) {
    structure_.force.clear();
    while (structure_.force.size() < structure_.type.size()) {
      const auto row = split(lines_.need("a force"));
      std::int64_t atom = 0;
      if (row.size() <= number || !parse_number(row[number], atom)) {
        if (structure_.force.empty()) continue;
        lines_.fail("the force on atom {} of {} should be here", structure_.force.size() + 1, structure_.type.size());
      }
      if (row.size() < begin + 3 || atom != static_cast<std::int64_t>(structure_.force.size()) + 1)
        lines_.fail("the force on atom {} of {} should be here", structure_.force.size() + 1, structure_.type.size());
      Vec3 force;
      for (std::size_t k = 0; k < 3; ++k)
        force[static_cast<Eigen::Index>(k)] = output_number(row[begin + k], lines_) * hartree / constants::bohr;
      structure_.force.push_back(force);
    }
  }

  /// Three rows that begin with x, y and z; their numbers begin at word `begin`.
  void read_stress(std::string_view title, std::size_t begin) {
    // Pressure positive to tension positive.
    const double factor = -stress_unit(unit_of(title), lines_);
    std::array<Vec3, 3> rows;
    lines_.need("the stress");
    for (Vec3& row : rows) {
      std::string_view line = lines_.need("a row of the stress");
      while (split(line).size() < begin + 3) line = lines_.need("a row of the stress");
      const auto words = split(line);
      for (std::size_t k = 0; k < 3; ++k)
        row[static_cast<Eigen::Index>(k)] = factor * output_number(words[begin + k], lines_);
    }
    set_stress(structure_, rows);
  }

  /// Of Mulliken's populations: atom, element, kind, two populations, charge, moment.
  void read_moments() {
    structure_.magnetic_moment.clear();
    for (std::size_t i = 0; i < structure_.type.size(); ++i) {
      const auto row = split(lines_.need("magnetic moments"));
      if (row.size() < 7) lines_.fail("the magnetic moment of atom {} should be here", i + 1);
      structure_.magnetic_moment.emplace_back(0.0, 0.0, output_number(row[6], lines_));
    }
  }

  void place_atoms() {
    if (structure_.position.empty())
      lines_.fail(
          "there are no positions: CP2K prints them with PRINT_LEVEL MEDIUM, or &FORCE_EVAL &SUBSYS &PRINT "
          "&ATOMIC_COORDINATES ON");
    if (!cell_.is_whole())
      lines_.fail("there is no cell: CP2K prints it with PRINT_LEVEL MEDIUM, or &FORCE_EVAL &SUBSYS &PRINT &CELL ON");
    if (!structure_.force.empty() && structure_.force.size() != structure_.type.size())
      lines_.fail("{} forces for {} atoms", structure_.force.size(), structure_.type.size());
    structure_.cell = exact_cell(cell_, structure_, lines_);
    // A relaxation of the cell turns it, a along x, after it has printed the atoms.
    if (cell_of_positions_.is_whole() && cell_of_positions_.vectors != cell_.vectors) {
      if (!same_shape(cell_of_positions_.parameters, cell_.parameters, 2e-6, 2e-6))
        lines_.fail("the cell changes between the positions and the energy");
      const Mat3 before = to_fractional_matrix(exact_cell(cell_of_positions_, structure_, lines_));
      for (Vec3& r : structure_.position) r = to_cartesian(structure_.cell, before * r);
    }
  }

  [[noreturn]] void fail_without_energy() const {
    if (!trouble_.empty()) lines_.fail("CP2K stopped: {}", trouble_);
    lines_.fail("the run breaks off before its first energy");
  }

  LineReader& lines_;
  const ReadOptions& options_;
  Structure structure_;
  PrintedCell cell_, cell_of_positions_;
  std::string run_type_, trouble_;
  OutputWarnings warnings_;
  std::optional<double> energy_;  // eV
  bool converged_ = true, is_single_point_ = false, is_numerical_ = false, is_over_ = false;
  int further_steps_ = 0;
};

}  // namespace

void Cp2kIndexer::end_piece(std::int64_t offset) {
  if (has_cycle_) {
    piece_.size = offset - piece_.offset;
    index_.pieces.push_back(piece_);
  }
  has_cycle_ = false;
}

void Cp2kIndexer::look(std::string_view line, const TextPiece& at) {
  const bool is_banner = holds(line, banner), is_version = holds(line, version);
  if (is_banner || (is_version && !has_banner_)) {
    if (has_version_) end_piece(at.offset);
    piece_ = at;
  }
  // The version follows the banner, which a file that was cut at its top lacks.
  if (is_banner) has_banner_ = true;
  if (is_version) {
    has_version_ = true;
    has_banner_ = false;
  }
  if (holds(line, "\\___/")) error_ = abort_text(line);
  if (!has_version_) return;
  if (holds(line, "SCF WAVEFUNCTION OPTIMIZATION") || begins_with(line, " ENERGY|")) has_cycle_ = true;
}

StructureIndex Cp2kIndexer::finish(const LineReader& lines) {
  end_piece(lines.offset());
  if (index_.pieces.empty())
    fail_input("{}: CP2K has not come to its first energy{}", lines.name(), error_.empty() ? "" : ": " + error_);
  return std::move(index_);
}

Structure read_cp2k_run(LineReader& lines, const ReadOptions& options) { return Run(lines, options).parse(); }

}  // namespace spinel
