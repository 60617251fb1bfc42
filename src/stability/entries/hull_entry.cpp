#include "stability/entries/hull_entry.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"

namespace spinel {

std::string functional_family(const std::string& run_type) {
  std::string name;
  for (const char c : lower_case(run_type))
    if (c != ' ' && c != '-' && c != '_') name += c;
  // Hubbard's U, and its corrections, are made to go with the functional without it; other additions are not.
  if (const std::size_t plus = name.find("+u"); plus != std::string::npos) name.resize(plus);
  if (name.size() > 1 && name.back() == 'u' && name != "u") name.pop_back();
  if (name.empty() || name == "none" || name == "unknown") return "";
  if (name == "gga" || name == "pbe") return "GGA";
  if (name == "r2scan") return "R2SCAN";
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

void keep_functional(EntryList& list, const std::string& wanted) {
  if (lower_case(wanted) == "any") return;
  std::map<std::string, std::size_t> count;
  std::map<std::string, std::string> as_stated;
  for (const HullEntry& entry : list.entries)
    if (const std::string family = functional_family(entry.run_type); !family.empty()) {
      ++count[family];
      as_stated.emplace(family, family == "GGA" || family == "R2SCAN" ? family : entry.run_type);
    }
  if (wanted.empty()) {
    if (count.size() < 2) return;
    std::string text;
    for (const auto& [family, n] : count)
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", as_stated[family], n);
    fail_input(
        "energies of different functionals do not meet in one hull: {}; run_type = '{}' takes the entries of one, "
        "'any' all of them, align = 'elements' moves them onto one another",
        text, as_stated.begin()->second);
  }
  const std::string family = functional_family(wanted);
  if (count.count(family) == 0)
    fail_input("no entry is of run_type '{}'{}", wanted,
               count.empty() ? ": the files do not state any" : "; there is " + as_stated.begin()->second);
  list.entries.erase(std::remove_if(list.entries.begin(), list.entries.end(),
                                    [&](const HullEntry& entry) {
                                      const std::string own = functional_family(entry.run_type);
                                      return !own.empty() && own != family;
                                    }),
                     list.entries.end());
}

std::string stated_run_type(const EntryList& list) {
  for (const HullEntry& entry : list.entries)
    if (!functional_family(entry.run_type).empty()) return entry.run_type;
  return "";
}

void check_functionals(const std::string& run_type, const EntryList& candidates) {
  const std::string asked = stated_run_type(candidates), hull = functional_family(run_type);
  if (!hull.empty() && !asked.empty() && hull != functional_family(asked))
    fail_input("they are of {}, but the entries of the hull of {}; run_type = 'any' compares them all the same", asked,
               run_type);
}

}  // namespace spinel
