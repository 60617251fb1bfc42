#include "task/optimize/command_evaluations.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "crystal/formats/text_file.hpp"
#include "external/child_process.hpp"
#include "external/placeholders.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) fail("{}: cannot be written", path);
}

/// The last line with something in it.
std::string last_line(const std::string& text) {
  std::istringstream lines(text);
  std::string line, last;
  while (std::getline(lines, line))
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  return last;
}

}  // namespace

double number_in(const std::string& path, bool is_output) {
  if (!fs::exists(path)) fail("it wrote no {}", fs::path(path).filename().string());
  const std::string text = text_of(path), line = is_output ? last_line(text) : text;
  std::istringstream words(line);
  std::vector<std::string> all;
  for (std::string word; words >> word;) all.push_back(word);
  double value = 0.0;
  if (all.empty()) fail("{}", is_output ? "it printed nothing" : "the file {result} is empty");
  if (!is_output && all.size() > 1) fail("the file {{result}} holds more than one number: '{} {} …'", all[0], all[1]);
  if (!parse_number(all.back(), value))
    fail("'{}' {} is not a number", all.back(),
         is_output ? "at the end of the last line it printed" : "in the file {result}");
  if (!std::isfinite(value)) fail("the result {} is not finite", all.back());
  return value;
}

/// One evaluation that goes on.
class CommandEvaluations::Running {
 public:
  Running(const CommandEvaluations& all, OptimizationRow& row)
      : all_(all), row_(row), folder_(fs::absolute(fmt::format("{}/{:06d}", all.folder_, row.number)).string()) {
    if (fs::exists(status_path()) && text_of(folder_ + "/variables.json") == all.json(row)) return;  // it ended
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write_text(folder_ + "/variables.json", all.json(row));
    std::vector<std::pair<std::string, std::string>> values = {
        {"file", folder_ + "/variables.json"}, {"result", folder_ + "/result"}, {"folder", folder_}};
    for (std::size_t k = 0; k < row.values.size(); ++k)
      values.emplace_back(all.box_.variables()[k].name, all.box_.text(k, row.values[k]));
    // The status comes at once or not at all, and what took the time with it.
    const std::string script =
        fmt::format("(\n{}\n)\nstatus=$?\necho $status > status.part && mv status.part status\nexit $status",
                    replace_placeholders(all.command_, values));
    begin_ = Progress::steady_seconds();
    child_ = std::make_unique<ChildProcess>(script, folder_, folder_ + "/output");
  }

  /// Whether it came to an end, and with what.
  bool poll() {
    const double seconds = child_ ? Progress::steady_seconds() - begin_ : 0.0;
    if (child_) {
      const auto end = child_->end();
      const bool is_late = all_.timeout_ > 0.0 && seconds > all_.timeout_;
      if (!end && !is_late) return false;
      if (!end) {
        child_.reset();
        return finish(seconds, fmt::format("the command did not end within {:g} s", all_.timeout_));
      }
      child_.reset();
      if (*end != "ended with status 0") return finish(seconds, fmt::format("the command {}{}", *end, last_words()));
    } else if (const std::string status = text_of(status_path()); status != "0\n") {
      return finish(
          0.0, fmt::format("the command ended with status {}{}", status.substr(0, status.find('\n')), last_words()));
    }
    try {
      const bool is_output = all_.command_.find("{result}") == std::string::npos;
      row_.value = number_in(folder_ + (is_output ? "/output" : "/result"), is_output);
    } catch (const Error& error) {
      return finish(seconds, error.what());
    }
    return finish(seconds, "");
  }

  OptimizationRow& row() const { return row_; }

 private:
  std::string status_path() const { return folder_ + "/status"; }
  std::string last_words() const {
    const std::string line = last_line(text_of(folder_ + "/output"));
    return line.empty() ? "" : ": " + line.substr(0, 200);
  }
  bool finish(double seconds, const std::string& reason) {
    row_.seconds = seconds;
    row_.reason = reason;
    row_.is_done = true;
    return true;
  }

  const CommandEvaluations& all_;
  OptimizationRow& row_;
  std::string folder_;
  double begin_ = 0.0;
  std::unique_ptr<ChildProcess> child_;
};

std::string CommandEvaluations::json(const OptimizationRow& row) const {
  std::string text = fmt::format("{{\"evaluation\": {}", row.number);
  for (std::size_t k = 0; k < row.values.size(); ++k)
    text += fmt::format(", \"{}\": {}", box_.variables()[k].name, box_.text(k, row.values[k]));
  return text + "}\n";
}

void CommandEvaluations::run(const std::vector<OptimizationRow*>& rows, const std::function<void()>& look,
                             const std::function<void(OptimizationRow&)>& done) const {
  std::vector<std::unique_ptr<Running>> running;
  for (OptimizationRow* row : rows) {
    look();
    running.push_back(std::make_unique<Running>(*this, *row));
  }
  using std::chrono::milliseconds;
  for (milliseconds pause(1); !running.empty(); pause = std::min(2 * pause, milliseconds(50))) {
    for (auto at = running.begin(); at != running.end();) {
      if (!(*at)->poll()) {
        ++at;
        continue;
      }
      OptimizationRow& row = (*at)->row();
      at = running.erase(at);
      done(row);
      pause = milliseconds(1);
    }
    look();
    if (!running.empty()) std::this_thread::sleep_for(pause);
  }
}

void CommandEvaluations::keep_old() const {
  if (!fs::exists(folder_)) return;
  fs::remove_all(folder_ + ".old");
  fs::rename(folder_, folder_ + ".old");
}

}  // namespace spinel
