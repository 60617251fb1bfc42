#include "crystal/formats/lammps.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

constexpr double per_ps = 1e-3;  // Å/ps in Å/fs

double number(LineReader& lines, std::string_view word) {
  double value = 0.0;
  if (!parse_number(word, value)) lines.fail("'{}' is not a finite number", word.substr(0, 64));
  return value;
}
std::int64_t integer(LineReader& lines, std::string_view word) {
  std::int64_t value = 0;
  if (!parse_number(word, value)) lines.fail("'{}' is not an integer", word.substr(0, 64));
  return value;
}

/// The element of this mass (amu); 0 where none, or several, have it.
int element_of_mass(double mass) {
  int found = 0;
  for (int z = 1; z <= 118; ++z)
    if (std::abs(atomic_weight(z) - mass) < 0.02 + 1e-4 * mass) {
      if (found != 0) return 0;
      found = z;
    }
  return found;
}

/// The species of a LAMMPS type: by the map, by a name that stands somewhere, else by its mass.
Species species_of_type(std::string_view type, std::string_view name, double mass, const ReadOptions& options,
                        LineReader& lines, std::vector<std::string>& warnings) {
  try {
    if (const auto mapped = options.type_map.find(std::string(type)); mapped != options.type_map.end())
      return species_from_symbol(mapped->second, options.allow_labels);
    if (options.allow_labels) return species_from_symbol(type, true);
    if (!name.empty()) return species_of_kind(name, options, warnings);
    if (const int z = element_of_mass(mass); z > 0) {
      warn(warnings, "the elements of LAMMPS types are those of their masses");
      return species_from_number(z);
    }
  } catch (const InputError& error) {
    lines.fail("{}", error.what());
  }
  lines.fail("type {} is no element: type_map = '{}: …' says which it is", type, type);
}

/// Atoms in the order of their ids.
struct Rows {
  std::vector<std::int64_t> id;
  std::vector<std::size_t> order() const {
    std::vector<std::size_t> order(id.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return id[a] < id[b]; });
    return order;
  }
};

template <class T>
void reorder(std::vector<T>& values, const std::vector<std::size_t>& order) {
  if (values.empty()) return;
  std::vector<T> old = values;
  for (std::size_t i = 0; i < order.size(); ++i) values[i] = old[order[i]];
}

void sort(Structure& s, const std::vector<std::int64_t>& id) {
  if (id.size() != s.size()) return;
  const auto order = Rows{id}.order();
  reorder(s.type, order);
  reorder(s.position, order);
  reorder(s.velocity, order);
  reorder(s.force, order);
  reorder(s.charge, order);
}

/// The cell from its bounds and tilts, and where it begins.
void set_cell(Structure& s, Vec3& origin, const double low[3], const double high[3], double xy, double xz, double yz) {
  s.cell << high[0] - low[0], 0, 0, xy, high[1] - low[1], 0, xz, yz, high[2] - low[2];
  origin = {low[0], low[1], low[2]};
}

class DumpParser {
 public:
  DumpParser(LineReader& lines, const ReadOptions& options) : lines_(lines), options_(options) {}

  Structure parse() {
    while (true) {
      const std::string line(lines_.need("ITEM: ATOMS"));
      if (line.rfind("ITEM: TIMESTEP", 0) == 0)
        s_.info["timestep"] = trim(lines_.need("the time step"));
      else if (line.rfind("ITEM: NUMBER OF ATOMS", 0) == 0)
        n_ = integer(lines_, trim(lines_.need("the number of atoms")));
      else if (line.rfind("ITEM: BOX BOUNDS", 0) == 0)
        parse_box(line);
      else if (line.rfind("ITEM: ATOMS", 0) == 0)
        return parse_atoms(line);
      else if (line.rfind("ITEM:", 0) == 0)  // UNITS, TIME
        lines_.need("a value");
    }
  }

 private:
  void parse_box(const std::string& line) {
    const auto words = split(line);
    if (std::find(words.begin(), words.end(), "abc") != words.end()) {
      // General triclinic: three vectors and the origin.
      for (int k = 0; k < 3; ++k) {
        const auto row = split(lines_.need("a lattice vector"));
        if (row.size() < 4) lines_.fail("four numbers are needed");
        s_.cell.row(k) = Vec3(number(lines_, row[0]), number(lines_, row[1]), number(lines_, row[2])).transpose();
        origin_[k] = number(lines_, row[3]);
      }
    } else {
      const bool tilted = std::find(words.begin(), words.end(), "xy") != words.end();
      double low[3], high[3], tilt[3] = {};
      for (int k = 0; k < 3; ++k) {
        const auto row = split(lines_.need("bounds of the box"));
        if (row.size() < (tilted ? 3u : 2u)) lines_.fail("{} numbers are needed", tilted ? 3 : 2);
        low[k] = number(lines_, row[0]);
        high[k] = number(lines_, row[1]);
        if (tilted) tilt[k] = number(lines_, row[2]);
      }
      const double xy = tilt[0], xz = tilt[1], yz = tilt[2];
      // Bounds are those of a box that holds the tilted one.
      low[0] -= std::min({0.0, xy, xz, xy + xz});
      high[0] -= std::max({0.0, xy, xz, xy + xz});
      low[1] -= std::min(0.0, yz);
      high[1] -= std::max(0.0, yz);
      set_cell(s_, origin_, low, high, xy, xz, yz);
    }
    for (std::size_t k = 0; k < 3; ++k)
      if (words.size() >= 3) s_.periodic[k] = words[words.size() - 3 + k].substr(0, 1) == "p";
  }

  Structure parse_atoms(const std::string& line) {
    std::map<std::string, std::size_t, std::less<>> column;
    const auto titles = split(std::string_view(line).substr(11));
    for (std::size_t k = 0; k < titles.size(); ++k) column.emplace(titles[k], k);
    const auto has = [&](std::string_view name) { return column.find(name) != column.end(); };
    const auto three = [&](std::initializer_list<const char*> sets) -> std::string {
      for (const char* end : sets)
        if (has(std::string("x") + end) && has(std::string("y") + end) && has(std::string("z") + end)) return end;
      return "-";
    };
    const std::string position = three({"", "u", "s", "su"});
    if (position == "-") lines_.fail("there are no columns x y z, xu yu zu or xs ys zs");
    if (!has("type") && !has("element")) lines_.fail("there is no column type or element");
    const bool scaled = position[0] == 's', velocities = has("vx") && has("vy") && has("vz"),
               forces = has("fx") && has("fy") && has("fz");
    if (n_ <= 0) lines_.fail("the snapshot has no atoms");
    std::vector<std::int64_t> id;
    for (std::int64_t i = 0; i < n_; ++i) {
      const auto words = split(lines_.need("an atom"));
      if (words.size() < titles.size()) lines_.fail("{} columns, where {} are named", words.size(), titles.size());
      const auto at = [&](std::string_view name) { return words[column.find(name)->second]; };
      const auto vector = [&](const std::string& before, const std::string& behind) {
        return Vec3(number(lines_, at(before + "x" + behind)), number(lines_, at(before + "y" + behind)),
                    number(lines_, at(before + "z" + behind)));
      };
      const Vec3 r = vector("", position);
      s_.position.push_back(scaled ? to_cartesian(s_.cell, r) : Vec3(r - origin_));
      s_.type.push_back(type_at(has("type") ? at("type") : std::string_view(),
                                has("element") ? at("element") : std::string_view(),
                                has("mass") ? number(lines_, at("mass")) : 0.0));
      const double time = options_.allow_labels ? 1.0 : per_ps;
      if (velocities) s_.velocity.emplace_back(vector("v", "") * time);
      if (forces) s_.force.push_back(vector("f", ""));
      if (has("q")) s_.charge.push_back(number(lines_, at("q")));
      if (has("id")) id.push_back(integer(lines_, at("id")));
    }
    sort(s_, id);
    regularize_cell(s_, lines_.name());
    return std::move(s_);
  }

  std::int32_t type_at(std::string_view type, std::string_view element, double mass) {
    const std::string key = std::string(type) + ' ' + std::string(element);
    const auto known = types_.find(key);
    if (known != types_.end()) return known->second;
    const std::int32_t index =
        add_species(s_, species_of_type(type.empty() ? element : type, element, mass, options_, lines_, s_.warnings));
    types_[key] = index;
    return index;
  }

  LineReader& lines_;
  const ReadOptions& options_;
  Structure s_;
  Vec3 origin_ = Vec3::Zero();
  std::int64_t n_ = 0;
  std::map<std::string, std::int32_t> types_;
};

class DataParser {
 public:
  DataParser(LineReader& lines, const ReadOptions& options) : lines_(lines), options_(options) {}

  Structure parse() {
    std::string_view line;
    if (!lines_.next(line)) fail_input("{}: the file is empty", lines_.name());
    double low[3] = {0, 0, 0}, high[3] = {0, 0, 0}, tilt[3] = {0, 0, 0};
    while (next_line(line)) {
      const auto words = split(line.substr(0, line.find('#')));
      if (words.size() >= 2 && words.back() == "atoms") {
        n_ = integer(lines_, words[0]);
      } else if (words.size() >= 4 && words[2].size() == 3 && words[2].substr(1) == "lo") {
        const int k = words[2][0] - 'x';
        if (k < 0 || k > 2) lines_.fail("expected xlo xhi, ylo yhi or zlo zhi");
        low[k] = number(lines_, words[0]);
        high[k] = number(lines_, words[1]);
      } else if (words.size() >= 6 && words[3] == "xy") {
        for (std::size_t k = 0; k < 3; ++k) tilt[k] = number(lines_, words[k]);
      } else if (words[0] == "Masses") {
        each_row([&](const auto& row, std::string_view comment) {
          if (row.size() < 2) lines_.fail("a type and its mass are needed");
          mass_[std::string(row[0])] = {number(lines_, row[1]), std::string(comment)};
        });
      } else if (words[0] == "Atoms") {
        const std::size_t hash = line.find('#');
        style_ = hash == std::string_view::npos ? "" : std::string(trim(line.substr(hash + 1)));
        set_cell(s_, origin_, low, high, tilt[0], tilt[1], tilt[2]);
        parse_atoms();
      } else if (words[0] == "Velocities") {
        parse_velocities();
      } else if (is_section(words[0])) {
        each_row([](const auto&, std::string_view) {});
      }
    }
    if (s_.size() == 0) fail_input("{}: there is no section Atoms", lines_.name());
    if (n_ >= 0 && n_ != static_cast<std::int64_t>(s_.size()))
      fail_input("{}: {} atoms, where the header has {}", lines_.name(), s_.size(), n_);
    if (!velocity_.empty()) {
      for (const std::int64_t one : id_) {
        const auto found = velocity_.find(one);
        if (found == velocity_.end()) fail_input("{}: atom {} has no velocity", lines_.name(), one);
        s_.velocity.push_back(found->second);
      }
    }
    sort(s_, id_);
    regularize_cell(s_, lines_.name());
    return std::move(s_);
  }

 private:
  static bool is_section(std::string_view word) { return word[0] >= 'A' && word[0] <= 'Z'; }

  /// The next line with something before its comment, one that was read ahead first.
  bool next_line(std::string_view& line) {
    if (has_ahead_) {
      has_ahead_ = false;
      line = ahead_;
      return true;
    }
    while (lines_.next(line))
      if (!trim(line.substr(0, line.find('#'))).empty()) return true;
    return false;
  }

  template <class Take>
  void each_row(Take&& take) {
    std::string_view line;
    while (next_line(line)) {
      const std::size_t hash = line.find('#');
      const auto words = split(line.substr(0, hash));
      if (is_section(words[0])) {
        ahead_ = line;
        has_ahead_ = true;
        return;
      }
      take(words, hash == std::string_view::npos ? std::string_view() : trim(line.substr(hash + 1)));
    }
  }

  void parse_atoms() {
    // Columns before x: id, then those of the style; image flags may follow.
    std::size_t type_at = 1, charge_at = 0, x_at = 0;
    bool is_known = false;
    const auto choose = [&](std::size_t columns) {
      std::string style = style_.substr(0, style_.find(' '));
      if (style.empty())
        style = columns == 5 || columns == 8    ? "atomic"
                : columns == 6 || columns == 9  ? "charge"
                : columns == 7 || columns == 10 ? "full"
                                                : "";
      if (style == "atomic")
        x_at = 2;
      else if (style == "charge")
        charge_at = 2, x_at = 3;
      else if (style == "molecular" || style == "bond" || style == "angle")
        type_at = 2, x_at = 3;
      else if (style == "full")
        type_at = 2, charge_at = 3, x_at = 4;
      else
        lines_.fail("atoms of style '{}' with {} columns: only atomic, charge, molecular and full are read", style_,
                    columns);
      is_known = true;
    };
    each_row([&](const auto& row, std::string_view) {
      if (!is_known) choose(row.size());
      if (row.size() < x_at + 3) lines_.fail("{} columns, where {} are needed", row.size(), x_at + 3);
      id_.push_back(integer(lines_, row[0]));
      const std::string type(row[type_at]);
      const auto known = types_.find(type);
      if (known == types_.end()) {
        const auto mass = mass_.find(type);
        types_[type] = add_species(
            s_, species_of_type(type, mass == mass_.end() ? "" : mass->second.second,
                                mass == mass_.end() ? 0.0 : mass->second.first, options_, lines_, s_.warnings));
      }
      s_.type.push_back(types_[type]);
      s_.position.emplace_back(
          Vec3(number(lines_, row[x_at]), number(lines_, row[x_at + 1]), number(lines_, row[x_at + 2])) - origin_);
      if (charge_at > 0) s_.charge.push_back(number(lines_, row[charge_at]));
    });
  }

  void parse_velocities() {
    const double time = options_.allow_labels ? 1.0 : per_ps;
    each_row([&](const auto& row, std::string_view) {
      if (row.size() < 4) lines_.fail("an id and three numbers are needed");
      velocity_[integer(lines_, row[0])] =
          Vec3(number(lines_, row[1]), number(lines_, row[2]), number(lines_, row[3])) * time;
    });
  }

  LineReader& lines_;
  const ReadOptions& options_;
  Structure s_;
  Vec3 origin_ = Vec3::Zero();
  std::int64_t n_ = -1;
  std::string style_, ahead_;
  bool has_ahead_ = false;
  std::map<std::string, std::pair<double, std::string>> mass_;  // type → mass, comment
  std::map<std::string, std::int32_t> types_;
  std::vector<std::int64_t> id_;
  std::map<std::int64_t, Vec3> velocity_;
};

}  // namespace

StructureIndex index_lammps_dump(LineReader& lines) {
  StructureIndex index;
  std::string_view line;
  for (TextPiece at; at.offset = lines.offset(), at.lines_before = lines.line_number(), lines.next(line);) {
    if (line.rfind("ITEM: TIMESTEP", 0) == 0) index.pieces.push_back(at);
    if (!index.pieces.empty()) index.pieces.back().size = lines.offset() - index.pieces.back().offset;
  }
  if (index.pieces.empty()) fail_input("{}: there is no 'ITEM: TIMESTEP'", lines.name());
  return index;
}

Structure read_lammps_dump(const std::string& /*header*/, LineReader& lines, const ReadOptions& options) {
  return DumpParser(lines, options).parse();
}

Structure read_lammps_data(const std::string& /*header*/, LineReader& lines, const ReadOptions& options) {
  return DataParser(lines, options).parse();
}

}  // namespace spinel
