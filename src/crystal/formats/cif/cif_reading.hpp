#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "crystal/formats/cif/cif_text.hpp"
#include "crystal/formats/labels.hpp"

namespace spinel {

/// A block, where it is from and how it is to be read: what the parts of the reader share.
struct CifReading {
  CifBlock& block;
  std::string file;
  const ReadOptions& options;

  template <class... Args>
  [[noreturn]] void fail_at(int line, fmt::format_string<Args...> format, Args&&... args) const {
    fail_input("{}:{}: {}", file, line, fmt::format(format, std::forward<Args>(args)...));
  }
  void warn_of(const std::string& text) const { warn(block.warnings, text); }
  /// The value of the first of `tags` that has one; null where none has. InputError where one of cell or symmetry is
  /// there twice with different values.
  const CifValue* find(std::initializer_list<const char*> tags) const;
};

/// A number with or without its standard uncertainty, '0.123(4)'; also '1/3' and '.5'. NaN where it is none.
double cif_number(std::string_view text);

}  // namespace spinel
