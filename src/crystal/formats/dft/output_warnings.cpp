#include "crystal/formats/dft/output_warnings.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "crystal/formats/dft/output_labels.hpp"

namespace spinel {

void OutputWarnings::add(std::string_view text) {
  constexpr std::size_t most = 20, longest = 300;
  std::string one(trim(text.substr(0, longest)));
  std::replace(one.begin(), one.end(), ';', ',');
  std::string kind;
  for (const char c : one)
    if (c < '0' || c > '9') kind += c;
  if (one.empty() || texts_.size() == most || !known_.insert(kind).second) return;
  texts_.push_back(std::move(one));
}

void OutputWarnings::look_at_quantum_espresso(std::string_view line) {
  constexpr std::string_view message = "Message from routine ";
  if (is_open_) {
    // That of a cell without ibrav says nothing about a result.
    if (!holds(line, "ibrav=0")) add(open_ + std::string(trim(line)));
    is_open_ = false;
  } else if (holds(line, message)) {
    open_ = std::string(trim(behind(line, message))) + " ";
    is_open_ = true;
  } else if (holds(line, "DEPRECATED") || holds(line, "reduce conv_thr") || holds(lower_case(line), "warning")) {
    add(line);
  }
}

void OutputWarnings::look_at_cp2k(std::string_view line) {
  constexpr std::string_view mark = "***";
  std::string_view text = trim(line);
  const bool is_boxed = text.size() > 2 * mark.size() && begins_with(text, mark) &&
                        text.substr(text.size() - mark.size()) == mark &&
                        text.find_first_not_of("* ") != std::string_view::npos;
  const bool begins = is_boxed && holds(text, "WARNING in ");
  if (is_open_ && (begins || !is_boxed)) {
    add(open_);
    is_open_ = false;
  }
  if (!begins && !is_open_) return;
  text.remove_prefix(mark.size());
  text.remove_suffix(mark.size());
  // Where in its source it stands is of no use.
  if (begins && holds(text, "::")) text = behind(text, "::");
  open_ = begins ? std::string(trim(text)) : open_ + " " + std::string(trim(text));
  is_open_ = true;
}

void OutputWarnings::note(Structure& structure) {
  if (is_open_) add(open_);
  is_open_ = false;
  std::string all;
  for (const std::string& text : texts_) all += (all.empty() ? "" : "; ") + text;
  if (!all.empty()) structure.info["warnings"] = all;
}

}  // namespace spinel
