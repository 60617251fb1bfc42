#pragma once

#include <vector>

namespace spinel {

/// d − round(d), in [−½, ½): the logarithm map of the circle of circumference 1.
double wrapped(double d);

/// Density of a normal of deviation sigma wrapped around that circle, at the distance d from its mean.
double wrapped_normal(double d, double sigma);
/// d/dd of its logarithm, finite for any sigma > 0: by log-sum-exp over the images.
double wrapped_normal_score(double d, double sigma);
/// E[score²], by quadrature: 1/σ² where the normal does not reach around, and nearly 0 where it is uniform.
double wrapped_normal_score_square(double sigma);

/// Deviations of noise, sigma_min first and sigma_max last, each the same factor above the one before.
std::vector<double> geometric_levels(double sigma_min, double sigma_max, std::size_t n);

}  // namespace spinel
