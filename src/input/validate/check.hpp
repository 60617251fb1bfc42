#pragma once

#include "core/error.hpp"
#include "input/schema.hpp"

namespace spinel {

/// Throws where `wrong` holds: "file:line: &group key: what".
class Check {
 public:
  Check(const Input& input, const char* group) : input_(input), group_(group) {}
  template <class... Args>
  void operator()(bool wrong, const char* key, fmt::format_string<Args...> format, Args&&... args) const {
    if (wrong) fail_key(input_, group_, key, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  const Input& input_;
  const char* group_;
};

/// Keys of a group that are given although another key has not chosen them (Key::of): throws as Check does.
void check_selected_keys(const Input& input, const std::string& group);

}  // namespace spinel
