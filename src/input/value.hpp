#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "input/schema.hpp"

namespace spinel {

// The text of values as namelists write them, and the words for types and ranges; for this folder's .cpp files.

/// The value, or what was expected instead, in words.
template <class T>
struct Conversion {
  std::optional<T> value;
  std::string expected;
};

Conversion<std::int64_t> to_integer(std::string_view text);
/// Fortran's forms: 1, .5, 1.0d-3, 2E5; no infinities or NaNs.
Conversion<double> to_real(std::string_view text);
/// .true. true .t. t and .false. false .f. f in any case.
Conversion<bool> to_logical(std::string_view text);

std::string namelist_text(const std::string& value);  ///< in single quotes, those inside doubled
std::string namelist_text(std::int64_t value);
std::string namelist_text(double value);  ///< the shortest text that reads back to the same bits
std::string namelist_text(bool value);

/// "string", "integer", "real", "logical", "3 reals", "list of strings".
std::string type_text(const Key& key);
/// "> 0", "≥ 1", "0 … 9", "≥ 0, or -1"; empty where every number is allowed.
std::string range_text(const Key& key);
/// "fs (lj: τ)", "s", "".
std::string unit_text(const Key& key);
/// The default as namelist text; for an empty string or list what that means.
std::string default_text(const Key& key);

/// A member's values as text, comma-separated; empty for an empty string or list whose default is empty too.
std::string member_text(const Member& member);

}  // namespace spinel
