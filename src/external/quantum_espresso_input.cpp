#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"
#include "external/dft_input.hpp"

namespace spinel {

namespace {

/// key(index) = values of a namelist.
struct Assignment {
  std::string key;    // in lower case
  std::string index;  // "1", "1,2"; empty: none
  std::vector<std::string> values;
};
struct Namelist {
  std::string name;  // in lower case, without &
  std::vector<Assignment> keys;
};
struct Card {
  std::string name;    // in upper case
  std::string option;  // what stands behind the name
  std::vector<std::string> lines;
};

/// In the order in which pw.x reads them.
constexpr const char* namelists_of_pw[] = {"control", "system", "electrons", "ions", "cell", "fcp", "rism"};

bool is_one_of(std::string_view name, const std::set<std::string_view>& names) { return names.count(name) > 0; }

/// Keys with an index of species, and which of their indices it is.
int place_of_species(std::string_view key) {
  if (is_one_of(key, {"starting_magnetization", "starting_charge", "angle1", "angle2", "hubbard_u", "hubbard_u_back",
                      "hubbard_j0", "hubbard_alpha", "hubbard_alpha_back", "hubbard_beta", "hubbard_l", "lback",
                      "l1back", "backall", "london_c6", "london_rvdw"}))
    return 1;
  if (key == "hubbard_j") return 2;
  if (key == "starting_ns_eigenvalue") return 3;
  return 0;
}

class Template {
 public:
  Template(const std::string& text, const std::string& name) : name_(name), lines_(text, name) { parse(); }

  std::vector<Namelist> namelists;
  std::vector<Card> cards;

  Namelist* find(std::string_view name) {
    const auto at = std::find_if(namelists.begin(), namelists.end(), [&](const Namelist& n) { return n.name == name; });
    return at == namelists.end() ? nullptr : &*at;
  }
  Namelist& need(std::string_view name) {
    if (Namelist* found = find(name)) return *found;
    fail_input("{}: the template has no &{}", name_, name);
  }
  Card* find_card(std::string_view name) {
    const auto at = std::find_if(cards.begin(), cards.end(), [&](const Card& c) { return c.name == name; });
    return at == cards.end() ? nullptr : &*at;
  }

 private:
  void parse() {
    std::string_view line;
    while (lines_.next(line)) {
      line = trim(line);
      if (line.empty() || line.front() == '!' || line.front() == '#') continue;
      if (line.front() == '&') {
        if (!cards.empty()) lines_.fail("the namelists come before the cards");
        parse_namelist(line.substr(1));
      } else {
        parse_card_line(line);
      }
    }
  }

  /// From behind the & on.
  void parse_namelist(std::string_view rest) {
    Namelist list{lower_case(next_token(rest)), {}};
    if (find(list.name) != nullptr) lines_.fail("&{} is there twice", list.name);
    if (std::find(std::begin(namelists_of_pw), std::end(namelists_of_pw), list.name) == std::end(namelists_of_pw))
      lines_.fail("&{} is no namelist of pw.x ({})", list.name, fmt::join(namelists_of_pw, ", "));
    std::vector<std::string> words;  // keys, "=", values
    for (std::string line(rest); !take_words(line, words); line = std::string(lines_.need("the / of the namelist"))) {
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i + 1 < words.size() && words[i + 1] == "=") {
        const std::size_t open = std::min(words[i].find('('), words[i].size());
        Assignment key{lower_case(words[i].substr(0, open)), "", {}};
        if (open < words[i].size()) key.index = words[i].substr(open + 1, words[i].size() - open - 2);
        list.keys.push_back(std::move(key));
        ++i;
      } else if (list.keys.empty() || words[i] == "=") {
        lines_.fail("&{}: '{}' is out of place: key = value is needed", list.name, words[i].substr(0, 64));
      } else {
        list.keys.back().values.push_back(words[i]);
      }
    }
    namelists.push_back(std::move(list));
  }

  /// Words of a line of a namelist; true at its end. Blanks in parentheses are left out.
  bool take_words(const std::string& line, std::vector<std::string>& words) {
    for (std::size_t i = 0; i < line.size();) {
      const char c = line[i];
      if (c == '!') return false;
      if (c == '/') return true;
      if (c == ' ' || c == '\t' || c == ',') {
        ++i;
      } else if (c == '=') {
        words.emplace_back("=");
        ++i;
      } else if (c == '\'' || c == '"') {
        std::size_t end = line.find(c, i + 1);
        // A doubled quote is one inside of the text.
        while (end != std::string::npos && end + 1 < line.size() && line[end + 1] == c) end = line.find(c, end + 2);
        if (end == std::string::npos) lines_.fail("a text has no closing {}", c);
        words.push_back(line.substr(i, end + 1 - i));
        i = end + 1;
      } else {
        std::string word;
        int depth = 0;
        for (; i < line.size() && (depth > 0 || std::string_view(" \t,=/!'\"").find(line[i]) == std::string_view::npos);
             ++i) {
          if (line[i] == '(') ++depth;
          if (line[i] == ')') --depth;
          if (line[i] != ' ' && line[i] != '\t') word += line[i];
        }
        if (depth != 0) lines_.fail("'{}': the parentheses do not match", word.substr(0, 64));
        if (lower_case(word) == "&end") return true;
        // "key (1)" is "key(1)".
        if (word.front() == '(' && !words.empty() && words.back() != "=")
          words.back() += word;
        else
          words.push_back(word);
      }
    }
    return false;
  }

  void parse_card_line(std::string_view line) {
    std::string_view rest = line;
    const std::string_view first = next_token(rest);
    const std::string word = upper_case(first.substr(0, first.find_first_of("({")));
    if (is_one_of(word, {"ATOMIC_SPECIES", "ATOMIC_POSITIONS", "K_POINTS", "ADDITIONAL_K_POINTS", "CELL_PARAMETERS",
                         "CONSTRAINTS", "OCCUPATIONS", "ATOMIC_VELOCITIES", "ATOMIC_FORCES", "SOLVENTS", "HUBBARD"})) {
      if (find_card(word) != nullptr) lines_.fail("{} is there twice", word);
      cards.push_back({word, std::string(trim(line.substr(word.size()))), {}});
    } else if (cards.empty()) {
      lines_.fail("'{}' is neither a namelist nor a card", line.substr(0, 64));
    } else {
      cards.back().lines.emplace_back(line);
    }
  }

  const std::string& name_;
  LineReader lines_;
};

void set(Namelist& list, const std::string& key, const std::string& value) {
  const auto same = [&](const Assignment& a) { return a.key == key; };
  const auto at = std::find_if(list.keys.begin(), list.keys.end(), same);
  if (at == list.keys.end()) {
    list.keys.push_back({key, "", {value}});
  } else {
    at->values = {value};
    list.keys.erase(std::remove_if(at + 1, list.keys.end(), same), list.keys.end());
  }
}

std::string fortran_text(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

bool has(const Namelist& list, std::string_view begin) {
  return std::any_of(list.keys.begin(), list.keys.end(),
                     [&](const Assignment& a) { return a.key.rfind(begin, 0) == 0; });
}

std::string value_of(const Namelist& list, std::string_view key) {
  for (const Assignment& a : list.keys)
    if (a.key == key && !a.values.empty()) return a.values[0];
  return {};
}

std::string unquoted(const std::string& text) {
  return text.size() > 1 && (text[0] == '\'' || text[0] == '"') ? text.substr(1, text.size() - 2) : text;
}

void remove(Namelist& list, const std::set<std::string_view>& keys) {
  list.keys.erase(
      std::remove_if(list.keys.begin(), list.keys.end(), [&](const Assignment& a) { return is_one_of(a.key, keys); }),
      list.keys.end());
}

/// Is `label` that of `element` or of a kind of it: Fe, Fe1, Fe_up?
bool is_label_of(std::string_view label, const std::string& element) {
  if (lower_case(label.substr(0, element.size())) != lower_case(element)) return false;
  const char next = label.size() > element.size() ? label[element.size()] : '1';
  return !((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'));
}

/// The species of the template that a structure has.
struct SpeciesChoice {
  std::vector<std::string> lines;  // of ATOMIC_SPECIES that are kept, in their order
  std::vector<int> place;          // [species of the template] its new number from 1, 0: left out
  std::vector<std::string> label;  // [species of the structure]
};

SpeciesChoice choose_species(Template& input, const std::string& name, const Structure& structure) {
  const Card* card = input.find_card("ATOMIC_SPECIES");
  if (card == nullptr) fail_input("{}: the template has no ATOMIC_SPECIES", name);
  std::vector<std::string> labels;
  for (const std::string& line : card->lines) labels.emplace_back(split(line)[0]);
  SpeciesChoice choice;
  std::vector<bool> is_used(labels.size(), false);
  for (const Species& species : structure.species) {
    std::vector<std::size_t> fitting;
    for (std::size_t k = 0; k < labels.size(); ++k)
      if (is_label_of(labels[k], species.symbol)) fitting.push_back(k);
    const auto exact = std::find_if(fitting.begin(), fitting.end(),
                                    [&](std::size_t k) { return labels[k].size() == species.symbol.size(); });
    if (fitting.empty())
      fail_input("{}: ATOMIC_SPECIES of the template has no '{}': add a line with its mass and pseudopotential", name,
                 species.symbol);
    if (fitting.size() > 1 && exact == fitting.end())
      fail_input("{}: ATOMIC_SPECIES has '{}' and '{}' for {}: which of them an atom is cannot be known; name one '{}'",
                 name, labels[fitting[0]], labels[fitting[1]], species.symbol, species.symbol);
    const std::size_t k = exact == fitting.end() ? fitting[0] : *exact;
    is_used[k] = true;
    choice.label.push_back(labels[k]);
  }
  for (std::size_t k = 0; k < labels.size(); ++k) {
    choice.place.push_back(is_used[k] ? static_cast<int>(choice.lines.size()) + 1 : 0);
    if (is_used[k]) choice.lines.push_back(card->lines[k]);
  }
  return choice;
}

/// Numbers of species in keys to those that are left; values of species that are not are taken out.
void renumber(Namelist& list, const SpeciesChoice& choice, const std::string& name) {
  std::vector<Assignment> kept;
  for (Assignment& key : list.keys) {
    if (key.key == "hubbard_v")
      fail_input("{}: Hubbard_V belongs to the atoms of one structure and cannot be in a template", name);
    const int place = place_of_species(key.key);
    if (place == 0) {
      kept.push_back(std::move(key));
      continue;
    }
    // Several values of a key count up from its index.
    std::vector<std::string> indices;
    for (std::size_t begin = 0; begin <= key.index.size() && !key.index.empty();) {
      const std::size_t end = std::min(key.index.find(',', begin), key.index.size());
      indices.push_back(key.index.substr(begin, end - begin));
      begin = end + 1;
    }
    if (indices.empty() && place == 1) indices = {"1"};
    std::int64_t first = 0;
    if (indices.size() != static_cast<std::size_t>(place) || !parse_number(indices.back(), first) || first < 1 ||
        (place > 1 && key.values.size() != 1))
      fail_input("{}: {}({}): one value and {} indices are needed, the last of which is that of a species", name,
                 key.key, key.index, place);
    for (std::size_t v = 0; v < key.values.size(); ++v) {
      if (key.values[v].find('*') != std::string::npos)
        fail_input("{}: {} = {}: a value for each species is needed", name, key.key, key.values[v]);
      const std::size_t old = static_cast<std::size_t>(first) - 1 + v;
      if (old >= choice.place.size())
        fail_input("{}: {}({}): ATOMIC_SPECIES has only {} species", name, key.key, old + 1, choice.place.size());
      if (choice.place[old] == 0) continue;
      indices.back() = std::to_string(choice.place[old]);
      kept.push_back({key.key, fmt::format("{}", fmt::join(indices, ",")), {key.values[v]}});
    }
  }
  list.keys = std::move(kept);
}

/// Lines "U Fe-3d 5.0" of version 7 whose species are there.
std::vector<std::string> kept_hubbard(const Card& card, const SpeciesChoice& choice, const std::string& name) {
  std::vector<std::string> kept;
  for (const std::string& line : card.lines) {
    const auto words = split(line);
    if (upper_case(words[0]) == "V")
      fail_input("{}: HUBBARD: V belongs to the atoms of one structure and cannot be in a template", name);
    if (words.size() < 3) fail_input("{}: HUBBARD: '{}': parameter, species-manifold and value are needed", name, line);
    const std::string_view label = words[1].substr(0, words[1].find('-'));
    if (std::find(choice.label.begin(), choice.label.end(), label) != choice.label.end()) kept.push_back(line);
  }
  return kept;
}

}  // namespace

std::string fill_quantum_espresso(const std::string& template_text, const std::string& name, const Structure& asked,
                                  const DftSettings& settings) {
  const Structure structure = without_unused_species(asked);
  Template input(template_text, name);
  Namelist& control = input.need("control");
  Namelist& system = input.need("system");
  input.need("electrons");
  const SpeciesChoice choice = choose_species(input, name, structure);
  for (const char* card : {"CONSTRAINTS", "OCCUPATIONS", "ATOMIC_VELOCITIES", "ATOMIC_FORCES"})
    if (input.find_card(card) != nullptr)
      fail_input("{}: {} belongs to one structure and cannot be in a template", name, card);

  if (const std::string kind = lower_case(value_of(control, "calculation"));
      kind.size() > 2 &&
      !is_one_of(std::string_view(kind).substr(1, kind.size() - 2), {"scf", "relax", "vc-relax", "md", "vc-md"}))
    fail_input("{}: calculation = {}: a template of 'scf' is needed", name, kind);
  set(control, "calculation", settings.for_socket ? "'vc-relax'" : "'scf'");
  remove(control, {"restart_mode", "wfcdir"});
  set(control, "prefix", "'pwscf'");
  set(control, "outdir", "'./'");
  set(control, "tprnfor", ".true.");
  set(control, "tstress", ".true.");
  if (!settings.pseudo_dir.empty())
    set(control, "pseudo_dir", fortran_text(settings.pseudo_dir));
  else if (const std::string own = unquoted(value_of(control, "pseudo_dir"));
           !own.empty() && own.front() != '/' && !settings.template_folder.empty())
    set(control, "pseudo_dir", fortran_text(settings.template_folder + "/" + own));
  // Charge that sloshes is mixed more carefully; then another solver of the eigenvalue problem.
  if (settings.retry > 0) {
    Namelist& electrons = input.need("electrons");
    set(electrons, "electron_maxstep", "200");
    set(electrons, "mixing_beta", settings.retry == 1 ? "0.3" : "0.1");
    if (settings.retry > 1) set(electrons, "diagonalization", "'cg'");
  }
  remove(system, {"ibrav", "celldm", "a", "b", "c", "cosab", "cosac", "cosbc", "nat", "ntyp", "space_group", "uniqueb",
                  "origin_choice", "rhombohedral"});
  renumber(system, choice, name);
  // pw.x stops where a U is announced or spins are polarized and no species has any.
  if (!has(system, "hubbard_")) remove(system, {"lda_plus_u", "lda_plus_u_kind", "u_projection_type"});
  if (value_of(system, "nspin") == "2" && !has(system, "starting_magnetization") && !has(system, "tot_magnetization"))
    system.keys.push_back({"starting_magnetization", "1", {"0.0"}});
  set(system, "ibrav", "0");
  set(system, "nat", std::to_string(structure.size()));
  set(system, "ntyp", std::to_string(choice.lines.size()));
  if (settings.for_socket) {
    // Else pw.x keeps the symmetry of the first structure and answers wrong forces for those that come.
    set(system, "nosym", ".true.");
    set(system, "noinv", ".true.");
    if (input.find("ions") == nullptr) input.namelists.push_back({"ions", {}});
    if (input.find("cell") == nullptr) input.namelists.push_back({"cell", {}});
    set(input.need("cell"), "cell_factor", "2.0");
  }

  std::string text;
  for (const char* list : namelists_of_pw) {
    const Namelist* found = input.find(list);
    const bool moves = std::string_view(list) == "ions" || std::string_view(list) == "cell";
    if (found == nullptr || (moves && !settings.for_socket)) continue;
    text += fmt::format("&{}\n", list);
    for (const Assignment& key : found->keys)
      text += fmt::format("  {}{} = {}\n", key.key, key.index.empty() ? "" : "(" + key.index + ")",
                          fmt::join(key.values, ", "));
    text += "/\n";
  }
  text += fmt::format("ATOMIC_SPECIES\n{}\n", fmt::join(choice.lines, "\n"));
  text += "CELL_PARAMETERS angstrom\n";
  for (int k = 0; k < 3; ++k)
    text += fmt::format("{:.12f} {:.12f} {:.12f}\n", structure.cell(k, 0), structure.cell(k, 1), structure.cell(k, 2));
  text += "ATOMIC_POSITIONS angstrom\n";
  for (std::size_t i = 0; i < structure.size(); ++i)
    text += fmt::format("{} {:.12f} {:.12f} {:.12f}\n", choice.label[static_cast<std::size_t>(structure.type[i])],
                        structure.position[i][0], structure.position[i][1], structure.position[i][2]);
  if (settings.k_spacing > 0.0)
    text += fmt::format("K_POINTS automatic\n{} 0 0 0\n", fmt::join(k_grid(structure, settings.k_spacing), " "));
  for (const Card& card : input.cards) {
    const bool is_replaced = card.name == "ATOMIC_SPECIES" || card.name == "CELL_PARAMETERS" ||
                             card.name == "ATOMIC_POSITIONS" || (card.name == "K_POINTS" && settings.k_spacing > 0.0);
    if (is_replaced) continue;
    const auto lines = card.name == "HUBBARD" ? kept_hubbard(card, choice, name) : card.lines;
    if (card.name == "HUBBARD" && lines.empty()) continue;
    text += card.name + (card.option.empty() ? "" : " " + card.option) + "\n";
    for (const std::string& line : lines) text += line + "\n";
  }
  return text;
}

std::vector<std::string> pseudopotential_names_of_quantum_espresso(const std::string& input, const std::string& name) {
  Template parts(input, name);
  const Card* species = parts.find_card("ATOMIC_SPECIES");
  if (species == nullptr) fail_input("{}: there is no ATOMIC_SPECIES", name);
  std::vector<std::string> names;
  for (const std::string& line : species->lines) {
    const auto words = split(line);
    if (words.size() < 3)
      fail_input("{}: ATOMIC_SPECIES: '{}': symbol, mass and pseudopotential are needed", name, line);
    names.emplace_back(words[2]);
  }
  return names;
}

std::vector<std::string> pseudopotentials_of_quantum_espresso(const std::string& input, const std::string& name) {
  Template parts(input, name);
  std::string folder = unquoted(value_of(parts.need("control"), "pseudo_dir"));
  if (folder.empty()) {
    // Where pw.x looks by itself.
    const char* own = std::getenv("ESPRESSO_PSEUDO");
    const char* home = std::getenv("HOME");
    folder = own != nullptr ? own : std::string(home != nullptr ? home : "") + "/espresso/pseudo";
  }
  std::vector<std::string> files;
  for (const std::string& file : pseudopotential_names_of_quantum_espresso(input, name)) {
    files.push_back(folder + "/" + file);
    if (!std::filesystem::is_regular_file(files.back()))
      fail_input("{}: the pseudopotential {} is not there", name, files.back());
  }
  return files;
}

}  // namespace spinel
