#include "task/sequence.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "run/run_report.hpp"
#include "run/setup/make_potential.hpp"
#include "task/registry.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

std::string absolute(const std::string& path) { return fs::absolute(path).lexically_normal().string(); }

/// Is `whole`, absolute, a file that a calculation writes?
bool is_written_by(const Input& input, const std::string& whole) {
  const auto is = [&](const std::string& output) { return !output.empty() && absolute(output) == whole; };
  const fs::path folder = input.control.outdir;
  const std::string& final_structure = input.output.final_structure;
  if (is(input.convert.output) || is(input.query.output)) return true;
  if (!final_structure.empty() && is((folder / final_structure).string())) return true;
  const std::string stem = absolute((folder / input.control.prefix).string());
  return whole.size() > stem.size() && whole.compare(0, stem.size(), stem) == 0 &&
         std::isalnum(static_cast<unsigned char>(whole[stem.size()])) == 0;
}

/// Does a group (empty: any) of calculation `k` name a file that an earlier one writes?
bool reads_earlier(const std::vector<Input>& inputs, std::size_t k, const std::string& group = "") {
  // Key::member hands out a pointer to change; a copy keeps the input itself const.
  Input copy = inputs[k];
  const fs::path beside = fs::path(copy.locations.file).parent_path();
  const auto is_earlier = [&](const std::string& path) {
    return !path.empty() &&
           std::any_of(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(k), [&](const Input& earlier) {
             return is_written_by(earlier, absolute(path)) ||
                    is_written_by(earlier, absolute((beside / path).string()));
           });
  };
  for (const Group& one : schema()) {
    if (one.name == "control" || (!group.empty() && one.name != group)) continue;
    for (const Key& key : one.keys) {
      const Member member = key.member(copy);
      if (const auto* text = std::get_if<std::string*>(&member); text != nullptr && is_earlier(**text)) return true;
      if (const auto* texts = std::get_if<std::vector<std::string>*>(&member);
          texts != nullptr && std::any_of((*texts)->begin(), (*texts)->end(), is_earlier))
        return true;
    }
  }
  return false;
}

RunContext context_of(const Communicator& world, const Input& input, Log& log) {
  return {world, input, UnitSystem::by_name(input.control.units), log};
}

void check_one(const Communicator& world, const std::vector<Input>& inputs, std::size_t k, Log& log) {
  const RunContext context = context_of(world, inputs[k], log);
  if (!reads_earlier(inputs, k))
    check_input(context);
  else if (inputs[k].locations.line.count({"potential", ""}) > 0 && !reads_earlier(inputs, k, "potential"))
    PotentialMaker(context, inputs[k].potential);
}

std::string not_begun(std::size_t first, std::size_t n) {
  return first + 1 == n ? fmt::format("Calculation {} was not begun", n)
                        : fmt::format("Calculations {} to {} were not begun", first + 1, n);
}

}  // namespace

void check_sequence(const Communicator& world, const std::vector<Input>& inputs, Log& log) {
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    check_one(world, inputs, k, log);
    if (reads_earlier(inputs, k))
      log.print("calculation {} reads what an earlier one writes: that is checked when it begins", k + 1);
  }
}

void run_sequence(const Communicator& world, const std::vector<Input>& inputs, Log& log) {
  const double begin = Progress::steady_seconds();
  const std::size_t n = inputs.size();
  for (std::size_t k = 1; k < n; ++k) check_one(world, inputs, k, log);
  for (std::size_t k = 0; k < n; ++k) {
    Input input = inputs[k];
    if (n > 1) {
      double passed = Progress::steady_seconds() - begin;
      world.broadcast(&passed, 1);
      double& limit = input.control.max_seconds;
      const int signal = world.max(StopSignal::received());
      if (k > 0 && (signal != 0 || (limit > 0.0 && passed >= limit))) {
        const std::string reason =
            signal != 0 ? StopSignal::name(signal) : fmt::format("max_seconds = {:g}", inputs[k].control.max_seconds);
        log.print("\nStopped by {}. {}; continue with restart_mode = 'auto'", reason, not_begun(k, n));
        return;
      }
      if (limit > 0.0) limit -= passed;
      log.print("{}Calculation {} of {}: {} '{}'", k > 0 ? "\n" : "", k + 1, n, input.control.calculation,
                input.control.prefix);
    }
    if (run_calculation(context_of(world, input, log))) continue;
    if (k + 1 < n) log.print("{}", not_begun(k + 1, n));
    return;
  }
}

}  // namespace spinel
