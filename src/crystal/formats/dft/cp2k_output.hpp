#pragma once

// Private to dft: CP2K, versions 7 to 2025 (read from outputs of 2023.1).
#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// Finds the runs in a text.
class Cp2kIndexer {
 public:
  bool has_run() const { return has_version_; }
  /// What CP2K stopped with, also before it printed its version; empty: it did not stop.
  const std::string& error() const { return error_; }
  /// `at`: where the line begins.
  void look(std::string_view line, const TextPiece& at);
  /// InputError where there is no run that has come to its first energy.
  StructureIndex finish(const LineReader& lines);

 private:
  void end_piece(std::int64_t offset);

  StructureIndex index_;
  TextPiece piece_;
  std::string error_;
  bool has_banner_ = false, has_version_ = false, has_cycle_ = false;
};

Structure read_cp2k_run(LineReader& lines, const ReadOptions& options);

}  // namespace spinel
