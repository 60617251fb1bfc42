#include "propose/ionic_species.hpp"

#include <charconv>

#include "core/error.hpp"
#include "crystal/elements.hpp"

namespace spinel {

IonicSpecies parse_ionic_species(std::string_view text) {
  std::size_t letters = 0;
  while (letters < text.size() && ((text[letters] | 32) >= 'a' && (text[letters] | 32) <= 'z')) ++letters;
  IonicSpecies species{atomic_number(text.substr(0, letters)), 1};
  const char sign = text.empty() ? '?' : text.back();
  const std::string_view digits =
      letters + 1 <= text.size() ? text.substr(letters, text.size() - letters - 1) : std::string_view();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), species.charge);
  const bool is_number = digits.empty() || (error == std::errc() && end == digits.data() + digits.size());
  if (species.atomic_number == 0 || (sign != '+' && sign != '-') || !is_number || species.charge < 1)
    fail_input("'{}' is no ion, such as 'Fe3+' or 'O2-'", text);
  if (sign == '-') species.charge = -species.charge;
  return species;
}

std::string name(const IonicSpecies& species) {
  std::string text = element_symbol(species.atomic_number);
  if (species.charge == 0) return text;
  const int magnitude = species.charge < 0 ? -species.charge : species.charge;
  if (magnitude > 1) text += fmt::format("{}", magnitude);
  return text + (species.charge < 0 ? '-' : '+');
}

}  // namespace spinel
