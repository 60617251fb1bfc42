#include "crystal/formats/cif/cif_operations.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/text.hpp"
#include "crystal/formats/cif/cif_symmetry.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

class OperationReader {
 public:
  OperationReader(const CifReading& reading, const CellParameters& cell) : r_(reading), cell_(cell) {}

  CifSymmetries read() {
    out_.meant = read_symmetries();
    return std::move(out_);
  }

 private:
  std::vector<SymmetryOperation> operations_in(const char* tag, std::vector<int>* time_reversal) {
    std::vector<SymmetryOperation> operations;
    std::vector<CifValue> values;
    if (const CifLoop* loop = r_.block.loop_with(tag)) {
      const int column = loop->column(tag);
      for (std::size_t row = 0; row < loop->n_rows(); ++row) values.push_back(loop->at(row, column));
      // 'x, y, z' without quotes fell apart.
      if (loop->tags.size() == 1 && values.size() % 3 == 0 && !values.empty() && !values[0].text.empty() &&
          values[0].text.find(',') + 1 >= values[0].text.size()) {
        std::vector<CifValue> joined;
        for (std::size_t k = 0; k < values.size(); k += 3)
          joined.push_back({values[k].text + values[k + 1].text + values[k + 2].text, values[k].line});
        values = joined;
      }
    } else if (const CifValue* value = r_.block.find(tag)) {
      values.push_back(*value);
    }
    for (const CifValue& value : values) {
      if (value.text.empty()) {
        r_.warn_of("unknown symmetry operations ('?') are passed over");
        continue;
      }
      std::string text = value.text;
      if (time_reversal != nullptr) {
        const std::size_t last = text.find_last_of(',');
        const std::string sign = last == std::string::npos ? "" : std::string(trim(text.substr(last + 1)));
        if (sign == "+1" || sign == "-1" || sign == "1") {
          time_reversal->push_back(sign == "-1" ? -1 : 1);
          text.resize(last);
        } else {
          time_reversal->push_back(1);
        }
      }
      try {
        operations.push_back(parse_symmetry_operation(text));
      } catch (const InputError& error) {
        r_.fail_at(value.line, "{}", error.what());
      }
      // 192 in a conventional cubic cell; far more in no space group.
      if (operations.size() > 1000) r_.fail_at(value.line, "more than 1,000 symmetry operations");
    }
    return operations;
  }

  /// Those of magCIF: operations times centrings.
  std::optional<CifSymmetry> read_magnetic() {
    CifSymmetry symmetry;
    symmetry.origin = "the list of magnetic operations";
    for (const auto& [operation, centering] :
         {std::pair{"_space_group_symop_magn_operation_xyz", "_space_group_symop_magn_centering_xyz"},
          {"_space_group_symop_magn_operation_mxmymz", "_space_group_symop_magn_centering_mxmymz"}}) {
      std::vector<int> of_operations, of_centerings;
      const auto operations = operations_in(operation, &of_operations);
      if (operations.empty()) continue;
      auto centerings = operations_in(centering, &of_centerings);
      if (centerings.empty()) {
        centerings.push_back({Mat3::Identity(), Vec3::Zero()});
        of_centerings.push_back(1);
      }
      for (std::size_t c = 0; c < centerings.size(); ++c)
        for (std::size_t o = 0; o < operations.size(); ++o) {
          symmetry.operations.push_back(
              {centerings[c].rotation * operations[o].rotation,
               centerings[c].rotation * operations[o].translation + centerings[c].translation});
          symmetry.time_reversal.push_back(of_centerings[c] * of_operations[o]);
        }
      return symmetry;
    }
    return std::nullopt;
  }

  /// What the block may mean, the likeliest first. Empty: it has no symmetry.
  std::vector<CifSymmetry> read_symmetries() {
    if (auto magnetic = read_magnetic()) return {std::move(*magnetic)};
    std::vector<CifSymmetry> listed, named;
    for (const char* tag : {"_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"}) {
      auto operations = operations_in(tag, nullptr);
      if (operations.empty()) continue;
      listed.push_back({"the list of operations", std::move(operations), {}, 0});
      break;
    }
    const CifValue* hall = r_.block.find("_space_group_name_hall");
    if (hall == nullptr) hall = r_.block.find("_symmetry_space_group_name_hall");
    std::vector<CifSymmetry> unlisted;
    if (hall != nullptr)
      for (const NamedGroup& group : groups_of_hall(hall->text))
        (group.number > 0 || group.name.find('(') != std::string::npos ? named : unlisted)
            .push_back({fmt::format("the Hall symbol '{}'", group.name), group.operations, {}, group.number});
    const bool hall_counts = !named.empty();
    add_named(named, listed.empty());
    if (named.empty()) named = std::move(unlisted);
    if (hall != nullptr && !hall_counts && (named.empty() || named[0].number > 0)) {
      if (named.empty() && listed.empty()) r_.fail_at(hall->line, "unknown Hall symbol '{}'", hall->text.substr(0, 80));
      r_.warn_of(fmt::format("unknown Hall symbol '{}'", hall->text.substr(0, 80)));
    }
    if (listed.empty()) {
      if (!named.empty()) return named;
      return {{"no symmetry", {{Mat3::Identity(), Vec3::Zero()}}, {}, 1}};
    }
    out_.beside_list = std::move(named);
    if (r_.options.trust == Trust::formula)
      listed.insert(listed.begin(), out_.beside_list.begin(), out_.beside_list.end());
    return listed;
  }

  /// Groups of the Hermann-Mauguin symbol and of the number, where they say something else than what is there already.
  void add_named(std::vector<CifSymmetry>& named, bool is_needed) {
    const CifValue* unknown = nullptr;
    bool has_symbol = false;
    std::set<std::string> seen;
    for (const char* tag : {"_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m", "_space_group_name_h-m_full",
                            "_symmetry_space_group_name_h-m_alt", "_space_group_name_h-m_ref"}) {
      const CifValue* value = is_needed ? r_.find({tag}) : r_.block.find(tag);
      if (value == nullptr || !seen.insert(value->text).second) continue;
      const auto groups = groups_named(value->text, cell_);
      if (groups.empty()) {
        unknown = value;
        continue;
      }
      has_symbol = true;
      add_groups(named, groups, fmt::format("the space group '{}'", value->text));
    }
    for (const char* tag : {"_space_group_it_number", "_symmetry_int_tables_number"}) {
      const CifValue* value = is_needed ? r_.find({tag}) : r_.block.find(tag);
      const double number = value == nullptr ? NAN : cif_number(value->text);
      if (!(number >= 1.0 && number <= 230.0)) continue;
      const auto groups = groups_named(fmt::format("{:.0f}", number), cell_);
      if (!groups.empty()) add_groups(named, groups, fmt::format("the space group number {:.0f}", number));
      if (is_needed && !has_symbol && unknown != nullptr && named.size() == groups.size()) out_.number_alone = true;
    }
    if (unknown == nullptr || has_symbol) return;
    if (named.empty() && is_needed)
      r_.fail_at(unknown->line, "unknown space group '{}'; a loop of its symmetry operations would do",
                 unknown->text.substr(0, 80));
    if (is_needed)
      r_.warn_of(fmt::format("unknown space group '{}'; {} is taken", unknown->text.substr(0, 80), named[0].origin));
  }

  static void add_groups(std::vector<CifSymmetry>& named, const std::vector<NamedGroup>& groups,
                         const std::string& origin) {
    for (const NamedGroup& group : groups) {
      // A symbol and a Hall symbol (or a number) of one group say the same, the more precise one first.
      const bool is_known = std::any_of(named.begin(), named.end(), [&](const CifSymmetry& other) {
        return other.number == group.number || other.number == 0;
      });
      if (is_known && &group == &groups.front()) return;
      named.push_back({groups.size() > 1 ? fmt::format("the space group '{}'", group.name) : origin,
                       group.operations,
                       {},
                       group.number});
    }
  }

  const CifReading& r_;
  CellParameters cell_;
  CifSymmetries out_;
};

}  // namespace

CifSymmetries read_cif_symmetries(const CifReading& reading, const CellParameters& cell) {
  return OperationReader(reading, cell).read();
}

}  // namespace spinel
