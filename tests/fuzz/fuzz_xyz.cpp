// Whatever the text, the reader returns a structure that the rest can take, or throws an InputError that names it.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"
#include "crystal/closest_pair.hpp"
#include "crystal/formats/extended_xyz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool labels : {false, true}) {
    try {
      const Structure s = parse_xyz(text, "fuzz", -1, labels);
      const bool whole =
          s.size() > 0 && s.type.size() == s.size() && (s.velocity.empty() || s.velocity.size() == s.size()) &&
          (s.force.empty() || s.force.size() == s.size()) && (s.fixed.empty() || s.fixed.size() == s.size());
      if (!whole || !(s.volume() > 0.0) || s.formula().empty() || !(closest_pair(s).distance >= 0.0)) std::abort();
    } catch (const InputError& error) {
      if (std::string_view(error.what()).substr(0, 4) != "fuzz") std::abort();
    }
  }
  return 0;
}
