#include "run/restart.hpp"

#include <filesystem>

#include "core/error.hpp"
#include "input/schema.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

namespace {

std::string to_text(const std::string& value) { return "'" + value + "'"; }
std::string to_text(std::int64_t value) { return fmt::format("{}", value); }
std::string to_text(double value) { return fmt::format("{}", value); }
std::string to_text(bool value) { return value ? ".true." : ".false."; }
template <class T>
std::string to_text(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + to_text(value);
  return text.empty() ? "nothing" : text;
}

std::string value_text(const Key& key, const Input& input) {
  // Key::member hands out a pointer to change; a copy keeps the input itself const.
  Input copy = input;
  return std::visit([](auto* value) { return to_text(*value); }, key.member(copy));
}

}  // namespace

std::vector<std::string> compare_with_checkpoint(const Input& now, const Input& then, const std::string& path) {
  std::vector<std::string> changed;
  for (const Group& group : schema())
    for (const Key& key : group.keys) {
      const std::string before = value_text(key, then), after = value_text(key, now);
      if (before == after) continue;
      const AtRestart rule = key.at_restart(now);
      if (rule == AtRestart::frozen)
        fail_key(now, group.name, key.name,
                 fmt::format("is {} but was {} when the checkpoint {} was written; a restart cannot change it. "
                             "Put it back, or begin anew with restart_mode = 'from_scratch'",
                             after, before, path));
      if (rule == AtRestart::reported)
        changed.push_back(fmt::format("&{} {}: {} → {}", group.name, key.name, before, after));
    }
  return changed;
}

bool restart_is_wanted(const RunContext& context, const RunFiles& files) {
  const std::string& mode = context.input.control.restart_mode;
  if (mode == "from_scratch") return false;
  const bool exists = root_says(context.world, [&] { return std::filesystem::exists(files.checkpoint); });
  if (mode == "restart" && !exists)
    fail_key(context.input, "control", "restart_mode",
             fmt::format("'restart', but there is no checkpoint {}; use 'auto' to begin anew where there is none",
                         files.checkpoint));
  return exists;
}

std::vector<std::string> check_restart(const RunContext& context, const RunFiles& files,
                                       const CheckpointReader& reader) {
  return compare_with_checkpoint(context.input, parse_input(reader.text("input"), files.checkpoint), files.checkpoint);
}

}  // namespace spinel
