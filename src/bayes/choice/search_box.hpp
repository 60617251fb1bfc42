#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Dense>

namespace spinel {

/// A number that is searched: "t: 300 .. 1200", with "log" behind it on a logarithmic scale, with "integer" a whole
/// one.
struct Variable {
  std::string name;
  double lowest = 0.0, highest = 1.0;
  bool is_log = false, is_integer = false;
};
/// InputError with what is wrong.
Variable parse_variable(const std::string& text);

/// Values of all variables as points of the unit cube, in which a Gaussian process measures distances.
class SearchBox {
 public:
  explicit SearchBox(std::vector<Variable> variables) : variables_(std::move(variables)) {}

  const std::vector<Variable>& variables() const { return variables_; }
  int n_variables() const { return static_cast<int>(variables_.size()); }
  /// The nearest values there are: integers are rounded, each to a share of the cube as large as any other's.
  std::vector<double> values(const Eigen::VectorXd& point) const;
  Eigen::VectorXd point(const std::vector<double>& values) const;
  /// A point as it is evaluated: of these values.
  Eigen::VectorXd snapped(const Eigen::VectorXd& p) const { return point(values(p)); }
  /// The number of different points; 0: not finite.
  double count() const;
  std::string text(std::size_t variable, double value) const;  ///< reads back to the same number

 private:
  std::vector<Variable> variables_;
};

}  // namespace spinel
