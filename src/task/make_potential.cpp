#include "task/make_potential.hpp"

#include "core/error.hpp"
#include "potential/lennard_jones.hpp"
#include "task/locate_error.hpp"

namespace spinel {

std::shared_ptr<Potential> make_potential(const RunContext& context, const std::vector<Species>& species) {
  const PotentialParameters& parameters = context.input.potential;
  if (parameters.style == "lennard_jones")
    return with_location(context.input, "potential",
                         [&] { return std::make_shared<LennardJones>(parameters, species); });
  fail_key(context.input, "potential", "style", fmt::format("'{}' is not known", parameters.style));
}

std::string describe_potential(const RunContext& context, const Potential& potential) {
  const PotentialParameters& p = context.input.potential;
  return fmt::format("{}, cutoff {:.6g} {}, truncation {}, {} precision{}", p.style, potential.cutoff(),
                     context.units.length, p.truncation, p.precision, p.tail_correction ? ", tail correction" : "");
}

}  // namespace spinel
