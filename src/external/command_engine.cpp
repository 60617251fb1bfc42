#include "external/command_engine.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "external/child_process.hpp"
#include "external/placeholders.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

/// Another try would take as long.
class OutOfTime : public Error {
 public:
  using Error::Error;
};

constexpr int most_attempts = 3;
constexpr const char* result_name = "result.xyz";
constexpr const char* answer_name = "answer.xyz";  // of a script
constexpr const char* status_name = "status";
constexpr const char* seconds_name = "seconds";

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

}  // namespace

struct CommandEngine::Input {
  std::string text;
  std::vector<std::string> pseudopotentials;  // files
  std::string hash;                           // of all that determines the result
};

CommandEngine::CommandEngine(CommandSettings settings) : settings_(std::move(settings)) {}

double CommandEngine::expected_seconds() const {
  if (settings_.seconds->empty()) return 0.0;
  auto sorted = *settings_.seconds;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return 1.5 * *middle;
}

CommandEngine::Input CommandEngine::prepare(const Structure& structure, int retry) const {
  Input input;
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

const std::string& CommandEngine::hash_of_file(const std::string& path) const {
  std::string& hash = hash_of_file_[path];
  if (hash.empty()) hash = hash_of({text_of(path)});
  return hash;
}

std::string CommandEngine::level(const std::vector<std::string>& pseudopotentials, const std::string& version) const {
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

void CommandEngine::run(const Input& input, const std::string& folder) const {
  const CodeFiles files = files_of(settings_.code);
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string file = folder + "/" + files.input, output = folder + "/" + files.output;
  write_text(file, input.text);
  const auto absolute = [](const std::string& path) { return fs::absolute(path).string(); };
  const std::string command = replace_placeholders(
      settings_.command,
      {{"file", absolute(file)}, {"result", absolute(folder + "/" + answer_name)}, {"folder", absolute(folder)}});
  // The status tells a run that finds the folder that the program came to its end, whatever became of the one that
  // had started it.
  ChildProcess child(fmt::format("(\n{}\n)\nstatus=$?\necho $status > {}\nexit $status", command, status_name), folder,
                     output);
  const double begin = Progress::steady_seconds();
  if (!child.wait(settings_.timeout, [this] { look(); }))
    throw OutOfTime(fmt::format("it did not end within {:g} s (see {})", settings_.timeout, output));
  write_text(folder + "/" + seconds_name, fmt::format("{:.2f}\n", Progress::steady_seconds() - begin));
}

/// Turns what a program has left in a folder into the file of its result. Error where it is none.
void CommandEngine::keep(const Input& input, const std::string& folder, const Structure& structure, int attempt) const {
  const std::string output = folder + "/" + files_of(settings_.code).output;
  const std::string status = word_of(folder + "/" + status_name), last = last_line_of(output);
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
  for (const char* key : {"code", "code_version", "total_magnetization"})
    if (const std::string value = info_of(found, key); !value.empty()) result.info[key] = value;
  result.magnetic_moment = found.magnetic_moment;
  result.info["energy"] = fmt::format("{}", answer.energy);
  const Mat3 stress = -answer.virial / structure.volume();
  std::string numbers;
  for (int k = 0; k < 9; ++k) numbers += fmt::format("{}{}", k > 0 ? " " : "", stress(k / 3, k % 3));
  result.info["stress"] = numbers;
  result.info["run_type"] = level(input.pseudopotentials, info_of(found, "code_version"));
  result.info["attempts"] = fmt::format("{}", attempt);
  if (fs::exists(folder + "/" + seconds_name)) result.info["seconds"] = word_of(folder + "/" + seconds_name);
  write_structure(folder + "/" + result_name, result);
}

ExternalForces CommandEngine::take(const std::string& path, const Structure& structure) {
  const Structure result = read_structure(path);
  labels_.clear();
  for (const char* key : {"code", "code_version", "total_magnetization", "run_type", "attempts", "seconds"})
    if (const std::string value = info_of(result, key); !value.empty()) labels_[key] = value;
  labels_["calculation"] = fs::path(path).parent_path().filename().string();
  double seconds = 0.0;
  if (parse_number(info_of(result, "seconds"), seconds)) settings_.seconds->push_back(seconds);
  return answer_of(result, structure);
}

/// What a run that was killed had going, where the program has come to a good end since.
bool CommandEngine::take_over(const Input& input, const Structure& structure, const std::string& folder) const {
  if (!fs::is_directory(settings_.folder)) return false;
  const std::string beginning = fs::path(folder).filename().string() + ".running";
  for (const auto& entry : fs::directory_iterator(settings_.folder)) {
    const std::string path = entry.path().string();
    const std::string status = path + "/" + status_name;
    if (entry.path().filename().string().rfind(beginning, 0) != 0 || !fs::exists(status)) continue;
    try {
      // Another pool of this run may be at the same structure.
      if (fs::last_write_time(status) > settings_.began) continue;
      if (text_of(path + "/" + files_of(settings_.code).input) != input.text) continue;
      keep(input, path, structure, 1);
      fs::rename(path, folder);
      return true;
    } catch (const std::exception&) {
      // It is computed anew.
    }
  }
  return false;
}

ExternalForces CommandEngine::evaluate(const Structure& structure) {
  const Input first = prepare(structure, 0);
  const std::string folder = settings_.folder + "/" + first.hash, result = folder + "/" + result_name;
  if (fs::exists(result)) return take(result, structure);
  const std::string working = folder + ".running" + settings_.worker;
  if (take_over(first, structure, folder)) return take(result, structure);
  const auto move_to = [&](const std::string& place) {
    fs::remove_all(place);
    fs::rename(working, place);
  };
  for (int attempt = 1;; ++attempt) {
    std::string problem;
    bool again = attempt < most_attempts;
    try {
      const Input input = attempt == 1 ? first : prepare(structure, attempt - 1);
      run(input, working);
      keep(input, working, structure, attempt);
      move_to(folder);
      return take(result, structure);
    } catch (const InputError&) {
      throw;
    } catch (const OutOfTime& error) {
      problem = error.what();
      again = false;
    } catch (const Error& error) {
      problem = error.what();
    }
    if (again) continue;
    const std::string failed = folder + ".failed";
    move_to(failed);
    // The folder has another name now.
    for (std::size_t at = 0; (at = problem.find(working, at)) != std::string::npos; at += failed.size())
      problem.replace(at, working.size(), failed);
    throw Error(attempt > 1 ? fmt::format("{}; tried {} times", problem, attempt) : problem);
  }
}

}  // namespace spinel
