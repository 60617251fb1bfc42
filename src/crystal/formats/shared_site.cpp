#include "crystal/formats/shared_site.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/labels.hpp"

namespace spinel {

namespace {

constexpr double one_part = 1e-3;       // by which the occupancy of a single part may be off one
constexpr double several_parts = 0.02;  // by which the sum of several may be: 0.33 + 0.33 + 0.33

/// "Fe (0.5), Mg (0.3) and Mn (0.2)".
std::string list_of(const std::vector<SitePart>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i].species.symbol;
    if (std::isfinite(parts[i].occupancy)) text += fmt::format(" ({:.4g})", parts[i].occupancy);
  }
  return text;
}

}  // namespace

SiteContent content_of_site(const std::vector<SitePart>& parts, const std::string& where, const ReadOptions& options,
                            std::vector<std::string>& warnings) {
  SiteContent content;
  double total = 0.0;
  std::size_t n_parts = 0;
  for (const SitePart& part : parts) {
    if (part.occupancy < 0.0 || std::isinf(part.occupancy))
      fail_input("{} has the occupancy {}, which is none", where, part.occupancy);
    if (part.occupancy == 0.0) continue;
    ++n_parts;
    total += part.occupancy;
    const auto same = std::find_if(content.parts.begin(), content.parts.end(),
                                   [&](const SitePart& kind) { return kind.species.symbol == part.species.symbol; });
    if (same == content.parts.end())
      content.parts.push_back(part);
    else
      same->occupancy += part.occupancy;
  }
  if (content.parts.empty()) return content;
  content.species = content.parts[0].species;
  const double tolerance = n_parts > 1 ? several_parts : one_part;
  if (content.parts.size() == 1 && std::abs(total - 1.0) <= tolerance) {
    if (n_parts > 1) warn(warnings, "ions of one element that share a site are that element");
    content.parts.clear();
    return content;
  }
  content.is_disordered = true;
  const std::string text = content.parts.size() == 1 ? fmt::format("{} has the occupancy {:.4g}", where, total)
                                                     : fmt::format("{} is shared by {}", where, list_of(content.parts));
  if (total > 1.0 + tolerance) fail_input("{}, more than a site has", text);
  if (options.disorder == Disorder::refuse)
    fail_input("{}; only fully occupied sites are supported (or disorder = 'majority' or 'order')", text);
  if (!std::isfinite(total)) fail_input("{}, and the file does not say how much each has of it", text);
  if (options.disorder == Disorder::order) {
    warn(warnings, "disorder = 'order': the places of disordered sites are dealt out at random in a supercell");
    return content;
  }
  if (total < 0.5 - one_part) {
    warn(warnings, fmt::format("disorder = 'majority': sites of {} are left empty", list_of(content.parts)));
    content.species.reset();
  } else {
    // Of equally frequent ones the first.
    content.species =
        std::max_element(content.parts.begin(), content.parts.end(), [](const SitePart& a, const SitePart& b) {
          return a.occupancy < b.occupancy - one_part;
        })->species;
    warn(warnings, fmt::format("disorder = 'majority': sites of {} are taken as {}", list_of(content.parts),
                               content.species->symbol));
  }
  content.parts.clear();
  return content;
}

}  // namespace spinel
