#include "crystal/formats/xyz/xyz_comment.hpp"

#include <algorithm>
#include <string>

#include "crystal/formats/labels.hpp"
#include "crystal/formats/xyz/key_values.hpp"

namespace spinel::xyz {

namespace {

struct KnownName {
  const char* name;
  Role role;
};
constexpr KnownName known_names[] = {
    {"species", Role::species},     {"symbols", Role::species},    {"symbol", Role::species},
    {"element", Role::species},     {"z", Role::number},           {"numbers", Role::number},
    {"pos", Role::position},        {"positions", Role::position}, {"position", Role::position},
    {"velo", Role::velocity},       {"vel", Role::velocity},       {"velocity", Role::velocity},
    {"velocities", Role::velocity}, {"momenta", Role::momentum},   {"move_mask", Role::move_mask},
    {"mass", Role::mass},           {"masses", Role::mass},        {"id", Role::id}};

/// The number of columns a role must have; 0: 1 or 3.
std::int64_t width_of(Role role) {
  switch (role) {
    case Role::position:
    case Role::velocity:
    case Role::momentum:
    case Role::force:
      return 3;
    case Role::move_mask:
    case Role::magnetic_moment:
      return 0;
    default:
      return 1;
  }
}

/// What the names of columns stand for; of several columns for one label the most usual name counts.
class Roles {
 public:
  Roles(const std::vector<std::string_view>& names, const LabelKeys& keys) : best_(4, -1), rank_(4, 0) {
    for (std::size_t k = 0; k < names.size(); ++k) {
      int rank = 0;
      const auto label = static_cast<std::size_t>(atom_label(names[k], keys, rank));
      if (label == 0 || (best_[label] >= 0 && rank_[label] <= rank)) continue;
      best_[label] = static_cast<int>(k);
      rank_[label] = rank;
    }
  }
  Role of(std::size_t k, std::string_view name) const {
    constexpr Role roles[] = {Role::skip, Role::force, Role::magnetic_moment, Role::charge};
    for (std::size_t label = 1; label < 4; ++label)
      if (best_[label] == static_cast<int>(k)) return roles[label];
    const std::string lower = lower_case(name);
    for (const KnownName& known : known_names)
      if (lower == known.name) return known.role;
    return Role::skip;
  }

 private:
  std::vector<int> best_, rank_;  // [AtomLabel] number of the column, −1: none
};

std::vector<Column> parse_properties(const LineReader& lines, const std::string& text, const LabelKeys& keys,
                                     std::vector<std::string>& warnings) {
  std::vector<std::string_view> fields, names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    fields.emplace_back(text.data() + begin, end - begin);
    if (fields.size() % 3 == 1) names.push_back(fields.back());
    begin = end + 1;
  }
  if (fields.size() % 3 != 0) lines.fail("Properties must be name:type:columns, repeated: '{}'", text);
  const Roles roles(names, keys);
  std::vector<Column> columns;
  bool seen[static_cast<int>(Role::charge) + 1] = {};
  for (std::size_t f = 0; f < fields.size(); f += 3) {
    const std::string_view name = fields[f], type = fields[f + 1];
    std::int64_t width = 0;
    if (type != "S" && type != "R" && type != "I" && type != "L")
      lines.fail("property '{}' has the type '{}', which is none of S, R, I, L", name, type);
    if (!parse_number(fields[f + 2], width) || width < 1 || width > 100000)
      lines.fail("property '{}' has '{}' columns", name, fields[f + 2]);
    Role role = roles.of(f / 3, name);
    const std::int64_t wanted = width_of(role);
    if (role != Role::skip && width != wanted && !(wanted == 0 && (width == 1 || width == 3)))
      lines.fail("property '{}' has {} columns instead of {}", name, width,
                 wanted == 0 ? "1 or 3" : std::to_string(wanted));
    bool& taken = seen[static_cast<int>(role)];
    if (taken) role = Role::skip;  // of two columns for one thing the first counts
    taken = true;
    if (role == Role::skip && type == "R" && width == 3)
      warn(warnings, fmt::format("the column '{}' of vectors of the atoms is not used", name));
    if (role == Role::force && lower_case(name) != "forces" && lower_case(name) != "force" && name != keys.forces)
      warn(warnings, fmt::format("the forces are the column '{}'", name));
    columns.push_back({role, width});
  }
  if (!keys.forces.empty() && !seen[static_cast<int>(Role::force)])
    warn(warnings, fmt::format("there is no column '{}' of forces", keys.forces));
  if (!seen[static_cast<int>(Role::species)] && !seen[static_cast<int>(Role::number)])
    lines.fail("Properties names neither species nor Z: '{}'", text);
  if (!seen[static_cast<int>(Role::position)]) lines.fail("Properties names no pos: '{}'", text);
  return columns;
}

/// "T T F", [T, T, F], "1 1 0" …
std::array<bool, 3> parse_pbc(const LineReader& lines, std::string text) {
  for (char& c : text)
    if (c == ',' || c == '[' || c == ']') c = ' ';
  const auto tokens = split(text);
  std::array<bool, 3> periodic{};
  bool good = tokens.size() == 3;
  for (std::size_t k = 0; good && k < 3; ++k) good = parse_logical(tokens[k], periodic[k]);
  if (!good) lines.fail("pbc must be three of T and F: '{}'", text);
  return periodic;
}

Mat3 parse_lattice(const LineReader& lines, std::string text) {
  for (char& c : text)
    if (c == ',' || c == '[' || c == ']') c = ' ';
  const auto tokens = split(text);
  if (tokens.size() != 9) lines.fail("Lattice must be nine numbers, not {}: '{}'", tokens.size(), text);
  Mat3 cell;
  for (std::size_t i = 0; i < 9; ++i)
    if (!parse_number(tokens[i], cell(static_cast<Eigen::Index>(i / 3), static_cast<Eigen::Index>(i % 3))))
      lines.fail("'{}' in Lattice is not a finite number", tokens[i]);
  return cell;
}

}  // namespace

bool parse_logical(std::string_view token, bool& value) {
  value = token == "T" || token == "True" || token == "true" || token == "1";
  return value || token == "F" || token == "False" || token == "false" || token == "0";
}

namespace {

/// Is one of the keys of extended XYZ in it, in lower case: 'lattice =', 'properties='?
bool has_key(const std::string& lower, std::string_view key) {
  for (std::size_t at = lower.find(key); at != std::string::npos; at = lower.find(key, at + 1)) {
    std::size_t behind = at + key.size();
    while (behind < lower.size() && (lower[behind] == ' ' || lower[behind] == '"')) ++behind;
    if (behind < lower.size() && lower[behind] == '=') return true;
  }
  return false;
}

/// "[-1.5]" and "-17.16," are the numbers in them.
std::string without_marks(std::string value) {
  if (value.size() < 2) return value;
  std::string_view inner = value;
  if (inner.back() == ',') inner.remove_suffix(1);
  if (inner.size() > 2 && inner.front() == '[' && inner.back() == ']') inner = trim(inner.substr(1, inner.size() - 2));
  double ignored = 0.0;
  return inner.size() < value.size() && parse_number(inner, ignored) ? std::string(inner) : value;
}

}  // namespace

Layout parse_comment(const LineReader& lines, std::string_view line, const ReadOptions& options, Structure& structure) {
  Layout layout;
  const std::string lower = lower_case(line);
  const bool extended = has_key(lower, "lattice") || has_key(lower, "properties");
  structure.periodic = {false, false, false};
  std::vector<KeyValue> pairs;
  bool is_free = !extended && line.find('=') == std::string_view::npos;
  if (!is_free) {
    try {
      pairs = split_key_values(line);
    } catch (const InputError& error) {
      if (extended) lines.fail("{}", error.what());
      is_free = true;
    }
  }
  if (is_free) {
    if (const auto comment = trim(line); !comment.empty()) structure.info["comment"] = comment;
    return layout;
  }
  bool has_pbc = false, has_lattice = false;
  for (auto& [key, value] : pairs) {
    const std::string name = lower_case(key);
    if (name == "lattice") {
      structure.cell = parse_lattice(lines, value);
      has_lattice = true;
    } else if (name == "pbc") {
      structure.periodic = parse_pbc(lines, value);
      has_pbc = true;
    } else if (name == "properties") {
      layout = {parse_properties(lines, value, options.keys, structure.warnings), true};
    } else {
      structure.info[key] = without_marks(std::move(value));
    }
  }
  if (has_lattice && !has_pbc) structure.periodic = {true, true, true};
  return layout;
}

}  // namespace spinel::xyz
