#include "crystal/formats/poscar.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "crystal/elements.hpp"
#include "crystal/formats/labels.hpp"
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

/// Is it the line that begins a configuration of XDATCAR: 'Direct configuration=     1'?
bool begins_configuration(std::string_view line) { return lower_case(line).find("configuration") != std::string::npos; }

class PoscarParser {
 public:
  PoscarParser(LineReader& lines, const ReadOptions& options) : lines_(&lines), options_(options) {}

  /// Up to the counts, after the first line.
  void parse_head(std::string_view first) {
    const auto comment = trim(first);
    title_ = comment;
    if (!comment.empty()) structure_.info["comment"] = comment;
    parse_cell();
    parse_species();
  }
  /// The rest, from where another reader is; `mode`: the line that it has read already.
  Structure parse_rest(LineReader& lines, bool of_trajectory, const std::string& mode = "") {
    lines_ = &lines;
    if (!mode.empty()) line_ = mode;
    std::string_view line = has_line_ || !mode.empty() ? line_ : lines_->need("'Direct' or 'Cartesian'");
    const bool is_frame = begins_configuration(line);
    if (is_frame && !of_trajectory) lines_->fail("a trajectory of VASP: its name has to begin with XDATCAR");
    const bool selective = first_letter(line) == 's';
    if (selective) line = lines_->need("'Direct' or 'Cartesian'");
    const bool direct = parse_mode(line);
    for (std::size_t s = 0; s < counts_.size(); ++s)
      for (std::int64_t i = 0; i < counts_[s]; ++i) parse_atom(s, direct, selective);
    if (names_.empty()) take_symbols_elsewhere();
    if (!is_frame) parse_velocities();
    regularize_cell(structure_, lines_->name());
    return std::move(structure_);
  }
  std::int64_t n_atoms() const {
    std::int64_t n = 0;
    for (const std::int64_t count : counts_) n += count;
    return n;
  }

 private:
  double number(std::string_view token) {
    double x = 0.0;
    if (!parse_number(token, x)) lines_->fail("'{}' is not a finite number", token.substr(0, 64));
    return x;
  }
  Vec3 vector(const std::vector<std::string_view>& tokens, const char* what) {
    if (tokens.size() < 3) lines_->fail("{} needs three numbers", what);
    return {number(tokens[0]), number(tokens[1]), number(tokens[2])};
  }

  void parse_cell() {
    const auto tokens = tokens_of(lines_->need("the scale factor"));
    if (tokens.empty()) lines_->fail("the scale factor is missing");
    double ignored = 0.0;
    const bool three = tokens.size() >= 3 && parse_number(tokens[1], ignored) && parse_number(tokens[2], ignored);
    scale_ = three ? vector(tokens, "the scale factor") : Vec3::Constant(number(tokens[0]));
    if (scale_[0] == 0.0 || (three && scale_.minCoeff() <= 0.0))
      lines_->fail("the scale factor must not be zero, nor negative where there are three");
    for (int k = 0; k < 3; ++k)
      structure_.cell.row(k) = vector(split(lines_->need("a lattice vector")), "a lattice vector").transpose();
    if (scale_[0] < 0.0) {
      const double volume = std::abs(structure_.volume());
      if (!(volume > 0.0)) lines_->fail("the lattice vectors lie in a plane");
      scale_ = Vec3::Constant(std::cbrt(-scale_[0] / volume));
    }
    structure_.cell = structure_.cell * scale_.asDiagonal();
  }

  /// Lines of symbols, of which VASP 4 has none, then lines of counts, one for each; where there are too few counts on
  /// the first line, more follow.
  void parse_species() {
    std::vector<std::string> symbols;
    auto tokens = tokens_of(lines_->need("the line of species"));
    if (tokens.empty()) lines_->fail("the line of species is empty");
    std::int64_t count = 0;
    while (!parse_number(tokens[0], count)) {
      // Further lines of symbols look like it.
      if (!symbols.empty() && !(tokens[0][0] >= 'A' && tokens[0][0] <= 'Z'))
        lines_->fail("'{}' is not a number of atoms", tokens[0].substr(0, 64));
      for (const std::string_view token : tokens) {
        symbols.emplace_back(token);
        types_.push_back(type_of(token));
      }
      tokens = tokens_of(lines_->need("the line of counts"));
      if (tokens.empty()) lines_->fail("the line of counts is empty");
    }
    const bool has_symbols = !symbols.empty();
    counts_line_ = lines_->line_number();
    while (true) {
      for (const std::string_view token : tokens) {
        if (!parse_number(token, count) || count < 0)
          lines_->fail("'{}' is not a number of atoms", token.substr(0, 64));
        counts_.push_back(count);
      }
      if (has_symbols && counts_.size() >= symbols.size()) break;
      line_ = lines_->need("'Direct' or 'Cartesian'");
      tokens = tokens_of(line_);
      has_line_ = tokens.empty() || !parse_number(tokens[0], count);
      if (has_line_) break;
    }
    if (has_symbols && !options_.species.empty() && options_.species != symbols)
      warn(structure_.warnings, "the file has symbols of its own: species is not used");
    names_ = has_symbols ? symbols : options_.species;
    if (!names_.empty() && names_.size() != counts_.size()) {
      if (has_symbols)
        fail_input("{}:{}: {} species but {} counts", lines_->name(), counts_line_, names_.size(), counts_.size());
      fail_input("{}:{}: {} counts but {} species are given", lines_->name(), counts_line_, counts_.size(),
                 names_.size());
    }
    if (!has_symbols)
      for (const std::string& name : names_) types_.push_back(type_of(name));
  }

  std::int32_t type_of(std::string_view name) {
    try {
      return add_species(structure_, species_of_kind(name, options_, structure_.warnings));
    } catch (const InputError& error) {
      lines_->fail("{}", error.what());
    }
  }

  /// VASP 4: symbols behind the atoms, or in the title.
  void take_symbols_elsewhere() {
    const bool behind = std::none_of(behind_.begin(), behind_.end(), [](const auto& text) { return text.empty(); });
    std::vector<std::string> title;
    for (const std::string_view token : split(title_)) title.emplace_back(token);
    const bool in_title =
        title.size() == counts_.size() &&
        std::all_of(title.begin(), title.end(), [](const auto& name) { return atomic_number(name) > 0; });
    if (!behind && !in_title)
      fail_input(
          "{}:{}: a VASP 4 file without element symbols: add the line of symbols above the counts, or give species = "
          "'Mg', 'O'",
          lines_->name(), counts_line_);
    if (behind)
      for (const std::string& name : behind_) structure_.type.push_back(type_of(name));
    else
      for (std::size_t s = 0; s < counts_.size(); ++s)
        structure_.type.insert(structure_.type.end(), static_cast<std::size_t>(counts_[s]), type_of(title[s]));
    if (behind && in_title) {
      std::size_t atom = 0;
      for (std::size_t s = 0; s < counts_.size(); ++s)
        for (std::int64_t i = 0; i < counts_[s]; ++i, ++atom)
          if (structure_.species[static_cast<std::size_t>(structure_.type[atom])].atomic_number !=
              atomic_number(title[s]))
            lines_->fail("atom {} is '{}' behind its coordinates, but '{}' in the title", atom + 1, behind_[atom],
                         title[s]);
    }
    warn(structure_.warnings, behind ? "the elements are those behind the coordinates (VASP 4)"
                                     : "the elements are those of the title (VASP 4)");
  }

  bool parse_mode(std::string_view line) {
    const char letter = first_letter(line);
    if (letter != 'd' && letter != 'c' && letter != 'k' && letter != 'f')
      lines_->fail("expected 'Direct' or 'Cartesian', found '{}'", trim(line).substr(0, 64));
    return letter == 'd' || letter == 'f';
  }

  void parse_atom(std::size_t group, bool direct, bool selective) {
    const auto tokens = split(lines_->need("an atom"));
    const Vec3 r = vector(tokens, "an atom");
    if (names_.empty()) {
      const std::size_t at = selective ? 6 : 3;
      std::string_view symbol = tokens.size() > at ? tokens[at] : std::string_view();
      if (!symbol.empty() && symbol[0] == '!')
        symbol = symbol.size() > 1 || tokens.size() == at + 1 ? symbol.substr(1) : tokens[at + 1];
      behind_.emplace_back(symbol);
    } else {
      structure_.type.push_back(types_[group]);
    }
    structure_.position.push_back(direct ? to_cartesian(structure_.cell, r) : Vec3(r.cwiseProduct(scale_)));
    if (!selective) return;
    if (tokens.size() < 6) lines_->fail("Selective dynamics needs three of T and F after the coordinates");
    unsigned free = 0;
    for (unsigned k = 0; k < 3; ++k) {
      // Fortran logicals: T, .T., .TRUE., true …
      const char letter = lower_case(tokens[3 + k].substr(tokens[3 + k][0] == '.' ? 1 : 0, 1))[0];
      if (letter != 't' && letter != 'f') lines_->fail("'{}' is neither T nor F", tokens[3 + k].substr(0, 64));
      if (letter == 't') free |= 1u << k;
    }
    Bits components = 0;
    if (!free_components(structure_.cell, free, components)) {
      if (!options_.constraints) {
        warn(structure_.warnings, "Selective dynamics along lattice vectors that are not along x, y or z is left out");
        structure_.fixed.push_back(0);
        return;
      }
      lines_->fail("Selective dynamics fixes a direction along a lattice vector that is not along x, y or z");
    }
    structure_.fixed.push_back(static_cast<Bits>(7u & ~components));
  }

  /// After the atoms: a blank line or 'Cartesian', then velocities; or a block of lattice velocities before them.
  void parse_velocities() {
    std::string_view line;
    if (!lines_->next(line)) return;
    if (first_letter(line) == 'l') {
      for (int i = 0; i < 7; ++i) lines_->need("the block of lattice velocities");
      if (!lines_->next(line)) return;
    }
    const char letter = first_letter(line);
    if (letter == 'd') lines_->fail("velocities in Direct coordinates are not read; give Cartesian ones (Å/fs)");
    if (letter != '\0' && letter != 'c' && letter != 'k')
      lines_->fail("expected a blank line, 'Cartesian' or the end of the file after the atoms, found '{}'",
                   trim(line).substr(0, 64));
    std::vector<Vec3> velocity;
    while (velocity.size() < structure_.size()) {
      if (!lines_->next(line)) {
        if (velocity.empty()) return;
        fail_input("{}:{}: the file ends after {} of {} velocities", lines_->name(), lines_->line_number() + 1,
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

  LineReader* lines_;
  const ReadOptions& options_;
  std::vector<std::string> names_;   // of the line of symbols, or given; empty: elsewhere
  std::vector<std::string> behind_;  // [atom] what stands behind its coordinates, where there are no names
  std::string title_, line_;         // line_: the first behind the head, where has_line_
  bool has_line_ = false;
  std::int64_t counts_line_ = 0;
  Structure structure_;
  Vec3 scale_ = Vec3::Ones();
  std::vector<std::int32_t> types_;
  std::vector<std::int64_t> counts_;
};

}  // namespace

namespace {

std::int64_t atoms_of_head(const std::string& text, const std::string& name) {
  LineReader lines(text, name);
  ReadOptions any;
  any.allow_labels = true;
  PoscarParser parser(lines, any);
  parser.parse_head(lines.need("the comment line"));
  return parser.n_atoms();
}

}  // namespace

Structure read_poscar(const std::string& /*header*/, LineReader& lines, const ReadOptions& options) {
  PoscarParser parser(lines, options);
  parser.parse_head(lines.need("the comment line"));
  return parser.parse_rest(lines, false);
}

StructureIndex index_xdatcar(LineReader& lines) {
  StructureIndex index;
  std::string_view line;
  std::vector<std::pair<std::string, TextPiece>> head;  // lines since the last configuration
  std::int64_t n_atoms = 0;
  for (TextPiece at; at.offset = lines.offset(), at.lines_before = lines.line_number(), lines.next(line);) {
    if (!begins_configuration(line)) {
      constexpr std::size_t longest_head = 10000;
      if (head.size() >= longest_head) lines.fail("expected 'Direct configuration=', found '{}'", line.substr(0, 64));
      head.emplace_back(line, at);
      continue;
    }
    // A head that comes again, as where the cell changes, belongs to the configuration; the first is that of all.
    if (index.pieces.empty()) {
      for (const auto& [text, place] : head) index.header += text + '\n';
      n_atoms = atoms_of_head(index.header, lines.name());
    } else if (head.size() > 4) {
      at = head.front().second;
    }
    head.clear();
    for (std::int64_t i = 0; i < n_atoms && lines.next(line); ++i) {
    }
    at.size = lines.offset() - at.offset;
    index.pieces.push_back(at);
  }
  if (index.pieces.empty()) fail_input("{}: there is no 'Direct configuration='", lines.name());
  return index;
}

Structure read_xdatcar(const std::string& header, LineReader& lines, const ReadOptions& options) {
  const std::string first(lines.need("a configuration"));
  LineReader head(header, lines.name());
  if (begins_configuration(first)) {
    PoscarParser parser(head, options);
    parser.parse_head(head.need("the comment line"));
    return parser.parse_rest(lines, true, first);
  }
  PoscarParser parser(lines, options);
  parser.parse_head(first);
  return parser.parse_rest(lines, true);
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
