#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "model/model_file.hpp"

namespace spinel {

/// The JSON architecture of a model file, of whatever family. Every member throws InputError, with the path of the
/// file, where a key is missing or its value cannot be.
class Architecture {
 public:
  explicit Architecture(const ModelFile& file) : Architecture(file.architecture, file.path) {}
  Architecture(const std::string& text, std::string path)
      : path_(std::move(path)), json_(nlohmann::json::parse(text, nullptr, false)) {
    if (!json_.is_object()) fail_input("model '{}': its architecture is no JSON object", path_);
  }

  bool has(const char* key) const { return json_.contains(key); }
  template <class T>
  T value(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) fail_input("model '{}': its architecture lacks '{}'", path_, key);
    try {
      return found->get<T>();
    } catch (const nlohmann::json::exception&) {
      fail_input("model '{}': '{}' of its architecture is {}", path_, key, found->dump());
    }
  }
  template <class T>
  T value(const char* key, T absent) const {
    return has(key) ? value<T>(key) : absent;
  }
  /// "?" where the key is missing.
  std::string kind() const { return value<std::string>("kind", "?"); }
  double real(const char* key, double low, double high) const { return in_range(value<double>(key), low, high, key); }
  std::int64_t integer(const char* key, std::int64_t low, std::int64_t high) const {
    return in_range(value<std::int64_t>(key), low, high, key);
  }
  int count(const char* key, int most) const { return static_cast<int>(integer(key, 1, most)); }
  std::string one_of(const char* key, const std::vector<std::string>& choices) const {
    auto text = value<std::string>(key);
    if (std::find(choices.begin(), choices.end(), text) == choices.end())
      fail_input("model '{}': {} = '{}' of its architecture is none of {}", path_, key, text, fmt::join(choices, ", "));
    return text;
  }
  /// The widths of layers.
  std::vector<std::int64_t> widths(const char* key, std::int64_t most) const {
    auto list = value<std::vector<std::int64_t>>(key);
    for (const std::int64_t width : list) in_range<std::int64_t>(width, 1, most, key);
    return list;
  }
  /// The one value of a key, where it is there, that a class computes.
  void refuse_other(const char* key, const nlohmann::json& expected) const {
    const auto found = json_.find(key);
    if (found != json_.end() && !found->is_null() && *found != expected)
      fail_input("model '{}': {} = {} is not supported for a potential, only {}", path_, key, found->dump(),
                 expected.dump());
  }
  const std::string& path() const { return path_; }

 private:
  template <class T>
  T in_range(T x, T low, T high, const char* key) const {
    if (!(x >= low && x <= high))
      fail_input("model '{}': {} = {} of its architecture is not between {} and {}", path_, key, x, low, high);
    return x;
  }

  std::string path_;
  nlohmann::json json_;
};

}  // namespace spinel
