#include "crystal/formats/json/site_species.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/labels.hpp"

namespace spinel {

namespace {

constexpr double tolerance = 1e-3;  // of occupancies, which files have to few digits

/// "shared by Fe (0.5), Mg (0.3) and Mn (0.2)" or "occupied by Fe to 0.9 only".
std::string occupancy_text(const std::vector<SitePart>& parts) {
  if (parts.size() == 1)
    return fmt::format("occupied by {} to {:.4g}{}", parts[0].species.symbol, parts[0].occupancy,
                       parts[0].occupancy < 1.0 ? " only" : "");
  std::string text = "shared by ";
  for (std::size_t i = 0; i < parts.size(); ++i)
    text += fmt::format("{}{} ({:.4g})",
                        i == 0                  ? ""
                        : i + 1 == parts.size() ? " and "
                                                : ", ",
                        parts[i].species.symbol, parts[i].occupancy);
  return text;
}

}  // namespace

std::optional<Species> species_of_site(const std::vector<SitePart>& parts, const std::string& where,
                                       const ReadOptions& options, std::vector<std::string>& warnings) {
  std::vector<SitePart> kinds;
  double total = 0.0;
  for (const SitePart& part : parts) {
    if (!(part.occupancy >= 0.0) || !std::isfinite(part.occupancy))
      fail_input("{}: {} is no occupancy", where, part.occupancy);
    if (part.occupancy == 0.0) continue;
    total += part.occupancy;
    const auto same = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const SitePart& kind) { return kind.species.symbol == part.species.symbol; });
    if (same == kinds.end())
      kinds.push_back(part);
    else
      same->occupancy += part.occupancy;
  }
  if (kinds.empty()) return std::nullopt;
  if (kinds.size() == 1 && std::abs(total - 1.0) <= tolerance) return kinds[0].species;
  const std::string text = occupancy_text(kinds);
  if (options.disorder != Disorder::majority || total > 1.0 + tolerance) fail_input("{} is {}", where, text);
  if (total < 0.5 - tolerance) {
    warn(warnings, fmt::format("sites {} are left out", text));
    return std::nullopt;
  }
  // Of equally frequent ones the first.
  const auto most = std::max_element(kinds.begin(), kinds.end(), [](const SitePart& a, const SitePart& b) {
    return a.occupancy < b.occupancy - tolerance;
  });
  warn(warnings, fmt::format("sites {} are taken as {}", text, most->species.symbol));
  return most->species;
}

Species species_of_ion(const std::string& symbol, const std::string& where, const ReadOptions& options,
                       std::vector<std::string>& warnings) {
  try {
    if (options.allow_labels || options.type_map.count(symbol) > 0) return species_of_kind(symbol, options, warnings);
    return species_of_kind(std::string_view(symbol).substr(0, symbol.find_first_of("0123456789+-")), options, warnings);
  } catch (const InputError& error) {
    fail_input("{}: {}", where, error.what());
  }
}

}  // namespace spinel
