#include "run/setup/read_options.hpp"

#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

ReadOptions read_options(const ReadParameters& parameters, const LabelParameters* labels) {
  ReadOptions options;
  for (const std::string_view entry : parameters.type_map) {
    const auto colon = entry.rfind(':');
    options.type_map[std::string(trim(entry.substr(0, colon)))] = trim(entry.substr(colon + 1));
  }
  options.trust = parameters.trust == "sites"     ? Trust::sites
                  : parameters.trust == "formula" ? Trust::formula
                                                  : Trust::both;
  options.disorder = parameters.disorder == "majority" ? Disorder::majority
                     : parameters.disorder == "order"  ? Disorder::order
                                                       : Disorder::refuse;
  options.disorder_seed = static_cast<std::uint64_t>(parameters.disorder_seed);
  if (labels == nullptr) return options;
  options.keys = {labels->energy_key, labels->forces_key,           labels->stress_key,
                  labels->virial_key, labels->magnetic_moments_key, labels->charges_key};
  options.stress_unit = labels->stress_unit == "eV/A3" ? StressUnit::ev_a3
                        : labels->stress_unit == "GPa" ? StressUnit::gpa
                        : labels->stress_unit == "kB"  ? StressUnit::kbar
                                                       : StressUnit::automatic;
  return options;
}

}  // namespace spinel
