#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "bayes/process/gaussian_process.hpp"
#include "core/random.hpp"

namespace spinel::testing_support {

/// The values of gp_reference.json; null where it is not there.
inline nlohmann::json reference() {
  const char* chosen = std::getenv("SPINEL_DATA");
  const std::string folder = chosen != nullptr ? chosen : SPINEL_SOURCE_DIR "/../shared/data";
  std::ifstream file(folder + "/discovery/gp_reference.json");
  return file ? nlohmann::json::parse(file) : nlohmann::json();
}

inline Eigen::VectorXd vector_of(const nlohmann::json& list) {
  const auto values = list.get<std::vector<double>>();
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<std::int64_t>(values.size()));
}

inline Points points_of(const nlohmann::json& rows) {
  Points points(static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size()));
  for (std::int64_t i = 0; i < points.rows(); ++i)
    points.row(i) = vector_of(rows[static_cast<std::size_t>(i)]).transpose();
  return points;
}

/// n points in the unit cube of d numbers, the same on all ranks.
inline Points random_points(std::int64_t n, std::int64_t d, std::uint64_t which) {
  RandomSequence random(Random(12, RandomPurpose::test), which, 0);
  Points x(n, d);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < d; ++j) x(i, j) = random.uniform();
  return x;
}

/// A smooth function of points, with noise.
inline Eigen::VectorXd values_at(const Points& x, double noise, std::uint64_t which) {
  RandomSequence random(Random(13, RandomPurpose::test), which, 0);
  Eigen::VectorXd y(x.rows());
  for (std::int64_t i = 0; i < x.rows(); ++i)
    y[i] = 3.0 + std::sin(5.0 * x(i, 0)) + 0.5 * x.row(i).squaredNorm() + noise * random.normal();
  return y;
}

inline Hyperparameters sample_hyperparameters(std::int64_t d, KernelKind kernel) {
  Hyperparameters h;
  h.kernel = kernel;
  h.length.resize(d);
  for (std::int64_t j = 0; j < d; ++j) h.length[j] = 0.4 + 0.2 * static_cast<double>(j);
  h.variance = 1.7;
  h.noise = 0.02;
  h.mean = 2.5;
  return h;
}

inline double largest_difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

}  // namespace spinel::testing_support
