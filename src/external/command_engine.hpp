#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "external/dft_input.hpp"
#include "external/external_engine.hpp"

namespace spinel {

/// A program that is run once for every structure.
struct CommandSettings {
  std::string code;           ///< quantum_espresso | cp2k | script, which reads and writes extended XYZ
  std::string command;        ///< shell command with {file}, {result}, {folder}
  std::string template_text;  ///< of the code's input
  std::string template_name;  ///< for messages
  DftSettings dft;            ///< of the code's input; `retry` is set here
  double timeout = 0.0;       ///< s for one run
  std::string folder;         ///< of all calculations
  std::shared_ptr<std::vector<double>> seconds;  ///< of calculations so far, shared by the engines of a run
  std::filesystem::file_time_type began;         ///< what programs ended before is left by an earlier run
  std::string worker;  ///< what distinguishes folders of calculations that go on at the same time
};

/// Runs the program in a folder of its own, reads its output, and keeps both under the hash of all that determines the
/// result: input, command, contents of the pseudopotentials. What is there already is not computed again, so a run that
/// was killed repeats no more than what it was at. A calculation that fails (not converged, crashed) is tried twice
/// more with the usual remedies; then it is a failure with its reason, and its folder is kept as <hash>.failed.
///
/// Labels of an answer: run_type, a name of the code and a hash of all settings but the structure: energies of one hull
/// must have the same; code, code_version, attempts, calculation (the folder), seconds, and what the output has
/// (total_magnetization).
class CommandEngine final : public ExternalEngine {
 public:
  explicit CommandEngine(CommandSettings settings);

  ExternalForces evaluate(const Structure& structure) override;
  /// Half again the median of what calculations took.
  double expected_seconds() const override;
  std::map<std::string, std::string> labels() const override { return labels_; }

 private:
  struct Input;
  Input prepare(const Structure& structure, int retry) const;
  ExternalForces take(const std::string& result, const Structure& structure);
  void run(const Input& input, const std::string& folder) const;
  void keep(const Input& input, const std::string& folder, const Structure& structure, int attempt) const;
  bool take_over(const Input& input, const Structure& structure, const std::string& folder) const;
  const std::string& hash_of_file(const std::string& path) const;
  std::string level(const std::vector<std::string>& pseudopotentials, const std::string& version) const;

  CommandSettings settings_;
  std::map<std::string, std::string> labels_;
  mutable std::map<std::string, std::string> hash_of_file_;
};

}  // namespace spinel
