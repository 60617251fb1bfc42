#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spinel {

/// One key=value of the comment line of an extended XYZ frame, quotes and escapes resolved.
using KeyValue = std::pair<std::string, std::string>;

/// Splits a comment line in ASE's dialect: keys and values are separated by white space; a value (or key) may stand in
/// "", '' or {}, which are dropped, or in [], which are kept as part of it and nest; a backslash takes the next
/// character as it is; a key without a value means "T". InputError, without file and line, where a quote or bracket
/// does not end.
std::vector<KeyValue> split_key_values(std::string_view line);

/// A key or value as it is written into a comment line: quoted and escaped where it must be, bare brackets left bare.
/// Line breaks become spaces.
std::string quote_for_comment(std::string_view text);

}  // namespace spinel
