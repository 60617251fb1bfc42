#pragma once

// Private to dft: what the readers of outputs share.
#include <array>
#include <string>
#include <string_view>

#include "core/units.hpp"
#include "crystal/formats/read_options.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/structure.hpp"

namespace spinel {

inline constexpr double rydberg = 13.605693122994;  ///< eV, CODATA 2018

bool holds(std::string_view line, std::string_view text);
bool begins_with(std::string_view line, std::string_view text);
/// What stands behind `text` in a line that holds it.
std::string_view behind(std::string_view line, std::string_view text);

/// A finite number; InputError where it is none, such as the stars that Fortran fills too narrow a field with.
double output_number(std::string_view word, const LineReader& lines);
/// The first three of at least three numbers.
Vec3 output_vector(std::string_view text, const LineReader& lines);
/// A whole number from 1 to 1e8; InputError "<what> is 'x'".
std::int64_t output_count(std::string_view word, const char* what, const LineReader& lines);

/// Adds the species of a name ('Mg', 'Fe1', 'Fe_pv') and returns its type.
std::int32_t output_type(std::string_view name, const ReadOptions& options, const LineReader& lines,
                         Structure& structure);

/// Nine numbers in info "stress".
void set_stress(Structure& structure, const std::array<Vec3, 3>& rows);
/// Notes in info "converged" whether the self-consistent cycle did, with a warning where not.
void set_converged(Structure& structure, bool converged);
/// Notes in info "n_scf" the number of its steps, which `text` begins with.
void set_scf_steps(Structure& structure, std::string_view text);

/// The last step of a reader: labels under their usual names, in units that are known; a regular cell.
void finish_output(Structure& structure, const ReadOptions& options, const LineReader& lines);

}  // namespace spinel
