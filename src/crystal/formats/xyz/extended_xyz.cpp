#include "crystal/formats/xyz/extended_xyz.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "core/units.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/formats/xyz/key_values.hpp"
#include "crystal/formats/xyz/xyz_comment.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

using namespace xyz;

/// Reads the atom lines of one frame.
class FrameParser {
 public:
  FrameParser(LineReader& lines, Structure& structure, const ReadOptions& options)
      : lines_(lines), structure_(structure), options_(options) {}

  void parse(std::int64_t count, const Layout& layout) {
    // An absurd count must not take memory before the file has shown that many atoms.
    const auto ahead = static_cast<std::size_t>(std::min<std::int64_t>(count, 1 << 16));
    structure_.position.reserve(ahead);
    structure_.type.reserve(ahead);
    std::string_view line;
    for (std::int64_t i = 0; i < count; ++i) {
      if (!lines_.next(line))
        fail_input("{}:{}: the file ends after {} of {} atoms", lines_.name(), lines_.line_number() + 1, i, count);
      rest_ = line;
      for (const Column& column : layout.columns) parse_column(column);
      if (layout.exact && !next_token(rest_).empty())
        lines_.fail("more columns than Properties names: '{}'", trim(line));
      finish_atom();
    }
    if (!momentum_.empty() && structure_.velocity.empty()) velocities_from_momenta();
    if (!id_.empty()) sort_by_id();
    check_numbers();
  }

 private:
  std::string_view token() {
    const std::string_view t = next_token(rest_);
    if (t.empty()) lines_.fail("the line ends before all columns are there");
    return t;
  }
  double real() {
    const std::string_view t = token();
    double x = 0.0;
    if (!parse_number(t, x)) lines_.fail("'{}' is not a finite number", t.substr(0, 64));
    return x;
  }
  std::int64_t integer() {
    const std::string_view t = token();
    std::int64_t n = 0;
    if (!parse_number(t, n)) lines_.fail("'{}' is not an integer", t.substr(0, 64));
    return n;
  }
  Vec3 vector() {
    const double x = real(), y = real(), z = real();
    return {x, y, z};
  }

  void parse_column(const Column& column) {
    switch (column.role) {
      case Role::species:
        label_ = token();
        break;
      case Role::number:
        number_ = integer();
        break;
      case Role::position:
        structure_.position.push_back(vector());
        break;
      case Role::velocity:
        structure_.velocity.push_back(vector());
        break;
      case Role::momentum:
        momentum_.push_back(vector());
        break;
      case Role::force:
        structure_.force.push_back(vector());
        break;
      case Role::mass:
        mass_ = real();
        break;
      case Role::magnetic_moment:
        structure_.magnetic_moment.push_back(column.width == 3 ? vector() : Vec3(0.0, 0.0, real()));
        break;
      case Role::charge:
        structure_.charge.push_back(real());
        break;
      case Role::id:
        id_.push_back(integer());
        break;
      case Role::move_mask:
        structure_.fixed.push_back(fixed_bits(column.width));
        break;
      case Role::skip:
        for (std::int64_t c = 0; c < column.width; ++c) token();
    }
    if (column.role == Role::mass && !(mass_ > 0.0)) lines_.fail("the mass {} is not positive", mass_);
  }

  std::uint8_t fixed_bits(std::int64_t width) {
    unsigned bits = 0;
    for (std::int64_t c = 0; c < width; ++c) {
      const std::string_view t = token();
      bool moves = true;
      if (!parse_logical(t, moves)) lines_.fail("'{}' in move_mask is neither T nor F", t.substr(0, 64));
      if (!moves) bits |= width == 1 ? 7u : 1u << c;
    }
    return static_cast<std::uint8_t>(bits);
  }

  void finish_atom() {
    const bool same =
        !structure_.type.empty() && label_ == last_label_ && number_ == last_number_ && mass_ == last_mass_;
    structure_.type.push_back(same ? structure_.type.back() : find_species());
    if (same) return;
    last_label_ = label_;
    last_number_ = number_;
    last_mass_ = mass_;
  }

  std::int32_t find_species() {
    std::int64_t number = number_;
    // In a plain XYZ file an atomic number may stand for the symbol.
    const bool is_number = !label_.empty() && !options_.allow_labels && parse_number(label_, number) &&
                           options_.type_map.count(std::string(label_)) == 0;
    const bool from_number = label_.empty() || is_number;
    if (from_number && (number < 1 || number > 118)) lines_.fail("no element has the atomic number {}", number);
    if (is_number) numbers_.insert(number);
    try {
      Species species = from_number ? species_from_number(static_cast<int>(number), options_.allow_labels)
                                    : species_of_kind(label_, options_, structure_.warnings);
      if (mass_ > 0.0) species.mass = mass_;
      return add_species(structure_, species);
    } catch (const InputError& error) {
      lines_.fail("{}", error.what());
    }
  }

  /// LAMMPS writes its types, 1, 2, …, where the symbol should be.
  void check_numbers() const {
    if (numbers_.empty() || *numbers_.rbegin() != static_cast<std::int64_t>(numbers_.size())) return;
    lines_.fail(
        "'1'{} in place of symbols may be types of LAMMPS as well as {}; type_map = '1: …' says what they are",
        numbers_.size() > 1 ? fmt::format(" … '{}'", numbers_.size()) : "",
        numbers_.size() > 1 ? fmt::format("H … {}", element_symbol(static_cast<int>(numbers_.size()))) : "hydrogen");
  }

  void velocities_from_momenta() {
    const auto units = structure_.info.find("units");
    const bool reduced = options_.allow_labels || (units != structure_.info.end() && units->second == "lj");
    const double per_time = reduced ? 1.0 : 1.0 / std::sqrt(constants::ev_per_amu_a2_fs2);
    structure_.velocity.reserve(momentum_.size());
    for (std::size_t i = 0; i < momentum_.size(); ++i) {
      const double mass = structure_.species[static_cast<std::size_t>(structure_.type[i])].mass;
      structure_.velocity.emplace_back(momentum_[i] * (per_time / mass));
    }
  }

  void sort_by_id() {
    const std::size_t n = id_.size();
    const std::int64_t first = *std::min_element(id_.begin(), id_.end());
    std::vector<std::size_t> atom(n, n);  // [place] atom that goes there
    if (first != 0 && first != 1) return;
    for (std::size_t i = 0; i < n; ++i) {
      const auto place = static_cast<std::uint64_t>(id_[i] - first);
      if (place >= n || atom[place] != n) return;
      atom[place] = i;
    }
    const auto reorder = [&](auto& values) {
      if (values.empty()) return;
      auto old = values;
      for (std::size_t i = 0; i < n; ++i) values[i] = old[atom[i]];
    };
    reorder(structure_.type);
    reorder(structure_.position);
    reorder(structure_.velocity);
    reorder(structure_.fixed);
    reorder(structure_.force);
    reorder(structure_.magnetic_moment);
    reorder(structure_.charge);
  }

  LineReader& lines_;
  Structure& structure_;
  const ReadOptions& options_;
  std::string_view rest_;
  std::string_view label_;
  std::string last_label_;
  std::int64_t number_ = 0, last_number_ = 0;
  double mass_ = 0.0, last_mass_ = 0.0;
  std::vector<Vec3> momentum_;
  std::vector<std::int64_t> id_;
  std::set<std::int64_t> numbers_;  // given in place of symbols
};

/// The number of atoms of the next frame, and where it begins; −1 at the end of the file.
std::int64_t next_count(LineReader& lines, TextPiece& at) {
  std::string_view line;
  do {
    at = {lines.offset(), 0, lines.line_number()};
    if (!lines.next(line)) return -1;
  } while (trim(line).empty());
  std::int64_t count = 0;
  if (!parse_number(trim(line), count)) lines.fail("expected the number of atoms, found '{}'", line.substr(0, 64));
  if (count < 0) lines.fail("the number of atoms is {}", count);
  return count;
}

/// False at the end of the file.
bool read_frame(LineReader& lines, const ReadOptions& options, Structure& structure) {
  TextPiece ignored;
  const std::int64_t count = next_count(lines, ignored);
  if (count < 0) return false;
  structure = Structure();
  const std::string_view comment = lines.need("the comment line");
  const std::int64_t comment_line = lines.line_number();
  if (count == 0) lines.fail("the frame has no atoms");
  const Layout layout = parse_comment(lines, comment, options, structure);
  FrameParser(lines, structure, options).parse(count, layout);
  try {
    take_labels(structure, options);
  } catch (const InputError& error) {
    fail_input("{}:{}: {}", lines.name(), comment_line, error.what());
  }
  regularize_cell(structure, fmt::format("{}:{}", lines.name(), comment_line));
  return true;
}

}  // namespace

XyzReader::XyzReader(const std::string& path, ReadOptions options) : lines_(path), options_(std::move(options)) {}

XyzReader::XyzReader(std::string_view text, std::string name, ReadOptions options)
    : lines_(text, std::move(name)), options_(std::move(options)) {}

bool XyzReader::next(Structure& structure) { return read_frame(lines_, options_, structure); }

StructureIndex index_xyz(LineReader& lines) {
  StructureIndex index;
  std::string_view text;
  while (true) {
    TextPiece frame;
    const std::int64_t count = next_count(lines, frame);
    if (count < 0) return index;
    lines.need("the comment line");
    for (std::int64_t i = 0; i < count; ++i)
      if (!lines.next(text))
        fail_input("{}:{}: the file ends after {} of {} atoms", lines.name(), lines.line_number() + 1, i, count);
    frame.size = lines.offset() - frame.offset;
    index.pieces.push_back(frame);
  }
}

Structure read_xyz_frame(const std::string& /*header*/, LineReader& lines, const ReadOptions& options) {
  Structure structure;
  if (!read_frame(lines, options, structure)) lines.fail("the file ends where a frame should be");
  return structure;
}

namespace {

/// Takes what TextWriter takes, into memory.
struct TextBuffer {
  std::string text;
  template <class... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  }
};

/// `column`: null, or the values of a further one called `name`.
template <class Out>
void write_frame(Out& out, const Structure& s, const std::string& name, const std::vector<double>* column) {
  const auto units = s.info.find("units");
  const bool reduced = units != s.info.end() && units->second == "lj";
  bool masses = false;
  for (const Species& species : s.species) {
    const bool known = !reduced && species.atomic_number > 0;
    const bool isotope = species.symbol == "D" || species.symbol == "T";
    const double expected = !known    ? 1.0
                            : isotope ? species_from_symbol(species.symbol).mass
                                      : atomic_weight(species.atomic_number);
    masses |= species.mass != expected;
  }
  out.write("{}\nLattice=\"", s.size());
  for (int i = 0; i < 9; ++i) out.write("{}{}", i == 0 ? "" : " ", s.cell(i / 3, i % 3));
  const bool collinear = std::all_of(s.magnetic_moment.begin(), s.magnetic_moment.end(),
                                     [](const Vec3& m) { return m[0] == 0.0 && m[1] == 0.0; });
  out.write("\" Properties=species:S:1:pos:R:3{}{}{}{}{}{}{}", s.velocity.empty() ? "" : ":velo:R:3",
            s.force.empty() ? "" : ":forces:R:3", s.fixed.empty() ? "" : ":move_mask:L:3", masses ? ":masses:R:1" : "",
            s.magnetic_moment.empty() ? ""
            : collinear               ? ":magmoms:R:1"
                                      : ":magmoms:R:3",
            s.charge.empty() ? "" : ":charges:R:1", column != nullptr ? fmt::format(":{}:R:1", name) : "");
  for (const auto& [key, value] : s.info) out.write(" {}={}", quote_for_comment(key), quote_for_comment(value));
  out.write(" pbc=\"{} {} {}\"\n", s.periodic[0] ? 'T' : 'F', s.periodic[1] ? 'T' : 'F', s.periodic[2] ? 'T' : 'F');
  for (std::size_t i = 0; i < s.size(); ++i) {
    const Species& species = s.species[static_cast<std::size_t>(s.type[i])];
    out.write("{} {} {} {}", species.symbol, s.position[i][0], s.position[i][1], s.position[i][2]);
    if (!s.velocity.empty()) out.write(" {} {} {}", s.velocity[i][0], s.velocity[i][1], s.velocity[i][2]);
    if (!s.force.empty()) out.write(" {} {} {}", s.force[i][0], s.force[i][1], s.force[i][2]);
    if (!s.fixed.empty())
      for (unsigned k = 0; k < 3; ++k) out.write(" {}", ((s.fixed[i] >> k) & 1u) != 0 ? 'F' : 'T');
    if (masses) out.write(" {}", species.mass);
    if (!s.magnetic_moment.empty()) {
      const Vec3& m = s.magnetic_moment[i];
      if (!collinear) out.write(" {} {}", m[0], m[1]);
      out.write(" {}", m[2]);
    }
    if (!s.charge.empty()) out.write(" {}", s.charge[i]);
    if (column != nullptr) out.write(" {}", (*column)[i]);
    out.write("\n");
  }
}

}  // namespace

void write_xyz_frame(TextWriter& out, const Structure& structure) { write_frame(out, structure, "", nullptr); }

std::string xyz_frame_text(const Structure& structure) {
  TextBuffer out;
  write_frame(out, structure, "", nullptr);
  return std::move(out.text);
}

std::string xyz_frame_with(const Structure& structure, const std::string& name, const std::vector<double>& column) {
  TextBuffer out;
  write_frame(out, structure, name, &column);
  return std::move(out.text);
}

void write_xyz(const std::string& path, const Structure& structure) {
  TextWriter out(path);
  write_xyz_frame(out, structure);
  out.close();
}

void write_xyz(const std::string& path, const std::vector<Structure>& frames) {
  TextWriter out(path);
  for (const Structure& structure : frames) write_xyz_frame(out, structure);
  out.close();
}

}  // namespace spinel
