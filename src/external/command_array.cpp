#include "external/command_array.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <thread>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "external/child_process.hpp"
#include "external/placeholders.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

constexpr const char *script_name = "run.sh", *taken_name = "started.sh", *withdrawn_name = "withdrawn.sh";
constexpr int beat_seconds = 5;
// Without a beat a job is taken for dead. File systems of clusters show changes late.
constexpr std::chrono::seconds silence(60);

/// What a job does in the folder of a calculation.
std::string script(const std::string& command, const std::string& output) {
  return fmt::format(R"script(#!/bin/sh
# Runs the program in this folder, once: the job that comes first takes the script away from others.
cd "$(dirname "$0")" || exit 1
touch -c {script}
mv {script} {taken} 2>/dev/null || exit 0
(while kill -0 $$ 2>/dev/null; do touch -c {taken}; sleep {beat}; done) >/dev/null 2>&1 &
beat=$!
begin=$(date +%s)
(
{command}
) >{output} 2>&1 </dev/null
status=$?
kill $beat
echo $(($(date +%s) - begin)) >{seconds}
echo $status >{status}.part
mv {status}.part {status}
exit $status
)script",
                     fmt::arg("script", script_name), fmt::arg("taken", taken_name), fmt::arg("beat", beat_seconds),
                     fmt::arg("command", command), fmt::arg("output", output),
                     fmt::arg("seconds", calculation_file::seconds), fmt::arg("status", calculation_file::status));
}

enum class JobState {
  waiting,  ///< has not begun
  running,
  ended,  ///< the program has
  gone    ///< began, and ended before the program did
};

JobState state_of(const std::string& folder) {
  if (fs::exists(folder + "/" + calculation_file::status)) return JobState::ended;
  if (fs::exists(folder + "/" + script_name)) return JobState::waiting;
  std::error_code missing;
  const auto beat = fs::last_write_time(folder + "/" + taken_name, missing);
  if (missing) return JobState::gone;
  // By the clock of the machine that has the files.
  const std::string clock = folder + "/clock";
  std::ofstream(clock) << "\n";
  return fs::last_write_time(clock) - beat < silence ? JobState::running : JobState::gone;
}

std::string ends_with(const std::string& file) {
  const std::string last = last_line_of(file);
  return last.empty() ? "" : fmt::format(" (see {}, which ends with: {})", file, last);
}

}  // namespace

struct CommandArray::Job {
  const Structure* structure;
  std::string hash;
  CommandInput input{};
  int runs = 0;  // of the program that have failed
  std::string problem{};
};

/// Those without a result. Structures of one input are one job.
std::vector<CommandArray::Job> CommandArray::jobs_of(const std::vector<Structure>& structures) const {
  std::vector<Job> jobs;
  std::set<std::string> seen;
  for (const Structure& structure : structures) {
    std::string hash;
    try {
      hash = calculations_.prepare(structure, 0).hash;
    } catch (const InputError&) {
      continue;  // is reported by who asks for its result
    }
    if (!seen.insert(hash).second || fs::exists(calculations_.result(hash))) continue;
    fs::remove(calculations_.failed_folder(hash) + "/" + calculation_file::reason);
    if (!calculations_.take_over(hash, structure)) jobs.push_back({&structure, hash});
  }
  return jobs;
}

/// Has a job of an earlier run this calculation going, or brought it to its end? One that has not begun never will.
bool CommandArray::adopt(Job& job) const {
  const std::string folder = calculations_.running_folder(job.hash);
  std::error_code ignored;
  fs::rename(folder + "/" + script_name, folder + "/" + withdrawn_name, ignored);
  const JobState state = state_of(folder);
  if (state != JobState::running && state != JobState::ended) return false;
  for (int retry = 0; retry < CommandCalculations::most_attempts; ++retry) {
    CommandInput input = calculations_.prepare(*job.structure, retry);
    if (!calculations_.holds(folder, input)) continue;
    job.input = std::move(input);
    job.runs = retry;
    return true;
  }
  return false;
}

std::string CommandArray::write_list(const std::vector<std::string>& folders) const {
  // Jobs of an earlier array may not have read theirs yet.
  std::string path;
  for (int number = 1; path.empty() || fs::exists(path); ++number)
    path = fmt::format("{}/array_{}.list", calculations_.settings().folder, number);
  std::ofstream file(path);
  for (const std::string& folder : folders) file << folder << '\n';
  file.flush();
  if (!file) fail("{}: cannot be written", path);
  return fs::absolute(path).string();
}

/// Writes inputs and runs the command that submits them.
void CommandArray::submit(std::vector<Job>& jobs) const {
  std::vector<std::string> folders;
  for (Job& job : jobs) {
    if (job.runs == 0 && job.problem.empty() && adopt(job)) continue;
    job.input = calculations_.prepare(*job.structure, std::min(job.runs, CommandCalculations::most_attempts - 1));
    const std::string folder = calculations_.running_folder(job.hash);
    const std::string command = calculations_.write(job.input, folder);
    // Renamed, so that no job finds half of it.
    const std::string path = folder + "/" + script_name;
    std::ofstream file(path + ".part");
    file << script(command, fs::path(calculations_.output(folder)).filename().string()) << std::flush;
    if (!file) fail("{}: cannot be written", path);
    file.close();
    fs::rename(path + ".part", path);
    folders.push_back(fs::absolute(folder).string());
  }
  if (jobs.size() > folders.size())
    report_(fmt::format("{} jobs of an earlier run are taken over", jobs.size() - folders.size()));
  if (folders.empty()) return;
  const std::string command =
      replace_placeholders(submit_, {{"n", std::to_string(folders.size())}, {"list", write_list(folders)}});
  report_(fmt::format("{} jobs: {}", folders.size(), command));
  const std::string log = calculations_.settings().folder + "/array.log";
  std::ofstream(log, std::ios::app) << "Spinel runs: " << command << std::endl;
  ChildProcess child(command, "", log);
  child.wait(std::numeric_limits<double>::infinity(), look_);
  if (std::all_of(folders.begin(), folders.end(), [](const auto& f) { return state_of(f) == JobState::waiting; }))
    fail_input("'{}' {}, and none of its jobs has run{}; it must end after run.sh has ended in each folder of the list",
               command, *child.end(), ends_with(log));
}

/// Jobs that an earlier run had submitted, and those that others took over from them.
void CommandArray::wait_for_stragglers(const std::vector<Job>& jobs) const {
  constexpr std::chrono::milliseconds pause(200);
  constexpr double between = 2.0;  // s, between looks at files
  double next = 0.0;
  for (;; std::this_thread::sleep_for(pause)) {
    look_();
    if (Progress::steady_seconds() < next) continue;
    if (std::none_of(jobs.begin(), jobs.end(), [&](const Job& job) {
          return state_of(calculations_.running_folder(job.hash)) == JobState::running;
        }))
      return;
    next = Progress::steady_seconds() + between;
  }
}

/// Is there a result?
bool CommandArray::collect(Job& job) const {
  const std::string folder = calculations_.running_folder(job.hash), output = calculations_.output(folder);
  switch (state_of(folder)) {
    case JobState::ended:
      try {
        calculations_.keep(job.input, job.hash, *job.structure, job.runs + 1);
        return true;
      } catch (const Error& error) {
        job.problem = error.what();
      }
      ++job.runs;
      break;
    case JobState::waiting:
      job.problem = "none of the jobs of the array has run it";
      break;
    default:
      job.problem = "its job ended before the program did" + ends_with(output);
      ++job.runs;
  }
  return false;
}

void CommandArray::run(const std::vector<Structure>& structures) const {
  std::vector<Job> jobs = jobs_of(structures);
  for (int round = 1; round <= CommandCalculations::most_attempts && !jobs.empty(); ++round) {
    look_();
    submit(jobs);
    wait_for_stragglers(jobs);
    const std::size_t n = jobs.size();
    jobs.erase(std::remove_if(jobs.begin(), jobs.end(), [this](Job& job) { return collect(job); }), jobs.end());
    report_(fmt::format("{} of {} jobs have come to a result", n - jobs.size(), n));
  }
  for (const Job& job : jobs) calculations_.give_up(job.hash, job.problem, std::max(1, job.runs));
}

}  // namespace spinel
