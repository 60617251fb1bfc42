// Whatever the text, it is entries that a hull can take, or an InputError that names the file.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"
#include "stability/entries/energy_key.hpp"

namespace {

template <class Parse>
void check(Parse&& parse) {
  using namespace spinel;
  try {
    for (const HullEntry& entry : parse().entries) {
      double sum = 0.0;
      for (const auto& part : entry.composition.parts) {
        if (!(part.amount > 0.0) || part.atomic_number < 1 || part.atomic_number > 118) std::abort();
        sum += entry.composition.fraction(part.atomic_number);
      }
      if (!(std::abs(sum - 1.0) < 1e-9) || !std::isfinite(entry.energy)) std::abort();
      if (reduced_formula(entry.composition).empty() || entry.id.empty()) std::abort();
    }
  } catch (const InputError& error) {
    if (std::string_view(error.what()).substr(0, 4) != "fuzz") std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check([&] { return spinel::parse_csv_entries(spinel::LineReader(text, "fuzz"), {}); });
  check([&] { return spinel::parse_json_entries(text, "fuzz", {}); });
  return 0;
}
