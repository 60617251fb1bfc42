#include "crystal/formats/poscar.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

using Bits = std::uint8_t;  // bit k: lattice vector k, or Cartesian component k

unsigned count_bits(unsigned bits) { return (bits & 1u) + (bits >> 1 & 1u) + (bits >> 2 & 1u); }

/// Cartesian components that motion along the lattice vectors in `vectors` reaches.
Bits reached_components(const Mat3& cell, unsigned vectors) {
  unsigned reached = 0;
  for (int k = 0; k < 3; ++k)
    for (int j = 0; j < 3; ++j)
      if ((vectors >> k & 1u) != 0 && std::abs(cell(k, j)) > 1e-8 * cell.row(k).norm()) reached |= 1u << j;
  return static_cast<Bits>(reached);
}

/// The free Cartesian components that mean the same as these free lattice vectors. False where none do.
bool free_components(const Mat3& cell, unsigned free_vectors, Bits& components) {
  components = reached_components(cell, free_vectors);
  return count_bits(components) == count_bits(free_vectors);
}

/// The free lattice vectors that mean the same as these free Cartesian components. False where none do.
bool free_vectors(const Mat3& cell, unsigned components, Bits& vectors) {
  unsigned found = 0;
  for (unsigned k = 0; k < 3; ++k)
    if ((reached_components(cell, 1u << k) & ~components) == 0) found |= 1u << k;
  vectors = static_cast<Bits>(found);
  return count_bits(found) == count_bits(components);
}

/// The tokens before a comment.
std::vector<std::string_view> tokens_of(std::string_view line) {
  return split(line.substr(0, line.find_first_of("!#")));
}

char first_letter(std::string_view line) {
  const std::string_view text = trim(line);
  return text.empty() ? '\0' : lower_case(text.substr(0, 1))[0];
}

class PoscarParser {
 public:
  PoscarParser(LineReader& lines, const std::vector<std::string>& species, bool allow_labels)
      : lines_(lines), names_(species), allow_labels_(allow_labels) {}

  Structure parse() {
    std::string_view line = lines_.need("the comment line");
    if (const auto comment = trim(line); !comment.empty()) structure_.info["comment"] = comment;
    parse_cell();
    parse_species();
    line = lines_.need("'Direct' or 'Cartesian'");
    const bool selective = first_letter(line) == 's';
    if (selective) line = lines_.need("'Direct' or 'Cartesian'");
    const bool direct = parse_mode(line);
    for (std::size_t s = 0; s < counts_.size(); ++s)
      for (std::int64_t i = 0; i < counts_[s]; ++i) parse_atom(types_[s], direct, selective);
    parse_velocities();
    regularize_cell(structure_, lines_.name());
    return std::move(structure_);
  }

 private:
  double number(std::string_view token) {
    double x = 0.0;
    if (!parse_number(token, x)) lines_.fail("'{}' is not a finite number", token.substr(0, 64));
    return x;
  }
  Vec3 vector(const std::vector<std::string_view>& tokens, const char* what) {
    if (tokens.size() < 3) lines_.fail("{} needs three numbers", what);
    return {number(tokens[0]), number(tokens[1]), number(tokens[2])};
  }

  void parse_cell() {
    const auto tokens = tokens_of(lines_.need("the scale factor"));
    if (tokens.empty()) lines_.fail("the scale factor is missing");
    double ignored = 0.0;
    const bool three = tokens.size() >= 3 && parse_number(tokens[1], ignored) && parse_number(tokens[2], ignored);
    scale_ = three ? vector(tokens, "the scale factor") : Vec3::Constant(number(tokens[0]));
    if (scale_[0] == 0.0 || (three && scale_.minCoeff() <= 0.0))
      lines_.fail("the scale factor must not be zero, nor negative where there are three");
    for (int k = 0; k < 3; ++k)
      structure_.cell.row(k) = vector(split(lines_.need("a lattice vector")), "a lattice vector").transpose();
    if (scale_[0] < 0.0) {
      const double volume = std::abs(structure_.volume());
      if (!(volume > 0.0)) lines_.fail("the lattice vectors lie in a plane");
      scale_ = Vec3::Constant(std::cbrt(-scale_[0] / volume));
    }
    structure_.cell = structure_.cell * scale_.asDiagonal();
  }

  void parse_species() {
    auto tokens = tokens_of(lines_.need("the line of species"));
    if (tokens.empty()) lines_.fail("the line of species is empty");
    std::int64_t count = 0;
    if (parse_number(tokens[0], count)) {
      if (names_.empty())
        lines_.fail("a VASP 4 file without element symbols: add the line of symbols above the counts, or give species");
      if (names_.size() != tokens.size())
        lines_.fail("{} counts but {} species are given", tokens.size(), names_.size());
    } else {
      names_.clear();
      for (const std::string_view token : tokens) names_.emplace_back(token.substr(0, token.find_first_of("_/")));
    }
    try {
      for (const std::string& name : names_)
        types_.push_back(add_species(structure_, species_from_symbol(name, allow_labels_)));
    } catch (const InputError& error) {
      lines_.fail("{}", error.what());
    }
    if (!parse_number(tokens[0], count)) tokens = tokens_of(lines_.need("the line of counts"));
    if (tokens.size() != names_.size()) lines_.fail("{} species but {} counts", names_.size(), tokens.size());
    for (const std::string_view token : tokens) {
      if (!parse_number(token, count) || count < 0) lines_.fail("'{}' is not a number of atoms", token.substr(0, 64));
      counts_.push_back(count);
    }
  }

  bool parse_mode(std::string_view line) {
    const char letter = first_letter(line);
    if (letter != 'd' && letter != 'c' && letter != 'k')
      lines_.fail("expected 'Direct' or 'Cartesian', found '{}'", trim(line).substr(0, 64));
    return letter == 'd';
  }

  void parse_atom(std::int32_t type, bool direct, bool selective) {
    const auto tokens = split(lines_.need("an atom"));
    const Vec3 r = vector(tokens, "an atom");
    structure_.type.push_back(type);
    structure_.position.push_back(direct ? to_cartesian(structure_.cell, r) : Vec3(r.cwiseProduct(scale_)));
    if (!selective) return;
    if (tokens.size() < 6) lines_.fail("Selective dynamics needs three of T and F after the coordinates");
    unsigned free = 0;
    for (unsigned k = 0; k < 3; ++k) {
      // Fortran logicals: T, .T., .TRUE., true …
      const char letter = lower_case(tokens[3 + k].substr(tokens[3 + k][0] == '.' ? 1 : 0, 1))[0];
      if (letter != 't' && letter != 'f') lines_.fail("'{}' is neither T nor F", tokens[3 + k].substr(0, 64));
      if (letter == 't') free |= 1u << k;
    }
    Bits components = 0;
    if (!free_components(structure_.cell, free, components))
      lines_.fail("Selective dynamics fixes a direction along a lattice vector that is not along x, y or z");
    structure_.fixed.push_back(static_cast<Bits>(7u & ~components));
  }

  /// After the atoms: a blank line or 'Cartesian', then velocities; or a block of lattice velocities before them.
  void parse_velocities() {
    std::string_view line;
    if (!lines_.next(line)) return;
    if (first_letter(line) == 'l') {
      for (int i = 0; i < 7; ++i) lines_.need("the block of lattice velocities");
      if (!lines_.next(line)) return;
    }
    if (const char letter = first_letter(line); letter == 'd')
      lines_.fail("velocities in Direct coordinates are not read; give Cartesian ones (Å/fs)");
    else if (letter != '\0' && letter != 'c' && letter != 'k')
      lines_.fail("expected a blank line, 'Cartesian' or the end of the file after the atoms, found '{}'",
                  trim(line).substr(0, 64));
    std::vector<Vec3> velocity;
    while (velocity.size() < structure_.size()) {
      if (!lines_.next(line)) {
        if (velocity.empty()) return;
        fail_input("{}:{}: the file ends after {} of {} velocities", lines_.name(), lines_.line_number() + 1,
                   velocity.size(), structure_.size());
      }
      // Blank lines alone are the end of the file, or of the velocities there are not.
      if (trim(line).empty() && velocity.empty()) continue;
      velocity.push_back(vector(split(line), "a velocity"));
    }
    const bool all_zero =
        std::all_of(velocity.begin(), velocity.end(), [](const Vec3& v) { return v == Vec3::Zero(); });
    if (!all_zero) structure_.velocity = std::move(velocity);
  }

  LineReader& lines_;
  std::vector<std::string> names_;
  bool allow_labels_;
  Structure structure_;
  Vec3 scale_ = Vec3::Ones();
  std::vector<std::int32_t> types_;
  std::vector<std::int64_t> counts_;
};

}  // namespace

Structure read_poscar(const std::string& path, const std::vector<std::string>& species, bool allow_labels) {
  LineReader lines(path);
  return PoscarParser(lines, species, allow_labels).parse();
}

Structure parse_poscar(std::string_view text, const std::string& name, const std::vector<std::string>& species,
                       bool allow_labels) {
  LineReader lines(text, name);
  return PoscarParser(lines, species, allow_labels).parse();
}

void write_poscar(const std::string& path, const Structure& s) {
  std::vector<std::vector<std::size_t>> atoms(s.species.size());
  for (std::size_t i = 0; i < s.size(); ++i) atoms[static_cast<std::size_t>(s.type[i])].push_back(i);
  bool selective = false;
  for (const Bits bits : s.fixed) selective |= (bits & 7u) != 0;

  TextWriter out(path);
  const auto comment = s.info.find("comment");
  std::string title = comment == s.info.end() ? s.formula() : comment->second;
  std::replace(title.begin(), title.end(), '\n', ' ');
  out.write("{}\n1.0\n", title);
  for (int k = 0; k < 3; ++k) out.write("{} {} {}\n", s.cell(k, 0), s.cell(k, 1), s.cell(k, 2));
  for (std::size_t t = 0; t < atoms.size(); ++t)
    if (!atoms[t].empty()) out.write(" {}", s.species[t].symbol);
  out.write("\n");
  for (const auto& group : atoms)
    if (!group.empty()) out.write(" {}", group.size());
  out.write("\n{}Direct\n", selective ? "Selective dynamics\n" : "");
  const Mat3 to_fractional = to_fractional_matrix(s.cell);
  for (const auto& group : atoms)
    for (const std::size_t i : group) {
      const Vec3 f = to_fractional * s.position[i];
      out.write("{} {} {}", f[0], f[1], f[2]);
      if (selective) {
        Bits vectors = 0;
        if (!free_vectors(s.cell, 7u & ~static_cast<unsigned>(s.fixed[i]), vectors))
          fail("cannot write {}: atom {} is held along x, y or z in a way POSCAR cannot state in this cell", path,
               i + 1);
        for (unsigned k = 0; k < 3; ++k) out.write(" {}", (vectors >> k & 1u) != 0 ? 'T' : 'F');
      }
      out.write("\n");
    }
  if (!s.velocity.empty()) {
    out.write("Cartesian\n");
    for (const auto& group : atoms)
      for (const std::size_t i : group) out.write("{} {} {}\n", s.velocity[i][0], s.velocity[i][1], s.velocity[i][2]);
  }
  out.close();
}

}  // namespace spinel
