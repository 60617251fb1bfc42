#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "crystal/formats/read_options.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/structure.hpp"

namespace spinel::xyz {

// The comment line of an extended XYZ frame; used by the reader only (extended_xyz.hpp states what is read).

/// What a group of columns holds.
enum class Role {
  skip,
  species,
  number,
  position,
  velocity,
  momentum,
  force,
  move_mask,
  mass,
  id,
  magnetic_moment,
  charge
};

struct Column {
  Role role;
  std::int64_t width;
};

struct Layout {
  std::vector<Column> columns = {{Role::species, 1}, {Role::position, 3}};
  bool exact = false;  // no further columns may follow: Properties named them all
};

/// T, True, true, 1; F, False, false, 0. False for anything else.
bool parse_logical(std::string_view token, bool& value);

/// Lattice, pbc and all other keys go to `structure`; returns the columns. InputError at the line `lines` is at.
Layout parse_comment(const LineReader& lines, std::string_view line, const ReadOptions& options, Structure& structure);

}  // namespace spinel::xyz
