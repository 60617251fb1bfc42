#include "input/value.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/text.hpp"

namespace spinel {

Conversion<std::int64_t> to_integer(std::string_view text) {
  const char* const wrong = "expected an integer";
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure == std::errc::result_out_of_range) return {std::nullopt, "expected an integer of at most 64 bits"};
  if (failure != std::errc() || end != text.data() + text.size()) return {std::nullopt, wrong};
  return {value, ""};
}

Conversion<double> to_real(std::string_view text) {
  std::string number(text);
  if (number.size() > 1 && number[0] == '+' && number[1] != '-') number.erase(0, 1);
  for (char& c : number)
    if (c == 'd' || c == 'D') c = 'e';
  // Also keeps out "inf" and "nan", which from_chars reads.
  const std::size_t first = number.find_first_not_of('-');
  const bool begins_well =
      first != std::string::npos && ((number[first] >= '0' && number[first] <= '9') || number[first] == '.');
  double value = 0.0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (begins_well && failure == std::errc::result_out_of_range)
    return {std::nullopt, "expected a real number between 2.3e-308 and 1.7e308 in size"};
  if (!begins_well || failure != std::errc() || end != number.data() + number.size())
    return {std::nullopt, "expected a real number"};
  return {value, ""};
}

Conversion<bool> to_logical(std::string_view text) {
  const std::string word = lower_case(text);
  if (word == ".true." || word == "true" || word == ".t." || word == "t") return {true, ""};
  if (word == ".false." || word == "false" || word == ".f." || word == "f") return {false, ""};
  return {std::nullopt, "expected .true. or .false."};
}

std::string namelist_text(const std::string& value) {
  std::string result = "'";
  for (const char c : value) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

std::string namelist_text(std::int64_t value) { return fmt::format("{}", value); }

std::string namelist_text(double value) {
  std::string result = fmt::format("{}", value);
  if (result.find_first_not_of("-0123456789") == std::string::npos) result += ".0";
  return result;
}

std::string namelist_text(bool value) { return value ? ".true." : ".false."; }

std::string member_text(const Member& member) {
  return std::visit(
      [](const auto* value) {
        using T = std::decay_t<decltype(*value)>;
        if constexpr (std::is_same_v<T, std::string>) {
          return value->empty() ? std::string() : namelist_text(*value);
        } else if constexpr (std::is_arithmetic_v<T>) {
          return namelist_text(*value);
        } else {
          std::string result;
          for (const typename T::value_type& element : *value)
            result += (result.empty() ? "" : ", ") + namelist_text(element);
          return result;
        }
      },
      member);
}

std::string type_text(const Key& key) {
  static constexpr const char* names[] = {"string", "integer", "real", "logical"};
  Input input;
  const std::size_t index = key.member(input).index();
  std::string name = names[index % 4];
  if (index < 4) return name;
  if (key.minimum_length == key.maximum_length) return fmt::format("{} {}s", key.minimum_length, name);
  return "list of " + name + "s";
}

std::string range_text(const Key& key) {
  if (!key.minimum) return "";
  // A special value at the excluded end of the range belongs to what is allowed like any other.
  const bool joined = key.special == key.minimum;
  const bool above = key.above_minimum && !joined;
  std::string result = key.maximum ? fmt::format("{}{} … {}", above ? "> " : "", *key.minimum, *key.maximum)
                                   : fmt::format("{} {}", above ? ">" : "≥", *key.minimum);
  if (key.special && !joined) result += fmt::format(", or {}", *key.special);
  return result;
}

std::string unit_text(const Key& key) {
  if (!key.unit) return key.fixed_unit;
  return UnitSystem::metal().*key.unit + " (lj: " + UnitSystem::lj().*key.unit + ")";
}

std::string default_text(const Key& key) {
  if (key.is_required) return "required";
  Input input;
  const Member member = key.member(input);
  std::string result = member_text(member);
  if (key.lj_default) result += " (lj: " + namelist_text(*key.lj_default) + ")";
  return result.empty() ? key.special_meaning : result;
}

}  // namespace spinel
