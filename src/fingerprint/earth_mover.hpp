#pragma once

#include <vector>

namespace spinel {

/// The least cost of moving what lies in heaps to where it is wanted, exactly: min Σ f_ij c_ij over f ≥ 0 with
/// Σ_j f_ij = supply_i and Σ_i f_ij = demand_j. `cost`: [supply][demand], not negative.
///
/// Successive shortest paths with dual variables, as for assignments (Ahuja, Magnanti & Orlin, Network Flows (1993),
/// section 9.7): each supply in turn goes by the cheapest way, which may turn back what went before. O(n m) for each of
/// about n + m ways.
///
/// InputError where a supply or demand is not positive, their sums differ by more than a part of 1e-9, or a cost is
/// negative or not finite.
double earth_movers_distance(const std::vector<double>& supply, const std::vector<double>& demand,
                             const std::vector<double>& cost);

}  // namespace spinel
