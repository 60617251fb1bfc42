#include "crystal/formats/cif/cif_reading.hpp"

#include <cmath>

#include "crystal/formats/text_file.hpp"

namespace spinel {

const CifValue* CifReading::find(std::initializer_list<const char*> tags) const {
  for (const char* tag : tags)
    if (const CifValue* value = block.find(tag)) {
      const auto other = block.doubled.find(tag);
      if (other != block.doubled.end() && std::string_view(tag).substr(0, 9) != "_chemical")
        fail_at(other->second.line, "{} is '{}' here, but '{}' before", tag, other->second.text, value->text);
      return value;
    }
  return nullptr;
}

double cif_number(std::string_view text) {
  text = text.substr(0, text.find('('));
  double value = 0.0, divisor = 1.0;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    if (!parse_number(text.substr(slash + 1), divisor) || divisor == 0.0) return NAN;
    text = text.substr(0, slash);
  }
  return parse_number(text, value) ? value / divisor : NAN;
}

}  // namespace spinel
