#pragma once

// Private to dft: what a program itself warns of in its output.
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// Warnings of pw.x or CP2K, line by line.
class OutputWarnings {
 public:
  /// Lines with "warning" or "DEPRECATED", the line behind "Message from routine", forces that need a smaller conv_thr.
  void look_at_quantum_espresso(std::string_view line);
  /// " *** WARNING in file.F:123 :: text ***" and the lines with which it goes on.
  void look_at_cp2k(std::string_view line);
  /// In info "warnings": each once, also where it came with other numbers; joined by "; ".
  void note(Structure& structure);

 private:
  void add(std::string_view text);

  std::vector<std::string> texts_;
  std::set<std::string> known_;  // without digits
  std::string open_;             // "setup: " of pw.x, the text so far of CP2K
  bool is_open_ = false;
};

}  // namespace spinel
