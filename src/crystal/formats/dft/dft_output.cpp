#include "crystal/formats/dft/dft_output.hpp"

#include "core/error.hpp"
#include "crystal/formats/dft/cp2k_output.hpp"
#include "crystal/formats/dft/output_labels.hpp"
#include "crystal/formats/dft/quantum_espresso_output.hpp"

namespace spinel {

namespace {

/// Lines that batch systems and wrappers may print before the banner of the program.
constexpr std::int64_t lines_before_banner = 1000;

constexpr const char* cp2k_header = "cp2k";

}  // namespace

StructureIndex index_dft_output(LineReader& lines) {
  QuantumEspressoIndexer quantum_espresso;
  Cp2kIndexer cp2k;
  std::string_view line;
  for (TextPiece at; at.offset = lines.offset(), at.lines_before = lines.line_number(), lines.next(line);) {
    if (!cp2k.has_run()) quantum_espresso.look(line, at, lines);
    if (!quantum_espresso.has_run()) cp2k.look(line, at);
  }
  if (quantum_espresso.has_run()) return quantum_espresso.finish(lines);
  if (cp2k.has_run()) {
    StructureIndex index = cp2k.finish(lines);
    index.header = cp2k_header;
    return index;
  }
  if (!cp2k.error().empty()) fail_input("{}: CP2K stopped: {}", lines.name(), cp2k.error());
  fail_input("{}: it is no output of pw.x or CP2K (neither 'Program PWSCF' nor 'CP2K| version string' is in it)",
             lines.name());
}

Structure read_dft_output(const std::string& header, LineReader& lines, const ReadOptions& options) {
  return header == cp2k_header ? read_cp2k_run(lines, options) : read_quantum_espresso_step(header, lines, options);
}

bool is_dft_output(const std::string& path) try {
  LineReader lines(path);
  std::string_view line;
  while (lines.next(line) && lines.line_number() <= lines_before_banner)
    if (holds(line, "Program PWSCF") || holds(line, "CP2K| version string")) return true;
  return false;
} catch (const InputError&) {
  return false;
}

}  // namespace spinel
