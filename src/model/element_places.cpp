#include "model/element_places.hpp"

#include "core/error.hpp"
#include "crystal/elements.hpp"

namespace spinel {

ElementPlaces::ElementPlaces(const std::vector<std::string>& symbols) : symbols_(symbols), place_(119, -1) {
  for (std::size_t k = 0; k < symbols.size(); ++k)
    place_[static_cast<std::size_t>(atomic_number(symbols[k]))] = static_cast<std::int32_t>(k);
}

std::string ElementPlaces::covered() const {
  return symbols_.size() <= 40 ? fmt::format("{}", fmt::join(symbols_, " "))
                               : fmt::format("{} others", symbols_.size());
}

void ElementPlaces::fail_unknown(int number) const {
  if (number < 1 || number > 118) fail_input("the model does not know atoms of atomic number {}", number);
  fail_input("the model does not know the element '{}': it covers {}", element_symbol(number), covered());
}

}  // namespace spinel
