#include <algorithm>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"
#include "external/dft_input.hpp"

namespace spinel {

namespace {

/// &NAME option … &END, with its lines as they are written.
struct Section {
  std::string name;                                         // in upper case
  std::string option;                                       // what stands behind the name
  std::vector<std::variant<std::string, Section>> content;  // lines, sections
};

/// The keyword that a line begins with, in upper case; empty in comments and lines of the preprocessor.
std::string keyword_of(std::string_view line) {
  const std::string_view word = next_token(line);
  if (word.empty() || word[0] == '!' || word[0] == '#' || word[0] == '@' || word[0] == '$') return {};
  return upper_case(word);
}

std::string_view without_comment(std::string_view line) { return trim(line.substr(0, line.find_first_of("!#"))); }

/// `name`: of the template.
Section parse(const std::string& text, const std::string& name) {
  LineReader lines(text, name);
  std::vector<Section> open(1);
  std::string_view line;
  while (lines.next(line)) {
    std::string_view rest = trim(line);
    if (rest.empty() || rest[0] != '&') {
      open.back().content.emplace_back(std::string(rest));
      continue;
    }
    const std::string word = upper_case(next_token(rest).substr(1));
    if (word != "END") {
      open.push_back({word, std::string(trim(rest)), {}});
      continue;
    }
    if (open.size() == 1) lines.fail("&END without a section");
    const std::string closed = upper_case(next_token(rest));
    if (!closed.empty() && closed[0] != '!' && closed[0] != '#' && closed != open.back().name)
      lines.fail("&END {} where &{} is open", closed, open.back().name);
    Section whole = std::move(open.back());
    open.pop_back();
    open.back().content.emplace_back(std::move(whole));
  }
  if (open.size() > 1) lines.fail("&{} has no &END", open.back().name);
  return std::move(open[0]);
}

void print(const Section& section, std::size_t depth, std::string& text) {
  for (const auto& part : section.content) {
    text.append(2 * depth, ' ');
    if (const std::string* line = std::get_if<std::string>(&part)) {
      text += *line + "\n";
      continue;
    }
    const Section& inner = std::get<Section>(part);
    text += "&" + inner.name + (inner.option.empty() ? "" : " " + inner.option) + "\n";
    print(inner, depth + 1, text);
    text.append(2 * depth, ' ');
    text += "&END " + inner.name + "\n";
  }
}

std::vector<Section*> sections(Section& in, std::string_view name) {
  std::vector<Section*> found;
  for (auto& part : in.content)
    if (Section* inner = std::get_if<Section>(&part); inner != nullptr && inner->name == name) found.push_back(inner);
  return found;
}

Section& section(Section& in, const std::string& name) {
  if (const auto found = sections(in, name); !found.empty()) return *found[0];
  in.content.emplace_back(Section{name, "", {}});
  return std::get<Section>(in.content.back());
}

void remove(Section& in, std::string_view name) {
  in.content.erase(std::remove_if(in.content.begin(), in.content.end(),
                                  [&](const auto& part) {
                                    const Section* inner = std::get_if<Section>(&part);
                                    return inner != nullptr && inner->name == name;
                                  }),
                   in.content.end());
}

/// An empty section in the place of all of this name.
Section& renewed(Section& in, const std::string& name, const std::string& option = "") {
  const auto at = std::find_if(in.content.begin(), in.content.end(), [&](const auto& part) {
    const Section* inner = std::get_if<Section>(&part);
    return inner != nullptr && inner->name == name;
  });
  const auto place = at - in.content.begin();
  remove(in, name);
  return std::get<Section>(*in.content.insert(in.content.begin() + place, Section{name, option, {}}));
}

/// The line of a keyword; null where there is none.
std::string* line_of(Section& in, std::string_view keyword) {
  for (auto& part : in.content)
    if (std::string* line = std::get_if<std::string>(&part); line != nullptr && keyword_of(*line) == keyword)
      return line;
  return nullptr;
}

std::string value_of(Section& in, std::string_view keyword) {
  const std::string* line = line_of(in, keyword);
  if (line == nullptr) return {};
  std::string_view rest = without_comment(*line);
  next_token(rest);
  return std::string(trim(rest));
}

void set(Section& in, const std::string& keyword, const std::string& value) {
  const std::string line = keyword + " " + value;
  if (std::string* found = line_of(in, keyword))
    *found = line;
  else
    in.content.insert(in.content.begin(), line);
}

/// Does it hold lines of the preprocessor that bring more of the input?
bool includes(const Section& in) {
  return std::any_of(in.content.begin(), in.content.end(), [](const auto& part) {
    const std::string* line = std::get_if<std::string>(&part);
    return line != nullptr && lower_case(*line).rfind("@include", 0) == 0;
  });
}

/// [species] the name of its &KIND: the symbol, or the one kind whose ELEMENT it is.
std::vector<std::string> kinds(Section& subsys, const std::string& name, const Structure& structure) {
  std::vector<std::string> chosen;
  for (const Species& species : structure.species) {
    std::vector<std::string> fitting;
    bool has_default = includes(subsys);
    for (Section* kind : sections(subsys, "KIND")) {
      const std::string label(split(kind->option + " ?")[0]);
      std::string element = value_of(*kind, "ELEMENT");
      if (element.empty()) element = value_of(*kind, "ELEMENT_SYMBOL");
      if (lower_case(label) == lower_case(species.symbol)) fitting.assign(1, species.symbol);
      has_default = has_default || upper_case(label) == "DEFAULT";
      const bool is_exact = !fitting.empty() && fitting[0] == species.symbol;
      if (!is_exact && lower_case(element) == lower_case(species.symbol)) fitting.push_back(label);
    }
    if (fitting.empty() && !has_default)
      fail_input("{}: &SUBSYS of the template has no &KIND {}: add it with its basis set and potential", name,
                 species.symbol);
    if (fitting.size() > 1)
      fail_input("{}: &KIND {} and {} are both {}: which of them an atom is cannot be known; name one {}", name,
                 fitting[0], fitting[1], species.symbol, species.symbol);
    chosen.push_back(fitting.empty() ? species.symbol : fitting[0]);
  }
  return chosen;
}

void set_atoms(Section& subsys, const std::vector<std::string>& labels, const Structure& structure) {
  Section& cell = renewed(subsys, "CELL");
  for (int k = 0; k < 3; ++k)
    cell.content.emplace_back(fmt::format("{} {:.12f} {:.12f} {:.12f}", "ABC"[k], structure.cell(k, 0),
                                          structure.cell(k, 1), structure.cell(k, 2)));
  std::string periodic;
  for (std::size_t k = 0; k < 3; ++k)
    if (structure.periodic[k]) periodic += "XYZ"[k];
  cell.content.emplace_back("PERIODIC " + (periodic.empty() ? "NONE" : periodic));
  Section& coord = renewed(subsys, "COORD");
  for (std::size_t i = 0; i < structure.size(); ++i)
    coord.content.emplace_back(
        fmt::format("{} {:.12f} {:.12f} {:.12f}", labels[static_cast<std::size_t>(structure.type[i])],
                    structure.position[i][0], structure.position[i][1], structure.position[i][2]));
  // What belongs to the atoms of the template.
  remove(subsys, "TOPOLOGY");
  remove(subsys, "VELOCITY");
  Section& printed = section(subsys, "PRINT");
  renewed(printed, "ATOMIC_COORDINATES", "ON");
  renewed(printed, "CELL", "ON");
}

void set_k_points(Section& dft, const std::string& name, const Structure& structure, double spacing) {
  const std::array<int, 3> n = k_grid(structure, spacing);
  const bool is_gamma = n == std::array<int, 3>{1, 1, 1};
  if (is_gamma && sections(dft, "KPOINTS").empty()) return;
  const auto cycles = sections(dft, "SCF");
  if (!is_gamma && !cycles.empty() && !sections(*cycles[0], "OT").empty())
    fail_input("{}: k_spacing asks for {} × {} × {} k points, but &OT of &SCF knows none: use &DIAGONALIZATION", name,
               n[0], n[1], n[2]);
  Section& k_points = section(dft, "KPOINTS");
  std::string shift;
  for (const int k : n) shift += fmt::format(" {}", k % 2 == 0 ? 0.5 / k : 0.0);
  // Even grids of MONKHORST-PACK leave out the Γ point; moved by half a step they hold it.
  const bool is_even = std::any_of(n.begin(), n.end(), [](int k) { return k % 2 == 0; });
  set(k_points, "SCHEME",
      fmt::format("{} {}{}", is_even ? "MACDONALD" : "MONKHORST-PACK", fmt::join(n, " "), is_even ? shift : ""));
  // CP2K reduces no grid that is moved.
  if (is_even && line_of(k_points, "SYMMETRY") != nullptr) set(k_points, "SYMMETRY", ".FALSE.");
}

/// Files of basis sets and potentials, looked for in `folder`.
void set_data_folder(Section& dft, const std::string& folder) {
  for (auto& part : dft.content) {
    std::string* line = std::get_if<std::string>(&part);
    if (line == nullptr) continue;
    const std::string keyword = keyword_of(*line);
    if (keyword != "BASIS_SET_FILE_NAME" && keyword != "POTENTIAL_FILE_NAME") continue;
    std::string_view rest = without_comment(*line);
    next_token(rest);
    const std::string_view file = trim(rest);
    *line = keyword + " " + folder + "/" + std::string(file.substr(file.rfind('/') + 1));
  }
}

/// What makes a cycle converge that has not.
void set_remedy(Section& cycle, int retry) {
  set(cycle, "MAX_SCF", "200");
  if (const auto ot = sections(cycle, "OT"); !ot.empty()) {
    set(*ot[0], "MINIMIZER", "CG");
    if (retry > 1) set(*ot[0], "PRECONDITIONER", "FULL_ALL");
    return;
  }
  Section& mixing = section(cycle, "MIXING");
  set(mixing, "METHOD", "BROYDEN_MIXING");
  set(mixing, "ALPHA", retry == 1 ? "0.1" : "0.05");
}

}  // namespace

std::string fill_cp2k(const std::string& template_text, const std::string& name, const Structure& asked,
                      const DftSettings& settings) {
  const Structure structure = without_unused_species(asked);
  Section input = parse(template_text, name);
  const auto evaluations = sections(input, "FORCE_EVAL");
  if (evaluations.size() != 1)
    fail_input("{}: the template has {} sections &FORCE_EVAL, one is needed", name, evaluations.size());
  for (const char* needed : {"DFT", "SUBSYS"})
    if (sections(*evaluations[0], needed).empty())
      fail_input("{}: &FORCE_EVAL of the template has no &{}", name, needed);

  section(input, "GLOBAL");
  if (settings.for_socket) section(input, "MOTION");
  // No section is added beside these any more.
  Section& global = section(input, "GLOBAL");
  Section& evaluation = section(input, "FORCE_EVAL");
  set(global, line_of(global, "PROJECT_NAME") != nullptr ? "PROJECT_NAME" : "PROJECT", "cp2k");
  set(global, "RUN_TYPE", settings.for_socket ? "DRIVER" : "ENERGY_FORCE");
  if (settings.for_socket) {
    Section& driver = renewed(section(input, "MOTION"), "DRIVER");
    driver.content = {"HOST " + settings.host, fmt::format("PORT {}", settings.port),
                      std::string("UNIX ") + (settings.unix_socket ? ".TRUE." : ".FALSE.")};
  }
  // Functionals without an analytical stress have a numerical one.
  if (upper_case(value_of(evaluation, "STRESS_TENSOR")) != "NUMERICAL") set(evaluation, "STRESS_TENSOR", "ANALYTICAL");
  Section& printed = section(evaluation, "PRINT");
  renewed(printed, "FORCES", "ON");
  renewed(printed, "STRESS_TENSOR", "ON");

  Section& subsys = section(evaluation, "SUBSYS");
  set_atoms(subsys, kinds(subsys, name, structure), structure);
  Section& dft = section(evaluation, "DFT");
  if (settings.k_spacing > 0.0) set_k_points(dft, name, structure, settings.k_spacing);
  if (!settings.pseudo_dir.empty()) set_data_folder(dft, settings.pseudo_dir);
  // The default extrapolates from step to step, which CP2K cannot with k points.
  if (settings.for_socket && !sections(dft, "KPOINTS").empty()) {
    Section& quickstep = section(dft, "QS");
    if (line_of(quickstep, "EXTRAPOLATION") == nullptr) set(quickstep, "EXTRAPOLATION", "USE_GUESS");
  }
  if (settings.retry > 0) set_remedy(section(dft, "SCF"), settings.retry);
  // Moments and magnetization are of this analysis, which PRINT_LEVEL LOW leaves out.
  for (const char* keyword : {"UKS", "LSD", "UNRESTRICTED_KOHN_SHAM", "SPIN_POLARIZED"})
    if (line_of(dft, keyword) != nullptr) renewed(section(dft, "PRINT"), "MULLIKEN", "ON");
  std::string text;
  print(input, 0, text);
  return text;
}

}  // namespace spinel
