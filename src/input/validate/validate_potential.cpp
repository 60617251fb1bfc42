#include <algorithm>
#include <set>

#include "input/validate/check.hpp"

namespace spinel {

namespace {

void check_lennard_jones(const Check& check, const PotentialParameters& p) {
  check(p.epsilon.empty(), "epsilon", "missing: style = 'lennard_jones' needs it");
  check(p.sigma.empty(), "sigma", "missing: style = 'lennard_jones' needs it");
  check(p.cutoff.empty(), "cutoff", "missing: style = 'lennard_jones' needs it");
  const bool several = p.epsilon.size() > 1 || p.sigma.size() > 1 || p.cutoff.size() > 1;
  check(p.pairs.empty() && several, "pairs", "missing: needed where epsilon, sigma or cutoff hold several values");
  const std::size_t n = p.pairs.empty() ? 1 : p.pairs.size();
  check(p.epsilon.size() != n, "epsilon", "{} given for {} in pairs", p.epsilon.size(), n);
  check(p.sigma.size() != n, "sigma", "{} given for {} in pairs", p.sigma.size(), n);
  check(p.cutoff.size() != 1 && p.cutoff.size() != n, "cutoff",
        "{} given for {} in pairs; give one for all or one a pair", p.cutoff.size(), n);
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& pair : p.pairs) {
    const auto dash = pair.find('-');
    const bool is_pair = dash != std::string::npos && dash > 0 && dash + 1 < pair.size() &&
                         pair.find('-', dash + 1) == std::string::npos;
    check(!is_pair, "pairs", "'{}' is not a pair of species such as 'Ar-Kr'", pair);
    std::pair<std::string, std::string> both(pair.substr(0, dash), pair.substr(dash + 1));
    if (both.second < both.first) std::swap(both.first, both.second);
    check(!seen.insert(both).second, "pairs", "'{}' is listed twice", pair);
  }
  check(p.truncation != "smooth" && p.smooth_width != 0.0, "smooth_width", "needs truncation = 'smooth'");
  check(p.tail_correction && p.truncation != "plain", "tail_correction", "needs truncation = 'plain'");
  const auto shortest = std::min_element(p.cutoff.begin(), p.cutoff.end());
  check(p.smooth_width >= *shortest, "smooth_width", "{} is not below the cutoff {}", p.smooth_width, *shortest);
}

void check_network(const Input& input, const Check& check, const PotentialParameters& p) {
  check(input.control.units != "metal", "style", "'{}' is in eV and Å: it needs units = 'metal' in &control", p.style);
  check(p.model.empty(), "model",
        "missing: style = '{}' needs a model file (from calculation = 'train' or scripts/import_model.py)", p.style);
  check(has_empty(p.model), "model", "a name must not be empty");
  const auto twice = repeated(p.model);
  check(!twice.empty(), "model", "'{}' is listed twice", twice);
  check(p.model.size() == 1 && p.spread_threshold != 0.0, "spread_threshold",
        "needs a committee: several files in model");
  check(p.spread_threshold != 0.0 && input.control.calculation != "md", "spread_threshold",
        "goes with calculation = 'md', not with '{}'", input.control.calculation);
  check(p.spread_threshold == 0.0 && p.spread_action != PotentialParameters().spread_action, "spread_action",
        "needs spread_threshold");
}

/// The number of port of 'HOST:PORT' or the name of 'unix:NAME' is all that can be judged without the network.
void check_address(const Check& check, const std::string& address) {
  constexpr const char* forms = "'{}' is neither 'unix:NAME' nor 'HOST:PORT', such as 'unix:si' or 'localhost:31415'";
  const auto colon = address.rfind(':');
  check(colon == std::string::npos || colon == 0 || colon + 1 == address.size(), "address", forms, address);
  const std::string end = address.substr(colon + 1);
  if (address.rfind("unix:", 0) == 0) {
    // sun_path of Linux holds 108 bytes.
    check(address.size() - 5 > 90, "address", "the name of a Unix socket has at most 90 characters");
    check(end.find_first_of(" '\"") != std::string::npos, "address", "'{}' has blanks or quotes in its name", address);
    return;
  }
  const bool number = end.find_first_not_of("0123456789") == std::string::npos && end.size() < 6;
  check(!number, "address", forms, address);
  const int port = std::stoi(end);
  check(port < 1 || port > 65535, "address", "the port {} is not between 1 and 65535", port);
}

/// Names in braces of `command`.
std::vector<std::string> placeholders(const std::string& command) {
  std::vector<std::string> names;
  for (std::size_t at = command.find('{'); at != std::string::npos; at = command.find('{', at + 1)) {
    const std::size_t end = command.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1);
    // Braces of the shell, such as ${x} and {1..3}, are its own.
    const bool of_shell = at > 0 && command[at - 1] == '$';
    if (!of_shell && end != std::string::npos && command[end] == '}' && end > at + 1)
      names.push_back(command.substr(at + 1, end - at - 1));
  }
  return names;
}

void check_code(const Check& check, const PotentialParameters& p, bool reads) {
  if (p.code == "script") return;
  check(p.template_file.empty(), "template", "missing: code = '{}' needs one", p.code);
  check(!reads, "command", "missing: code = '{}' needs a command with {{file}} in it", p.code);
}

void check_socket(const Input& input, const Check& check, const PotentialParameters& p) {
  check(input.control.units != "metal", "style", "'socket' is in eV and Å: it needs units = 'metal' in &control");
  check(p.address.empty() && p.command.empty(), "command",
        "missing: either command, which starts the program, or address, where it is waited for");
  if (!p.address.empty()) check_address(check, p.address);
  bool meets = p.command.empty(), reads = false;
  for (const std::string& name : placeholders(p.command)) {
    const bool of_address = name == "address" || name == "name" || name == "host" || name == "port";
    check(!of_address && name != "file" && name != "folder", "command",
          "{{{}}} is none of {{address}}, {{name}}, {{host}}, {{port}}, {{file}}, {{folder}}", name);
    const bool is_unix = p.address.empty() || p.address.rfind("unix:", 0) == 0;
    check(is_unix && (name == "host" || name == "port"), "command", "{{{}}} goes with an address 'HOST:PORT'", name);
    check(!is_unix && name == "name", "command", "{{name}} goes with an address 'unix:NAME'");
    meets = meets || of_address;
    reads = reads || name == "file";
  }
  check(!meets && p.code != "cp2k" && p.address.empty(), "command",
        "does not say where: it needs {{address}} or {{name}}, or address must be given");
  check_code(check, p, reads);
}

/// `relaxes`: whether structures of a list are relaxed with it.
void check_command(const Input& input, const Check& check, const PotentialParameters& p, bool relaxes) {
  check(input.control.units != "metal", "style", "'command' is in eV and Å: it needs units = 'metal' in &control");
  check(p.command.empty(), "command", "missing: style = 'command' needs it");
  bool reads = false, writes = false;
  for (const std::string& name : placeholders(p.command)) {
    check(name != "file" && name != "result" && name != "folder", "command",
          "{{{}}} is none of {{file}}, {{result}}, {{folder}}", name);
    reads = reads || name == "file" || name == "folder";
    writes = writes || name == "result" || name == "folder";
  }
  check(p.code == "script" && !writes, "command",
        "a script writes its answer, extended XYZ with energy and forces, to {{result}}: it must be in the command");
  check(!reads, "command", "nothing in it says what to compute: it needs {{file}}");
  check_code(check, p, reads);
  if (p.array.empty()) return;
  bool has_list_of_jobs = false;
  for (const std::string& name : placeholders(p.array)) {
    check(name != "n" && name != "list", "array", "{{{}}} is none of {{n}}, {{list}}", name);
    has_list_of_jobs = has_list_of_jobs || name == "list";
  }
  check(!has_list_of_jobs, "array", "it needs {{list}}, the file that names the folders of the jobs");
  check(!takes_many_structures(input) || relaxes, "array",
        "computes each structure of a list once: it goes with lists that are not relaxed");
}

void check_keys(const Input& input, const char* group, const PotentialParameters& p, bool relaxes) {
  check_selected_keys(input, group);
  const Check check(input, group);
  if (p.style == "lennard_jones")
    check_lennard_jones(check, p);
  else if (p.style == "socket")
    check_socket(input, check, p);
  else if (p.style == "command")
    check_command(input, check, p, relaxes);
  else
    check_network(input, check, p);
}

}  // namespace

void check_potential_keys(const Input& input) {
  check_keys(input, "potential", input.potential, relaxes_structures(input));
}

void check_oracle_keys(const Input& input) { check_keys(input, "oracle", input.oracle, input.discover.relax_labels); }

void check_serve_keys(const Input& input) { check_address(Check(input, "serve"), input.serve.address); }

}  // namespace spinel
