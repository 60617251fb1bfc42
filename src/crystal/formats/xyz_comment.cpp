#include "crystal/formats/xyz_comment.hpp"

#include <algorithm>
#include <string>

#include "crystal/formats/key_values.hpp"

namespace spinel::xyz {

namespace {

struct KnownName {
  const char* name;
  Role role;
};
constexpr KnownName known_names[] = {{"species", Role::species},
                                     {"symbols", Role::species},
                                     {"symbol", Role::species},
                                     {"element", Role::species},
                                     {"z", Role::number},
                                     {"numbers", Role::number},
                                     {"pos", Role::position},
                                     {"positions", Role::position},
                                     {"position", Role::position},
                                     {"velo", Role::velocity},
                                     {"vel", Role::velocity},
                                     {"velocity", Role::velocity},
                                     {"velocities", Role::velocity},
                                     {"momenta", Role::momentum},
                                     {"force", Role::force},
                                     {"forces", Role::force},
                                     {"move_mask", Role::move_mask},
                                     {"mass", Role::mass},
                                     {"masses", Role::mass},
                                     {"id", Role::id}};

/// The number of columns a role must have; 0: 1 or 3.
std::int64_t width_of(Role role) {
  switch (role) {
    case Role::position:
    case Role::velocity:
    case Role::momentum:
    case Role::force:
      return 3;
    case Role::move_mask:
      return 0;
    default:
      return 1;
  }
}

std::vector<Column> parse_properties(const LineReader& lines, const std::string& text) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    fields.emplace_back(text.data() + begin, end - begin);
    begin = end + 1;
  }
  if (fields.size() % 3 != 0) lines.fail("Properties must be name:type:columns, repeated: '{}'", text);
  std::vector<Column> columns;
  bool seen[10] = {};
  for (std::size_t f = 0; f < fields.size(); f += 3) {
    const std::string_view name = fields[f], type = fields[f + 1];
    std::int64_t width = 0;
    if (type != "S" && type != "R" && type != "I" && type != "L")
      lines.fail("property '{}' has the type '{}', which is none of S, R, I, L", name, type);
    if (!parse_number(fields[f + 2], width) || width < 1 || width > 100000)
      lines.fail("property '{}' has '{}' columns", name, fields[f + 2]);
    Role role = Role::skip;
    for (const KnownName& known : known_names)
      if (lower_case(name) == known.name) role = known.role;
    const std::int64_t wanted = width_of(role);
    if (role != Role::skip && width != wanted && !(wanted == 0 && (width == 1 || width == 3)))
      lines.fail("property '{}' has {} columns instead of {}", name, width,
                 wanted == 0 ? "1 or 3" : std::to_string(wanted));
    bool& taken = seen[static_cast<int>(role)];
    if (taken) role = Role::skip;  // of two columns for one thing the first counts
    taken = true;
    columns.push_back({role, width});
  }
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

Layout parse_comment(const LineReader& lines, std::string_view line, Structure& structure) {
  Layout layout;
  const std::string lower = lower_case(line);
  const bool extended = lower.find("lattice") != std::string::npos || lower.find("properties") != std::string::npos;
  structure.periodic = {false, false, false};
  if (!extended && line.find('=') == std::string_view::npos) {
    if (const auto comment = trim(line); !comment.empty()) structure.info["comment"] = comment;
    return layout;
  }
  std::vector<KeyValue> pairs;
  try {
    pairs = split_key_values(line);
  } catch (const InputError& error) {
    lines.fail("{}", error.what());
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
      layout = {parse_properties(lines, value), true};
    } else {
      structure.info[key] = std::move(value);
    }
  }
  if (has_lattice && !has_pbc) structure.periodic = {true, true, true};
  return layout;
}

}  // namespace spinel::xyz
