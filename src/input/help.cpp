#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "input/value.hpp"

namespace spinel {

namespace {

constexpr std::size_t page_width = 100;

/// Text broken at blanks, every line after `indent` blanks.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string result, line;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > page_width) {
      result += std::string(indent, ' ') + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return result + std::string(indent, ' ') + line + "\n";
}

/// Rows of a name and a sentence.
std::string list(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, display_width(row.first));
  std::string result;
  for (const auto& [name, text] : rows)
    result += "  " + pad_right(name, width) + wrapped(text, width + 4).substr(2 + width);
  return result;
}

/// "real, fs (lj: τ), > 0, default 1.0 (lj: 0.005)".
std::string facts(const Key& key) {
  std::string result = type_text(key);
  if (const auto unit = unit_text(key); !unit.empty()) result += ", " + unit;
  if (const auto range = range_text(key); !range.empty()) result += ", " + range;
  if (!key.choices.empty()) result += ", " + quoted_list(key.choices);
  const auto value = default_text(key);
  return result + (key.is_required ? ", required" : ", default " + (value.empty() ? "''" : value));
}

/// "kind = 'cgcnn', 'mlp'": what chooses the key; empty: nothing.
std::string selection_text(const Key& key) {
  return key.selector.empty() ? "" : key.selector + " = " + quoted_list(key.selected_by);
}

std::string special_text(const Key& key) {
  return key.special ? fmt::format("{:g}: {}", *key.special, key.special_meaning) : "";
}

std::string used_by_text(const std::vector<std::string>& calculations) {
  std::string result;
  for (const auto& name : calculations) result += (result.empty() ? "" : ", ") + name;
  return result;
}

/// "may change at a restart of md"; empty: it may not.
std::string restart_text(const Key& key) {
  if (key.changed == AtRestart::frozen) return "";
  std::string text = "may change at a restart";
  if (!key.changes_for.empty()) text += " of " + used_by_text(key.changes_for);
  if (!key.frozen_for.empty()) text += ", not of " + used_by_text(key.frozen_for);
  if (key.changes_for_one) text += " of one structure";
  return text;
}

std::string group_help(const Group& group) {
  std::string result = "&" + group.name + "\n" + wrapped(group.help, 2);
  for (const auto& key : group.keys) {
    std::string text = key.help;
    if (key.special) text += " (" + special_text(key) + ")";
    if (!key.selector.empty()) text += "; with " + selection_text(key);
    if (const auto restart = restart_text(key); !restart.empty()) text += "; " + restart;
    result +=
        "\n  " + key.name + wrapped(facts(key), key.name.size() + 4).substr(key.name.size() + 2) + wrapped(text, 6);
  }
  return result;
}

}  // namespace

std::string help_text(const std::string& topic, const std::vector<CalculationHelp>& calculations) {
  std::vector<std::pair<std::string, std::string>> rows;
  if (topic.empty()) {
    for (const auto& row : calculations) rows.emplace_back(row.name, row.help);
    std::string result = "Calculations (&control calculation = '...'):\n" + list(rows);
    rows.clear();
    for (const auto& group : schema()) rows.emplace_back("&" + group.name, group.help);
    return result + "\nGroups of the input file:\n" + list(rows) +
           "\n'spinel --help md' lists the keys of a calculation, 'spinel --help dynamics' describes those of a "
           "group.\n";
  }
  const std::string name = lower_case(topic[0] == '&' ? topic.substr(1) : topic);
  for (const auto& row : calculations) {
    if (row.name != name || topic[0] == '&') continue;
    std::string result = "calculation = '" + row.name + "'\n" + wrapped(row.help, 2);
    if (!row.example.empty()) result += "\n  Ready to run: input/" + row.example + "\n";
    for (const auto& group : schema()) {
      rows.clear();
      for (const auto& key : group.keys)
        if (group.used_by(name, key)) rows.emplace_back(key.name, key.help + (key.is_required ? " (required)" : ""));
      if (!rows.empty()) result += "\n&" + group.name + "\n" + list(rows);
    }
    return result + "\n'spinel --help dynamics' describes type, unit, range and default of the keys of a group.\n";
  }
  if (const Group* group = find_group(name)) return group_help(*group);

  std::vector<std::string> topics;
  for (const auto& row : calculations) topics.push_back(row.name);
  for (const auto& group : schema()) topics.push_back(group.name);
  const auto nearest = nearest_match(name, topics);
  fail_input("no help on '{}'; {}", topic,
             nearest ? "did you mean '" + *nearest + "'?" : "there is help on " + quoted_list(topics));
}

std::string keywords_markdown() {
  std::string result =
      "<!-- Generated: spinel --keywords > doc/keywords.md -->\n"
      "# Keywords of the input file\n\n"
      "The input file is a Fortran namelist: groups `&name … /` (or `&end`), `key = value`, lists separated by commas "
      "or\n"
      "blanks, `3*0.0` for three equal values, `key(2) = value` for one element of a list, `.true.`/`.false.`, "
      "`1.0d-3`,\n"
      "strings in single or double quotes, comments from `!` to the end of the line. Case does not matter in names of\n"
      "groups and keys. Unknown keys, keys given twice, values of the wrong type and values out of range are "
      "errors.\n\n"
      "Units are those of `&control units`: with `'metal'` Å, eV, fs, amu, K and GPa, with `'lj'` reduced "
      "Lennard-Jones\n"
      "units. Where a default differs in reduced units, both are given.\n";
  const auto cell = [](const std::string& text) {
    std::string escaped;
    for (const char c : text) escaped += c == '|' || c == '<' ? std::string("\\") + c : std::string(1, c);
    return escaped;
  };
  for (const auto& group : schema()) {
    result += "\n## &" + group.name + "\n\n" + group.help;
    if (!group.calculations.empty()) result += " Used by: " + used_by_text(group.calculations) + ".";
    result += "\n\n| key | type | default | unit | allowed | meaning |\n| --- | --- | --- | --- | --- | --- |\n";
    for (const auto& key : group.keys) {
      std::string allowed = range_text(key);
      for (const auto& choice : key.choices) allowed += (allowed.empty() ? "`'" : ", `'") + choice + "'`";
      Input defaults;
      const bool has_value = key.is_required || !member_text(key.member(defaults)).empty();
      const std::string value = key.is_required ? "**required**"
                                : has_value     ? "`" + default_text(key) + "`"
                                                : default_text(key);
      std::string help = key.help;
      if (key.special) help += "; " + special_text(key);
      if (!key.selector.empty()) help += "; with " + selection_text(key);
      if (const auto restart = restart_text(key); !restart.empty()) help += "; " + restart;
      if (!key.calculations.empty()) help += " (used by: " + used_by_text(key.calculations) + ")";
      result += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", key.name, type_text(key), cell(value),
                            cell(unit_text(key)), cell(allowed), cell(help));
    }
  }
  return result;
}

}  // namespace spinel
