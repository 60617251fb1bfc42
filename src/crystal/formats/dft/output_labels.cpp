#include "crystal/formats/dft/output_labels.hpp"

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

bool holds(std::string_view line, std::string_view text) { return line.find(text) != std::string_view::npos; }

bool begins_with(std::string_view line, std::string_view text) { return line.substr(0, text.size()) == text; }

std::string_view behind(std::string_view line, std::string_view text) {
  return line.substr(line.find(text) + text.size());
}

double output_number(std::string_view word, const LineReader& lines) {
  double value = 0.0;
  if (!parse_number(word, value)) lines.fail("'{}' is not a finite number", word.substr(0, 64));
  return value;
}

Vec3 output_vector(std::string_view text, const LineReader& lines) {
  const auto words = split(text);
  if (words.size() < 3) lines.fail("three numbers are needed");
  return {output_number(words[0], lines), output_number(words[1], lines), output_number(words[2], lines)};
}

std::int64_t output_count(std::string_view word, const char* what, const LineReader& lines) {
  std::int64_t n = 0;
  // An absurd number must not take memory before there are that many atoms.
  if (!parse_number(word, n) || n < 1 || n > 100000000) lines.fail("{} is '{}'", what, word.substr(0, 64));
  return n;
}

std::int32_t output_type(std::string_view name, const ReadOptions& options, const LineReader& lines,
                         Structure& structure) {
  try {
    return add_species(structure, species_of_kind(name, options, structure.warnings));
  } catch (const InputError& error) {
    lines.fail("{}", error.what());
  }
}

void set_stress(Structure& structure, const std::array<Vec3, 3>& rows) {
  std::string text;
  for (const Vec3& row : rows) text += fmt::format("{}{} {} {}", text.empty() ? "" : " ", row[0], row[1], row[2]);
  structure.info["stress"] = text;
}

void set_converged(Structure& structure, bool converged) {
  structure.info["converged"] = converged ? "T" : "F";
  if (!converged)
    warn(structure.warnings,
         "the self-consistent cycle stopped before it converged: energy, forces and stress are uncertain");
}

void set_scf_steps(Structure& structure, std::string_view text) {
  std::int64_t n = 0;
  if (parse_number(next_token(text), n)) structure.info["n_scf"] = fmt::format("{}", n);
}

void finish_output(Structure& structure, const ReadOptions& options, const LineReader& lines) {
  ReadOptions known = options;
  known.stress_unit = StressUnit::ev_a3;
  take_labels(structure, known);
  regularize_cell(structure, lines.name());
}

}  // namespace spinel
