#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spinel {

/// ASCII letters to lower case; other bytes unchanged.
std::string lower_case(std::string_view text);
/// ASCII letters to upper case; other bytes unchanged.
std::string upper_case(std::string_view text);

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighboring characters.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `name`, compared without case; none where all differ in more than about a third of it.
std::optional<std::string> nearest_match(std::string_view name, const std::vector<std::string>& candidates);

/// "'a', 'b', 'c'".
std::string quoted_list(const std::vector<std::string>& items);

/// "1,234,567".
std::string grouped(std::int64_t number);

/// "512 B", "1.5 KB", "3.2 GB": powers of 1024, two significant digits or more.
std::string human_bytes(double bytes);

/// "0.42 s", "35 s", "2 min 05 s", "3 h 12 min", "2 d 04 h".
std::string human_duration(double seconds);

/// Columns that UTF-8 text takes on a terminal: its code points.
std::size_t display_width(std::string_view text);

/// Fills with blanks on the left (right-aligned) or on the right to `width` columns; longer text is unchanged.
std::string pad_left(std::string_view text, std::size_t width);
std::string pad_right(std::string_view text, std::size_t width);

}  // namespace spinel
