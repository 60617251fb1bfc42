#pragma once

#include <memory>

#include "potential/potential.hpp"
#include "task/registry.hpp"

namespace spinel {

/// The potential of &potential for these species, the same on every rank. InputError where they do not fit.
std::shared_ptr<Potential> make_potential(const RunContext& context, const std::vector<Species>& species);

/// "lennard_jones, cutoff 8.5 Å, truncation plain, double precision".
std::string describe_potential(const RunContext& context, const Potential& potential);

}  // namespace spinel
