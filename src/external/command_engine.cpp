#include "external/command_engine.hpp"

#include <filesystem>
#include <fstream>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "crystal/formats/structure_file.hpp"
#include "external/child_process.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

/// Another try would take as long.
class OutOfTime : public Error {
 public:
  using Error::Error;
};

}  // namespace

void CommandEngine::run(const CommandInput& input, const std::string& folder) const {
  const std::string command = calculations_.write(input, folder), output = calculations_.output(folder);
  // The status tells a run that finds the folder that the program came to its end, whatever became of the one that
  // had started it.
  ChildProcess child(
      fmt::format("(\n{}\n)\nstatus=$?\necho $status > {}\nexit $status", command, calculation_file::status), folder,
      output);
  const double begin = Progress::steady_seconds();
  if (!child.wait(settings_.timeout, [this] { look(); }))
    throw OutOfTime(fmt::format("it did not end within {:g} s (see {})", settings_.timeout, output));
  std::ofstream(folder + "/" + calculation_file::seconds)
      << fmt::format("{:.2f}\n", Progress::steady_seconds() - begin);
}

ExternalForces CommandEngine::take(const std::string& path, const Structure& structure) {
  const Structure result = read_structure(path);
  labels_.clear();
  for (const char* key :
       {"code", "code_version", "total_magnetization", "n_scf", "warnings", "run_type", "attempts", "seconds"})
    if (const std::string value = info_of(result, key); !value.empty()) labels_[key] = value;
  labels_["calculation"] = fs::path(path).parent_path().filename().string();
  double seconds = 0.0;
  if (parse_number(info_of(result, "seconds"), seconds)) settings_.times->add(seconds);
  return answer_of(result, structure);
}

ExternalForces CommandEngine::evaluate(const Structure& structure) {
  const CommandInput first = calculations_.prepare(structure, 0);
  const std::string& hash = first.hash;
  const std::string result = calculations_.result(hash);
  if (fs::exists(result)) return take(result, structure);
  if (settings_.by_array) {
    const std::string reason = calculations_.reason_of_failure(hash);
    fail("{}", reason.empty() ? "no job of the array was to compute it" : reason);
  }
  if (calculations_.take_over(hash, structure)) return take(result, structure);
  for (int attempt = 1;; ++attempt) {
    std::string problem;
    bool again = attempt < CommandCalculations::most_attempts;
    try {
      const CommandInput input = attempt == 1 ? first : calculations_.prepare(structure, attempt - 1);
      run(input, calculations_.running_folder(hash));
      calculations_.keep(input, hash, structure, attempt);
      return take(result, structure);
    } catch (const InputError&) {
      throw;
    } catch (const OutOfTime& error) {
      problem = error.what();
      again = false;
    } catch (const Error& error) {
      problem = error.what();
    }
    if (!again) throw Error(calculations_.give_up(hash, problem, attempt));
  }
}

}  // namespace spinel
