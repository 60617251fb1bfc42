#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "crystal/structure.hpp"
#include "external/dft_input.hpp"
#include "external/external_engine.hpp"

namespace spinel {

/// A program that is run once for every structure.
struct CommandSettings {
  std::string code;                       ///< quantum_espresso | cp2k | script, which reads and writes extended XYZ
  std::string command;                    ///< shell command with {file}, {result}, {folder}
  std::string template_text;              ///< of the code's input
  std::string template_name;              ///< for messages
  DftSettings dft;                        ///< of the code's input; `retry` is set here
  std::string folder;                     ///< of all calculations
  std::filesystem::file_time_type began;  ///< what programs ended before is left by an earlier run
  std::string worker;                     ///< what distinguishes folders of calculations that go on at the same time
};

/// Input of one calculation.
struct CommandInput {
  std::string text;
  std::vector<std::string> pseudopotentials;  ///< files
  std::string hash;                           ///< of all that determines the result
};

/// The calculations of a program on the disk, each in a folder under the hash of all that determines its result: input,
/// command, contents of the pseudopotentials. <hash>.running… while the program runs, <hash> with result.xyz after it,
/// <hash>.failed with the file `reason` where it failed for good.
class CommandCalculations {
 public:
  static constexpr int most_attempts = 3;

  explicit CommandCalculations(CommandSettings settings) : settings_(std::move(settings)) {}
  const CommandSettings& settings() const { return settings_; }

  /// `retry`: 0, or 1 and 2 with the remedies for a cycle that has not converged. InputError where the template does
  /// not fit the structure.
  CommandInput prepare(const Structure& structure, int retry) const;

  // Places of the calculation whose first input has this hash.
  std::string folder(const std::string& hash) const { return settings_.folder + "/" + hash; }
  std::string running_folder(const std::string& hash) const { return folder(hash) + ".running" + settings_.worker; }
  std::string failed_folder(const std::string& hash) const { return folder(hash) + ".failed"; }
  std::string result(const std::string& hash) const;

  /// Makes `folder` anew, with the input. Returns the command as it is to run there.
  std::string write(const CommandInput& input, const std::string& folder) const;
  /// What the program prints there.
  std::string output(const std::string& folder) const;

  /// Is that what a calculation there was given?
  bool holds(const std::string& folder, const CommandInput& input) const;

  /// Turns what a program that has ended has left in running_folder(hash) into the result, and moves that to
  /// folder(hash). Error with the reason where it is none.
  void keep(const CommandInput& input, const std::string& hash, const Structure& structure, int attempt) const;
  /// What a run that was killed had going, where the program has come to a good end since. `hash`: of the first input.
  bool take_over(const std::string& hash, const Structure& structure) const;
  /// Moves running_folder(hash) to failed_folder(hash). Returns the reason with the new name in it.
  std::string give_up(const std::string& hash, const std::string& problem, int attempts) const;
  /// Of give_up(); empty: there is none.
  std::string reason_of_failure(const std::string& hash) const;

 private:
  void make_result(const CommandInput& input, const std::string& folder, const Structure& structure, int attempt) const;
  const std::string& hash_of_file(const std::string& path) const;
  std::string level(const std::vector<std::string>& pseudopotentials, const std::string& version) const;

  CommandSettings settings_;
  mutable std::map<std::string, std::string> hash_of_file_;
};

/// Names of files in the folder of a calculation.
namespace calculation_file {
constexpr const char *status = "status", *seconds = "seconds", *result = "result.xyz", *reason = "reason";
}

/// The answer that an output or a result holds; Error where it is none.
ExternalForces answer_of(const Structure& found, const Structure& asked);
/// An info label; empty where it is missing.
std::string info_of(const Structure& structure, const std::string& key);

}  // namespace spinel
