#include "crystal/formats/cif/cif_symmetry.hpp"

#include <algorithm>
#include <cmath>
#include <gemmi/symmetry.hpp>
#include <map>

#include "core/text.hpp"

namespace spinel {

namespace {

std::vector<SymmetryOperation> operations_of(const gemmi::GroupOps& group) {
  std::vector<SymmetryOperation> operations;
  for (const gemmi::Op& op : group.all_ops_sorted()) {
    SymmetryOperation operation;
    for (int i = 0; i < 3; ++i) {
      const auto row = static_cast<std::size_t>(i);
      operation.translation[i] = static_cast<double>(op.tran[row]) / gemmi::Op::DEN;
      for (int j = 0; j < 3; ++j)
        operation.rotation(i, j) = static_cast<double>(op.rot[row][static_cast<std::size_t>(j)]) / gemmi::Op::DEN;
    }
    operations.push_back(operation);
  }
  return operations;
}

bool is_one_of(char c, std::string_view letters) { return letters.find(c) != std::string_view::npos; }

/// "2/m", "21/n", "-3" … one after the other, of a symbol behind its lattice letter without blanks. gemmi compares
/// symbols without their blanks, so only what full and old symbols have in place of short ones is changed.
std::string short_symbol(std::string rest) {
  // Cubic before the bar was written: 'm3m', 'a3', 'ia3d'.
  if (rest.size() >= 2 && is_one_of(rest[0], "mnad") && rest[1] == '3') rest.insert(1, "-");
  // Full symbols of cubic groups: '4/m-32/m', '2/m-3', also without the bar.
  const std::size_t slash = rest.find('/');
  if (slash != std::string::npos && slash + 2 < rest.size()) {
    const std::string behind = rest.substr(slash + 2);
    const bool barred = behind.substr(0, 2) == "-3", bare = behind.substr(0, 1) == "3" && slash <= 2;
    if (barred || bare) {
      std::string end = behind.substr(barred ? 2 : 1);
      if (const std::size_t second = end.find('/'); second != std::string::npos) end = end.substr(second + 1);
      return std::string(1, rest[slash + 1]) + "-3" + end;
    }
  }
  // Mirrors and glides of full symbols, all but the first of a tetragonal or hexagonal one: '2/m2/m2/m', '4/m2/m2/m'.
  if (std::count(rest.begin(), rest.end(), '/') >= 2) {
    std::string result;
    for (std::size_t at = 0; at < rest.size();) {
      std::size_t digits = at;
      while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
      if (digits > at && digits + 1 < rest.size() && rest[digits] == '/') {
        const char axis = rest[at];
        result += axis == '2' ? std::string(1, rest[digits + 1]) : rest.substr(at, digits + 2 - at);
        at = digits + 2;
      } else {
        result += rest[at++];
      }
    }
    return result;
  }
  // Rhombohedral and trigonal: '-32/m', '-312/m', '-32/m1'.
  if (rest.substr(0, 2) == "-3")
    if (const std::size_t two = rest.find("2/"); two != std::string::npos) rest.erase(two, 2);
  return rest;
}

struct Spelling {
  std::string name;  // for gemmi, without setting
  std::string setting;
};

/// The symbol as gemmi's table has it, and the setting that stands behind it.
Spelling normalized(const std::string& symbol) {
  std::string text;
  for (const char c : symbol)
    if (!is_one_of(c, " \t_()'\"~")) text += c;
  Spelling result;
  if (const std::size_t colon = text.find_first_of(":;"); colon != std::string::npos) {
    result.setting = text.substr(colon + 1);
    text.resize(colon);
    for (char& c : result.setting)
      if (c >= 'a' && c <= 'z' && result.setting.size() == 1) c = static_cast<char>(c - 'a' + 'A');
  } else if (text.size() > 2 && is_one_of(text.back(), "HRSZ") && !is_one_of(text[text.size() - 2], "HRSZ")) {
    // Databases write the setting behind the symbol: H and R, S and Z for the first and second origin.
    result.setting = text.back() == 'S' ? "1" : text.back() == 'Z' ? "2" : std::string(1, text.back());
    text.pop_back();
  }
  if (text.empty()) return result;
  const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
  if (is_number) {
    result.name = text;
    return result;
  }
  const std::string rest = short_symbol(lower_case(text.substr(1)));
  result.name = lower_case(text.substr(0, 1));
  result.name[0] = static_cast<char>(result.name[0] - 'a' + 'A');
  result.name += rest;
  return result;
}

const gemmi::SpaceGroup* find_group(const Spelling& spelling, const CellParameters& cell) {
  const auto find = [&](const std::string& setting) {
    return gemmi::find_spacegroup_by_name(setting.empty() ? spelling.name : spelling.name + ":" + setting, cell.alpha,
                                          cell.gamma);
  };
  const gemmi::SpaceGroup* group = find(spelling.setting);
  // An S or a 1 behind a group that has but one origin.
  if (group == nullptr && !spelling.setting.empty() && spelling.setting != "R") group = find("");
  return group;
}

/// A monoclinic group in a centred cell that the table lacks, 'B 1 21 1': the primitive one and the centring.
std::vector<NamedGroup> centred_monoclinic(const std::string& symbol, const Spelling& spelling,
                                           const CellParameters& cell) {
  Spelling primitive = spelling;
  const char lattice = spelling.name[0];
  if (spelling.name.size() < 4 || std::string_view("ABCIF").find(lattice) == std::string_view::npos) return {};
  primitive.name[0] = 'P';
  const gemmi::SpaceGroup* group = find_group(primitive, cell);
  if (group == nullptr || group->crystal_system() != gemmi::CrystalSystem::Monoclinic) return {};
  gemmi::GroupOps operations = group->operations();
  operations.cen_ops = gemmi::centring_vectors(lattice);
  // Which group that is depends on the letter.
  return {{symbol, 0, operations_of(operations)}};
}

/// Has every screw axis of a Hall symbol a direction, said or understood? gemmi writes elsewhere where one has not.
bool has_axes(std::string_view symbol) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '_'; };
  std::size_t at = 0;
  const auto skip = [&](bool blank) {
    while (at < symbol.size() && is_blank(symbol[at]) == blank) ++at;
  };
  skip(true);
  if (at < symbol.size() && symbol[at] == '-') ++at;
  skip(true);
  ++at;  // the letter of the lattice
  int position = 0;
  char before = '0';
  for (skip(true); at < symbol.size() && symbol[at] != '('; skip(true)) {
    const std::size_t first = at;
    skip(false);
    std::string_view part = symbol.substr(first, at - first);
    ++position;
    if (part == "1") continue;
    if (part[0] == '-') part.remove_prefix(1);
    if (part.empty()) return false;
    const bool is_screw = part.find_first_of("12345", 1) != std::string_view::npos,
               has_axis = part.find_first_of("xyz", 1) != std::string_view::npos,
               is_diagonal = part.find_first_of("'\"*", 1) != std::string_view::npos,
               is_understood = position == 1 || (position == 2 && part[0] == '2' && (before == '2' || before == '4'));
    if (is_screw && !has_axis && (is_diagonal || !is_understood)) return false;
    before = part[0];
  }
  return true;
}

NamedGroup named(const std::string& name, const gemmi::SpaceGroup& group) {
  // gemmi makes the operations of a group anew each time, which takes longer than a file; there are some 500 groups.
  static std::map<const gemmi::SpaceGroup*, std::vector<SymmetryOperation>> known;
  auto found = known.find(&group);
  if (found == known.end()) found = known.emplace(&group, operations_of(group.operations())).first;
  return {name, group.number, found->second};
}

}  // namespace

std::vector<NamedGroup> groups_named(const std::string& symbol, const CellParameters& cell) {
  const Spelling spelling = normalized(symbol);
  if (spelling.name.empty()) return {};
  const gemmi::SpaceGroup* group = find_group(spelling, cell);
  if (group == nullptr) return centred_monoclinic(symbol, spelling, cell);
  std::vector<NamedGroup> groups = {named(symbol, *group)};
  if (group->ext == '1' && spelling.setting.empty()) {
    groups[0].name = symbol + " :1";
    for (const gemmi::SpaceGroup& other : gemmi::spacegroup_tables::main)
      if (other.number == group->number && other.ext == '2' && std::string_view(other.hm) == group->hm)
        groups.push_back(named(symbol + " :2", other));
  }
  return groups;
}

std::vector<NamedGroup> groups_of_hall(const std::string& symbol) {
  // To find operations in the table takes as long as many files.
  constexpr std::size_t most_kept = 1000;
  static std::map<std::string, std::vector<NamedGroup>> known;
  if (const auto found = known.find(symbol); found != known.end()) return found->second;
  if (known.size() >= most_kept) known.clear();
  std::vector<NamedGroup>& groups = known[symbol];
  if (!has_axes(symbol)) return groups;
  try {
    gemmi::GroupOps operations = gemmi::symops_from_hall(symbol.c_str());
    const gemmi::SpaceGroup* group = gemmi::find_spacegroup_by_ops(operations);
    groups = {{symbol, group == nullptr ? 0 : group->number, operations_of(operations)}};
  } catch (const std::exception&) {
    // No Hall symbol: none.
  }
  return groups;
}

CellKind cell_kind_of(const std::string& symbol) {
  const Spelling spelling = normalized(symbol);
  if (spelling.name.empty()) return CellKind::unknown;
  const gemmi::SpaceGroup* group = find_group(spelling, {});
  if (group == nullptr) return CellKind::unknown;
  switch (group->crystal_system()) {
    case gemmi::CrystalSystem::Triclinic:
      return CellKind::triclinic;
    case gemmi::CrystalSystem::Monoclinic:
      return CellKind::monoclinic;
    case gemmi::CrystalSystem::Orthorhombic:
      return CellKind::rectangular;
    case gemmi::CrystalSystem::Tetragonal:
      return CellKind::tetragonal;
    case gemmi::CrystalSystem::Trigonal:
      // Of the two settings of an R lattice neither is the one that is meant without a word.
      return group->hm[0] != 'R' || spelling.setting == "H" ? CellKind::hexagonal : CellKind::rhombohedral;
    case gemmi::CrystalSystem::Hexagonal:
      return CellKind::hexagonal;
    case gemmi::CrystalSystem::Cubic:
      return CellKind::cubic;
  }
  return CellKind::unknown;
}

bool keeps_metric(const SymmetryOperation& operation, const Mat3& cell) {
  // Rows of the cell are its vectors: fractional vectors have the lengths of metric = cell · cellᵀ.
  const Mat3 metric = cell * cell.transpose();
  const Mat3 turned = operation.rotation.transpose() * metric * operation.rotation;
  constexpr double tolerance = 0.03;  // 1.5 % of a length, about 1.7° of an angle
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      if (!(std::abs(turned(i, j) - metric(i, j)) <= tolerance * std::sqrt(metric(i, i) * metric(j, j)))) return false;
  return true;
}

}  // namespace spinel
