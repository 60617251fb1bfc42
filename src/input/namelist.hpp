#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spinel {

/// The grammar of Fortran namelists, as users of Quantum ESPRESSO know it:
///
///     &group                                ! a comment, not inside quotes
///       key = 1.0d-3, other = .true.        ! case does not matter in names of groups and keys
///       list = 1, 2, 3*0   list(2) = 7      ! separated by commas, blanks or new lines; n*value repeats
///       name = 'it''s', title = "a ""b"""   ! a quote inside a string is doubled
///     /                                     ! or &end
///
/// Stricter than Fortran: null values (`a = , 2` or `3*`), strings over several lines, text outside groups and slices
/// such as `list(1:3)` are errors.

/// One value as written, `repeat` times.
struct NamelistValue {
  std::string text;  ///< without quotes and with doubled quotes undone where quoted
  bool quoted = false;
  std::int64_t repeat = 1;
  int line = 0, column = 0;  ///< from 1; columns count bytes
};

/// key = values, or key(index) = values.
struct NamelistEntry {
  std::string key;         ///< lower case
  std::int64_t index = 0;  ///< from 1; 0: none given
  std::vector<NamelistValue> values;
  int line = 0, column = 0;
};

struct NamelistGroup {
  std::string name;  ///< lower case, without '&'
  std::vector<NamelistEntry> entries;
  int line = 0, column = 0;
};

struct Namelist {
  std::string file;  ///< for messages
  std::vector<NamelistGroup> groups;
  int last_line = 1;
};

/// Longest string or number and largest repeat count or index, so that no input takes memory out of proportion.
inline constexpr std::size_t max_value_length = 4096;
inline constexpr std::int64_t max_repeat = 1000000;

/// "file:line: &group key: ", parts that are empty left out; how every input error begins.
std::string input_label(std::string_view file, int line, std::string_view group, std::string_view key);

/// Throws InputError "file:line: &group key: what (column n)".
Namelist parse_namelist(std::string_view text, const std::string& file);

}  // namespace spinel
