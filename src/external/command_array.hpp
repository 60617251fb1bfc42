#pragma once

#include <functional>
#include <string>
#include <vector>

#include "external/command_calculations.hpp"

namespace spinel {

/// Runs the program for many structures as an array of jobs, which one command submits. The command may be any that
/// runs the script run.sh once in each of the folders that a list names, wherever and in whatever order, and ends when
/// these have ended.
///
/// A job takes the script of its folder away from others (it renames it) and touches it while it works, so a folder is
/// never worked on twice, and jobs that outlive the program that had them submitted are left to end and taken over.
class CommandArray {
 public:
  /// `submit`: with {n}, the number of jobs, and {list}, the file that names their folders.
  CommandArray(CommandSettings program, std::string submit)
      : calculations_(std::move(program)), submit_(std::move(submit)) {}

  /// Called before jobs are submitted, and a few times a second while they are waited for; what it throws ends the
  /// submitting command and run().
  void set_look(std::function<void()> look) { look_ = std::move(look); }
  /// Takes lines for the log.
  void set_report(std::function<void(const std::string&)> report) { report_ = std::move(report); }

  /// Afterwards there is a result or a reason for each structure that an input can be made of: what fails is submitted
  /// up to three times, with the remedies of CommandEngine. InputError where the command runs no job at all.
  void run(const std::vector<Structure>& structures) const;

 private:
  struct Job;
  std::vector<Job> jobs_of(const std::vector<Structure>& structures) const;
  bool adopt(Job& job) const;
  void submit(std::vector<Job>& jobs) const;
  void wait_for_stragglers(const std::vector<Job>& jobs) const;
  bool collect(Job& job) const;
  std::string write_list(const std::vector<std::string>& folders) const;

  CommandCalculations calculations_;
  std::string submit_;
  std::function<void()> look_;
  std::function<void(const std::string&)> report_;
};

}  // namespace spinel
