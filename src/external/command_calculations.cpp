#include "external/command_calculations.hpp"

#include <cmath>
#include <fstream>
#include <sstream>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "external/child_process.hpp"
#include "external/placeholders.hpp"

namespace spinel {

namespace fs = std::filesystem;
namespace file_name = calculation_file;

namespace {

constexpr const char* answer_name = "answer.xyz";  // of a script

/// What distinguishes the codes.
struct CodeFiles {
  const char* input;
  const char* output;  // what the command prints; of a script beside what it writes
};

CodeFiles files_of(const std::string& code) {
  if (code == "quantum_espresso") return {"pw.in", "pw.out"};
  if (code == "cp2k") return {"cp2k.inp", "cp2k.out"};
  return {"structure.xyz", "script.out"};
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("{}: cannot be read", path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// What a file of one word holds.
std::string word_of(const std::string& path) {
  const std::string text = text_of(path);
  return text.substr(0, text.find('\n'));
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) fail("{}: cannot be written", path);
}

std::string hash_of(const std::vector<std::string>& parts) {
  ContentHash hash;
  for (const std::string& part : parts) {
    const std::uint64_t size = part.size();
    hash.add(&size, sizeof size);
    hash.add(part.data(), part.size());
  }
  return hash.hex().substr(0, 16);
}

}  // namespace

std::string info_of(const Structure& structure, const std::string& key) {
  const auto found = structure.info.find(key);
  return found == structure.info.end() ? std::string() : found->second;
}

/// The answer that an output or a result holds; Error where it is none.
ExternalForces answer_of(const Structure& found, const Structure& asked) {
  if (found.size() != asked.size()) fail("the output has {} atoms instead of {}", found.size(), asked.size());
  if (info_of(found, "converged") == "F") fail("the self-consistent cycle did not converge");
  ExternalForces answer;
  const std::string energy = info_of(found, "energy");
  if (energy.empty() || !parse_number(energy, answer.energy) || !std::isfinite(answer.energy))
    fail("the output has no energy");
  if (found.force.size() != asked.size()) fail("the output has no forces");
  answer.force = found.force;
  answer.magnetic_moment = found.magnetic_moment;
  for (const Vec3& force : answer.force)
    if (!force.allFinite()) fail("a force in the output is not a number");
  const std::string text = info_of(found, "stress");
  if (text.empty() && asked.periodic != std::array<bool, 3>{false, false, false}) fail("the output has no stress");
  if (!text.empty()) {
    const auto words = split(text);
    for (std::size_t k = 0; k < 9; ++k) {
      double value = 0.0;
      if (words.size() != 9 || !parse_number(words[k], value) || !std::isfinite(value))
        fail("the stress '{}' is not nine numbers", text);
      answer.virial(static_cast<int>(k / 3), static_cast<int>(k % 3)) = -value * asked.volume();
    }
  }
  return answer;
}

CommandInput CommandCalculations::prepare(const Structure& structure, int retry) const {
  CommandInput input;
  DftSettings dft = settings_.dft;
  dft.retry = retry;
  if (settings_.code == "quantum_espresso") {
    input.text = fill_quantum_espresso(settings_.template_text, settings_.template_name, structure, dft);
    input.pseudopotentials = pseudopotentials_of_quantum_espresso(input.text, settings_.template_name);
  } else if (settings_.code == "cp2k") {
    input.text = fill_cp2k(settings_.template_text, settings_.template_name, structure, dft);
  } else {
    Structure plain = structure;
    plain.velocity.clear();
    plain.info.clear();
    plain.force.clear();
    input.text = xyz_frame_text(plain);
  }
  std::vector<std::string> parts = {settings_.code, settings_.command, input.text};
  for (const std::string& file : input.pseudopotentials) parts.push_back(hash_of_file(file));
  input.hash = hash_of(parts);
  return input;
}

const std::string& CommandCalculations::hash_of_file(const std::string& path) const {
  std::string& hash = hash_of_file_[path];
  if (hash.empty()) hash = hash_of({text_of(path)});
  return hash;
}

std::string CommandCalculations::level(const std::vector<std::string>& pseudopotentials,
                                       const std::string& version) const {
  std::vector<std::string> parts = {settings_.code, settings_.template_text, version,
                                    fmt::format("{:g}", settings_.dft.k_spacing)};
  if (settings_.code == "script") parts.push_back(settings_.command);
  // Of all species of the template, so that structures of some of them are of the same level.
  if (!pseudopotentials.empty())
    for (const std::string& name :
         pseudopotential_names_of_quantum_espresso(settings_.template_text, settings_.template_name)) {
      const std::string file = (fs::path(pseudopotentials.front()).parent_path() / name).string();
      parts.push_back(fs::is_regular_file(file) ? hash_of_file(file) : name);
    }
  return settings_.code + "-" + hash_of(parts).substr(0, 8);
}

std::string CommandCalculations::result(const std::string& hash) const {
  return folder(hash) + "/" + file_name::result;
}

std::string CommandCalculations::output(const std::string& folder) const {
  return folder + "/" + files_of(settings_.code).output;
}

std::string CommandCalculations::write(const CommandInput& input, const std::string& folder) const {
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string file = folder + "/" + files_of(settings_.code).input;
  write_text(file, input.text);
  const auto absolute = [](const std::string& path) { return fs::absolute(path).string(); };
  return replace_placeholders(
      settings_.command,
      {{"file", absolute(file)}, {"result", absolute(folder + "/" + answer_name)}, {"folder", absolute(folder)}});
}

void CommandCalculations::make_result(const CommandInput& input, const std::string& folder, const Structure& structure,
                                      int attempt) const {
  const std::string output = folder + "/" + files_of(settings_.code).output;
  const std::string status = word_of(folder + "/" + file_name::status), last = last_line_of(output);
  const std::string end =
      fmt::format("it ended with status {}{}{}", status, status == "127" ? " (command not found)" : "",
                  last.empty() ? "" : fmt::format(" (see {}, which ends with: {})", output, last));
  Structure found;
  ExternalForces answer;
  try {
    found = read_structure(settings_.code == "script" ? folder + "/" + answer_name : output);
    answer = answer_of(found, structure);
  } catch (const Error& error) {
    fail("{}; {}", error.what(), end);
  }
  if (status != "0") fail("{}", end);
  // What is kept has the positions as they were asked for, not as they were printed.
  Structure result = structure;
  result.velocity.clear();
  result.force = answer.force;
  result.info.clear();
  for (const char* key : {"code", "code_version", "total_magnetization", "n_scf", "warnings"})
    if (const std::string value = info_of(found, key); !value.empty()) result.info[key] = value;
  result.magnetic_moment = found.magnetic_moment;
  result.info["energy"] = fmt::format("{}", answer.energy);
  const Mat3 stress = -answer.virial / structure.volume();
  std::string numbers;
  for (int k = 0; k < 9; ++k) numbers += fmt::format("{}{}", k > 0 ? " " : "", stress(k / 3, k % 3));
  result.info["stress"] = numbers;
  result.info["run_type"] = level(input.pseudopotentials, info_of(found, "code_version"));
  result.info["attempts"] = fmt::format("{}", attempt);
  if (fs::exists(folder + "/" + file_name::seconds))
    result.info["seconds"] = word_of(folder + "/" + file_name::seconds);
  write_structure(folder + "/" + file_name::result, result);
}

void CommandCalculations::keep(const CommandInput& input, const std::string& hash, const Structure& structure,
                               int attempt) const {
  const std::string running = running_folder(hash);
  make_result(input, running, structure, attempt);
  fs::remove_all(folder(hash));
  fs::rename(running, folder(hash));
}

bool CommandCalculations::holds(const std::string& folder, const CommandInput& input) const {
  const std::string file = folder + "/" + files_of(settings_.code).input;
  return fs::exists(file) && text_of(file) == input.text;
}

bool CommandCalculations::take_over(const std::string& hash, const Structure& structure) const {
  if (!fs::is_directory(settings_.folder)) return false;
  const std::string beginning = hash + ".running";
  for (const auto& entry : fs::directory_iterator(settings_.folder)) {
    const std::string path = entry.path().string();
    const std::string status = path + "/" + file_name::status;
    if (entry.path().filename().string().rfind(beginning, 0) != 0 || !fs::exists(status)) continue;
    try {
      // Another pool of this run may be at the same structure.
      if (fs::last_write_time(status) > settings_.began) continue;
      for (int attempt = 1; attempt <= most_attempts; ++attempt) {
        const CommandInput input = prepare(structure, attempt - 1);
        if (!holds(path, input)) continue;
        make_result(input, path, structure, attempt);
        fs::rename(path, folder(hash));
        return true;
      }
    } catch (const std::exception&) {
      // It is computed anew.
    }
  }
  return false;
}

std::string CommandCalculations::give_up(const std::string& hash, const std::string& problem, int attempts) const {
  const std::string running = running_folder(hash), failed = failed_folder(hash);
  fs::remove_all(failed);
  fs::rename(running, failed);
  std::string reason = attempts > 1 ? fmt::format("{}; tried {} times", problem, attempts) : problem;
  for (std::size_t at = 0; (at = reason.find(running, at)) != std::string::npos; at += failed.size())
    reason.replace(at, running.size(), failed);
  write_text(failed + "/" + file_name::reason, reason + "\n");
  return reason;
}

std::string CommandCalculations::reason_of_failure(const std::string& hash) const {
  const std::string file = failed_folder(hash) + "/" + file_name::reason;
  return fs::exists(file) ? word_of(file) : std::string();
}

}  // namespace spinel
