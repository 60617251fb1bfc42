// Flows of vectors: divergences and gradients against finite differences, and densities against what is known exactly.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <unsupported/Eigen/MatrixFunctions>

#include "core/random.hpp"
#include "model/vectors/flow_solver.hpp"
#include "model/vectors/vector_architecture.hpp"

namespace spinel {
namespace {

RandomSequence numbers_of(std::uint64_t id) { return {Random(5, RandomPurpose::test), 0, id}; }

VectorFlowShape shape_of(const std::string& activation, std::vector<std::uint8_t> periodic) {
  VectorFlowShape s;
  s.hidden = {20, 33};
  s.activation = activation;
  s.periodic = std::move(periodic);
  s.frequencies = 2;
  return s;
}

template <class Real>
std::vector<Real> weights_of(const VectorFlow<Real>& flow, double size = 0.4) {
  std::vector<Real> weights(flow.n_parameters());
  auto numbers = numbers_of(1);
  for (Real& w : weights) w = static_cast<Real>(size * numbers.normal());
  return weights;
}

/// Random points of a flow.
struct Points {
  Points(std::size_t n_, std::size_t d) : n(n_) {
    auto numbers = numbers_of(2);
    for (std::size_t k = 0; k < n; ++k) time.push_back(numbers.uniform());
    for (std::size_t i = 0; i < n * d; ++i) {
      y.push_back(numbers.normal());
      probe.push_back(numbers.uniform() < 0.5 ? -1.0 : 1.0);
    }
  }
  FlowPoints<double> at(Divergence divergence) const { return {n, time.data(), y.data(), divergence, probe.data()}; }

  std::size_t n;
  std::vector<double> time, y, probe;
};

TEST(VectorFlow, DivergenceIsThatOfTheVelocity) {
  for (const char* activation : {"silu", "tanh", "softplus"}) {
    VectorFlow<double> flow(shape_of(activation, {0, 1, 0}));
    const auto weights = weights_of(flow);
    flow.set_weights(weights.data());
    Points p(7, 3);
    std::vector<double> v(21), exact(7), estimate(7), up(21), down(21);
    flow.forward(p.at(Divergence::exact), v.data(), exact.data());
    flow.forward(p.at(Divergence::estimate), v.data(), estimate.data());
    std::vector<double> expected(7, 0.0), expected_estimate(7, 0.0);
    const double h = 1e-5;
    for (std::size_t c = 0; c < 3; ++c) {
      Points moved = p;
      for (std::size_t k = 0; k < 7; ++k) moved.y[3 * k + c] = p.y[3 * k + c] + h;
      flow.forward(moved.at(Divergence::none), up.data(), nullptr);
      for (std::size_t k = 0; k < 7; ++k) moved.y[3 * k + c] = p.y[3 * k + c] - h;
      flow.forward(moved.at(Divergence::none), down.data(), nullptr);
      for (std::size_t k = 0; k < 7; ++k)
        for (std::size_t e = 0; e < 3; ++e) {
          const double slope = (up[3 * k + e] - down[3 * k + e]) / (2.0 * h);
          if (e == c) expected[k] += slope;
          expected_estimate[k] += p.probe[3 * k + e] * slope * p.probe[3 * k + c];
        }
    }
    for (std::size_t k = 0; k < 7; ++k) {
      EXPECT_NEAR(exact[k], expected[k], 1e-7 * (1.0 + std::abs(exact[k]))) << activation;
      EXPECT_NEAR(estimate[k], expected_estimate[k], 1e-7 * (1.0 + std::abs(estimate[k]))) << activation;
    }
  }
}

TEST(VectorFlow, GradientsAreThoseOfTheLoss) {
  for (const char* activation : {"silu", "tanh", "softplus"})
    for (const Divergence divergence : {Divergence::none, Divergence::exact, Divergence::estimate}) {
      VectorFlow<double> flow(shape_of(activation, {0, 1, 0}));
      auto weights = weights_of(flow);
      Points p(50, 3);  // more than a block
      // Σ v²/2 + div²/2
      const auto loss = [&](const Points& points) {
        std::vector<double> v(3 * points.n), l(points.n, 0.0);
        flow.set_weights(weights.data());
        flow.forward(points.at(divergence), v.data(), l.data());
        double sum = 0.0;
        for (const double x : v) sum += 0.5 * x * x;
        for (const double x : l) sum += 0.5 * x * x;
        return sum;
      };
      std::vector<double> of_weights(weights.size(), 0.0), of_y(150);
      flow.set_weights(weights.data());
      flow.gradient(
          p.at(divergence),
          [&](std::size_t begin, std::size_t end, const double* v, const double* l, double* dv, double* dl) {
            std::copy(v + 3 * begin, v + 3 * end, dv + 3 * begin);
            if (divergence != Divergence::none) std::copy(l + begin, l + end, dl + begin);
          },
          of_weights.data(), of_y.data());
      const double h = 1e-5;
      for (std::size_t i = 0; i < weights.size(); i += 17) {
        const double before = weights[i];
        weights[i] = before + h;
        const double up = loss(p);
        weights[i] = before - h;
        const double down = loss(p);
        weights[i] = before;
        EXPECT_NEAR(of_weights[i], (up - down) / (2.0 * h), 2e-6 * (1.0 + std::abs(of_weights[i])))
            << activation << " " << i;
      }
      for (std::size_t i = 0; i < 150; i += 7) {
        Points moved = p;
        moved.y[i] = p.y[i] + h;
        const double up = loss(moved);
        moved.y[i] = p.y[i] - h;
        EXPECT_NEAR(of_y[i], (up - loss(moved)) / (2.0 * h), 2e-6 * (1.0 + std::abs(of_y[i])))
            << activation << " " << i;
      }
    }
}

TEST(VectorFlow, SingleAgreesWithDoubleAndPointsStandAlone) {
  const VectorFlowShape shape = shape_of("silu", {0, 1});
  VectorFlow<double> flow(shape);
  VectorFlow<float> single(shape);
  const auto weights = weights_of(flow);
  const std::vector<float> rounded(weights.begin(), weights.end());
  const std::vector<double> exact(rounded.begin(), rounded.end());
  flow.set_weights(exact.data());
  single.set_weights(rounded.data());
  const Points p(200, 2);
  std::vector<double> v(400), l(200);
  flow.forward(p.at(Divergence::exact), v.data(), l.data());
  const std::vector<float> time(p.time.begin(), p.time.end()), y(p.y.begin(), p.y.end());
  std::vector<float> v1(400), l1(200);
  single.forward({200, time.data(), y.data(), Divergence::exact, nullptr}, v1.data(), l1.data());
  for (std::size_t i = 0; i < 400; ++i) EXPECT_NEAR(v[i], v1[i], 2e-5 * (1.0 + std::abs(v[i])));
  for (std::size_t k = 0; k < 200; ++k) {
    EXPECT_NEAR(l[k], l1[k], 2e-4 * (1.0 + std::abs(l[k])));
    double alone[2], change;
    flow.forward({1, p.time.data() + k, p.y.data() + 2 * k, Divergence::exact, nullptr}, alone, &change);
    EXPECT_EQ(alone[0], v[2 * k]);
    EXPECT_EQ(change, l[k]);
  }
}

/// Weights with which v = A y exactly, since softplus(x) − softplus(−x) = x.
std::vector<double> linear_weights(const VectorFlow<double>& flow, const Eigen::MatrixXd& a) {
  std::vector<double> weights(flow.n_parameters(), 0.0);
  const auto d = static_cast<std::size_t>(a.rows());
  const auto &in = flow.matrices()[0], &out = flow.matrices()[3];
  for (std::size_t c = 0; c < d; ++c) {
    weights[in.offset + c * in.columns + c] = 1.0;
    weights[in.offset + c * in.columns + d + c] = -1.0;
    for (std::size_t e = 0; e < d; ++e) {
      const double value = a(static_cast<Eigen::Index>(e), static_cast<Eigen::Index>(c));
      weights[out.offset + c * out.columns + e] = value;
      weights[out.offset + (d + c) * out.columns + e] = -value;
    }
  }
  return weights;
}

VectorArchitecture plain(std::size_t d) {
  VectorArchitecture a;
  for (std::size_t c = 0; c < d; ++c) a.columns.push_back({std::to_string(c), 0.0, 0.0, 1.0});
  return a;
}

TEST(FlowSolver, LinearFieldsGiveTheMatrixExponential) {
  Eigen::MatrixXd a(3, 3);
  a << 0.3, -0.7, 0.1, 0.5, -0.4, 0.2, -0.1, 0.6, 0.8;
  VectorFlowShape shape;
  shape.hidden = {6};
  shape.activation = "softplus";
  shape.periodic = {0, 0, 0};
  VectorFlow<double> flow(shape);
  flow.set_weights(linear_weights(flow, a).data());
  FlowSolver<double> solver(flow, {1e-10, 1e-10, 10000});
  const VectorArchitecture architecture = plain(3);
  const Eigen::Vector3d x(0.7, -1.2, 0.4);
  Eigen::Vector3d y = x;
  double l = 0.0;
  solver.integrate({1, Divergence::exact, nullptr}, 1.0, 0.0, y.data(), &l);
  const Eigen::Vector3d expected = (-a).exp() * x;
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(y[c], expected[c], 1e-8);
  EXPECT_NEAR(l, -a.trace(), 1e-8);
  // p is normal with the covariance exp(A) exp(A)ᵀ.
  const Eigen::Matrix3d e = a.exp(), covariance = e * e.transpose();
  const double log_p =
      -0.5 * x.dot(covariance.inverse() * x) - 0.5 * std::log(covariance.determinant()) - 1.5 * std::log(2.0 * M_PI);
  EXPECT_NEAR(architecture.log_noise(y.data()) + l, log_p, 1e-7);

  // Hutchinson's estimate is −εᵀAε here.
  const double probe[3] = {1.0, -1.0, 1.0};
  const Eigen::Vector3d direction(1.0, -1.0, 1.0);
  y = x;
  solver.integrate({1, Divergence::estimate, probe}, 1.0, 0.0, y.data(), &l);
  EXPECT_NEAR(l, -direction.dot(a * direction), 1e-8);
}

TEST(FlowSolver, GradientIsThatOfTheDensity) {
  for (const Divergence divergence : {Divergence::exact, Divergence::estimate}) {
    VectorFlow<double> flow(shape_of("tanh", {0, 1}));
    auto weights = weights_of(flow, 0.3);
    const Points p(9, 2);
    VectorArchitecture architecture = plain(2);
    architecture.columns[1].period = 1.0;
    FlowSolver<double> solver(flow, {1e-9, 1e-9, 10000});
    const FlowSolver<double>::Points points{9, divergence, p.probe.data()};
    const auto log_p = [&] {
      flow.set_weights(weights.data());
      std::vector<double> y = p.y, l(9);
      solver.integrate(points, 1.0, 0.0, y.data(), l.data());
      double sum = 0.0;
      for (std::size_t k = 0; k < 9; ++k) sum += architecture.log_noise(y.data() + 2 * k) + l[k];
      return sum;
    };
    std::vector<double> gradient(weights.size(), 0.0), y = p.y, l(9);
    flow.set_weights(weights.data());
    double said = 0.0;
    solver.gradient(
        points, y.data(), l.data(),
        [&](const std::vector<SolverResult>&, double* at, double* change) {
          for (std::size_t k = 0; k < 9; ++k) {
            said += architecture.log_noise(at + 2 * k) + change[k];
            double here[2];
            architecture.log_noise_gradient(at + 2 * k, here);
            at[2 * k] = here[0];
            at[2 * k + 1] = here[1];
            change[k] = 1.0;
          }
        },
        gradient.data());
    EXPECT_NEAR(said, log_p(), 1e-12);
    const double h = 1e-4;
    for (std::size_t i = 0; i < weights.size(); i += 67) {
      const double before = weights[i];
      weights[i] = before + h;
      const double up = log_p();
      weights[i] = before - h;
      const double down = log_p();
      weights[i] = before;
      EXPECT_NEAR(gradient[i], (up - down) / (2.0 * h), 2e-5 * (1.0 + std::abs(gradient[i]))) << i;
    }
  }
}

TEST(FlowSolver, DensitiesIntegrateToOneAndWaysLeadBack) {
  for (const bool is_torus : {false, true}) {
    const std::uint8_t periodic = is_torus ? 1 : 0;
    VectorFlow<double> flow(shape_of("silu", {periodic, periodic}));
    flow.set_weights(weights_of(flow, is_torus ? 0.12 : 0.3).data());
    VectorArchitecture architecture = plain(2);
    for (VectorColumn& column : architecture.columns) column.period = is_torus ? 1.0 : 0.0;
    constexpr std::size_t n = 80;
    const double low = is_torus ? 0.0 : -9.0, length = is_torus ? 1.0 : 18.0;
    std::vector<double> y(2 * n * n), l(n * n);
    for (std::size_t k = 0; k < n * n; ++k) {
      y[2 * k] = low + (static_cast<double>(k % n) + 0.5) / n * length;
      y[2 * k + 1] = low + (static_cast<double>(k / n) + 0.5) / n * length;
    }
    const auto start = y;
    FlowSolver<double> solver(flow, {3e-7, 3e-7, 10000});
    solver.integrate({n * n, Divergence::exact, nullptr}, 1.0, 0.0, y.data(), l.data());
    double sum = 0.0, least = 1e9, largest = 0.0;
    for (std::size_t k = 0; k < n * n; ++k) {
      const double p = std::exp(architecture.log_noise(y.data() + 2 * k) + l[k]);
      sum += p * length * length / (n * n);
      least = std::min(least, p);
      largest = std::max(largest, p);
    }
    EXPECT_NEAR(sum, 1.0, 1e-3) << is_torus;
    EXPECT_GT(largest / least, 2.0) << "a flow that moves nothing proves nothing";
    solver.integrate({n * n, Divergence::none, nullptr}, 0.0, 1.0, y.data(), nullptr);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], start[i], 1e-4);
  }
}

TEST(FlowSolver, EstimatesAgreeWithTheExactDivergence) {
  VectorFlow<double> flow(shape_of("silu", {0, 0, 1, 0}));
  flow.set_weights(weights_of(flow, 0.3).data());
  FlowSolver<double> solver(flow, {1e-6, 1e-6, 10000});
  const Points p(1, 4);
  std::vector<double> y = p.y;
  double exact = 0.0;
  solver.integrate({1, Divergence::exact, nullptr}, 1.0, 0.0, y.data(), &exact);
  constexpr std::size_t n = 400;
  std::vector<double> many, probe, l(n);
  auto numbers = numbers_of(4);
  for (std::size_t k = 0; k < n; ++k) {
    many.insert(many.end(), p.y.begin(), p.y.end());
    for (int c = 0; c < 4; ++c) probe.push_back(numbers.uniform() < 0.5 ? -1.0 : 1.0);
  }
  solver.integrate({n, Divergence::estimate, probe.data()}, 1.0, 0.0, many.data(), l.data());
  double mean = 0.0, square = 0.0;
  for (const double x : l) mean += x / n;
  for (const double x : l) square += (x - mean) * (x - mean);
  const double error = std::sqrt(square / (n * (n - 1.0)));
  EXPECT_GT(error, 1e-4);
  EXPECT_NEAR(mean, exact, 3.0 * error);
}

TEST(VectorArchitecture, ColumnsComeBackAndDensitiesKnowTheirUnits) {
  VectorArchitecture a = plain(2);
  a.columns[0] = {"energy", 0.0, 3.0, 2.0};
  a.columns[1] = {"angle", 360.0, 0.0, 1.0};
  const double x[2] = {4.5, -90.0};
  double y[2], back[2];
  a.to_flow(x, y);
  EXPECT_NEAR(y[0], 0.75, 1e-15);
  EXPECT_NEAR(y[1], 0.75, 1e-15);
  a.from_flow(y, back);
  EXPECT_NEAR(back[0], 4.5, 1e-12);
  EXPECT_NEAR(back[1], 270.0, 1e-12);
  EXPECT_NEAR(a.log_scale(), -std::log(2.0 * 360.0), 1e-12);
  const VectorArchitecture again = parse_vector_architecture(to_json(a), "it");
  EXPECT_EQ(to_json(again), to_json(a));
  EXPECT_EQ(again.columns[1].period, 360.0);
  EXPECT_THROW(parse_vector_architecture(R"({"kind": "cgcnn"})", "it"), std::exception);
}

}  // namespace
}  // namespace spinel
