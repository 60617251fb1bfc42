#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spinel {

// The syntax of CIF, read leniently (Hall, Allen, Brown, Acta Cryst. A47, 655 (1991); CIF 1.1 and 2.0): what does not
// touch cell, symmetry or sites is never an error.

/// A value with its quotes or semicolons taken off.
struct CifValue {
  std::string text;  ///< empty where it is unknown ('?') or does not apply ('.')
  int line = 0;      ///< where it begins
};

/// Columns of values.
struct CifLoop {
  std::vector<std::string> tags;  ///< as CifBlock has them
  std::vector<CifValue> values;   ///< row by row
  int line = 0;

  std::size_t n_rows() const { return tags.empty() ? 0 : values.size() / tags.size(); }
  /// Number of the column; −1 where there is none.
  int column(std::string_view tag) const;
  const CifValue& at(std::size_t row, int column) const {
    return values[row * tags.size() + static_cast<std::size_t>(column)];
  }
};

/// A data block: what it says of cell, symmetry, formula and sites. Tags are in lower case, with '_' in place of '.'.
struct CifBlock {
  std::string name;
  int line = 0;
  std::map<std::string, CifValue, std::less<>> pairs;    ///< the first of each tag
  std::map<std::string, CifValue, std::less<>> doubled;  ///< a second one with another value
  std::vector<CifLoop> loops;
  std::vector<std::string> warnings;

  /// The value of a tag, as a pair or as the first of a loop; null where it has none, or an unknown one.
  const CifValue* find(std::string_view tag) const;
  const CifLoop* loop_with(std::string_view tag) const;
};

/// The first block of `text`, which may have anything before it. `name`: of the file, for messages; it has
/// `lines_before` lines before the text. InputError with file and line where a loop of sites or operations is broken.
CifBlock parse_cif_block(std::string_view text, const std::string& name, std::int64_t lines_before = 0);

/// Where a block begins, and what a line inside tells of it.
class CifBlockFinder {
 public:
  /// Takes the next line. True where a block begins with it.
  bool take(std::string_view line);
  const std::string& name() const { return name_; }  ///< of the block the line is in
  bool has_sites() const { return has_sites_; }      ///< has a tag of fractional coordinates been in it?

 private:
  bool in_text_ = false, has_sites_ = false;
  std::string name_;
};

}  // namespace spinel
