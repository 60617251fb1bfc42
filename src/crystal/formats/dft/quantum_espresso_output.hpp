#pragma once

// Private to dft: pw.x, versions 5 to 7 (read from outputs of 6.7).
#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// Finds the steps of all runs in a text.
class QuantumEspressoIndexer {
 public:
  bool has_run() const { return has_run_; }
  /// `at`: where the line begins; `lines` stands behind it.
  void look(std::string_view line, const TextPiece& at, const LineReader& lines);
  /// The header holds of every run what its later steps do not repeat, after a line "run <its first line> <version>".
  /// InputError where there is no step.
  StructureIndex finish(const LineReader& lines);

 private:
  void end_piece(std::int64_t offset);

  StructureIndex index_;
  TextPiece piece_;
  std::string error_;  // what pw.x stopped with
  bool has_run_ = false, has_cycle_ = false, has_energy_ = false, error_follows_ = false;
  int axes_ = 0;  // of the run
};

Structure read_quantum_espresso_step(const std::string& header, LineReader& lines, const ReadOptions& options);

}  // namespace spinel
