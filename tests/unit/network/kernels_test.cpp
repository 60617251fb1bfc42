#include <gtest/gtest.h>
#include <torch/nn/functional/normalization.h>
#include <torch/types.h>

#include <cmath>

#include "core/random.hpp"
#include "kernel/dense_kernels.hpp"
#include "network/potentials/radial_basis.hpp"
#include "network/potentials/radial_table.hpp"

namespace spinel {
namespace {

using torch::Tensor;

template <class Real>
std::vector<Real> numbers(std::size_t n, std::uint64_t salt, double scale = 1.0) {
  const Random random(3, RandomPurpose::test);
  std::vector<Real> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<Real>(scale * random.normal3(salt, i)[0]);
  return values;
}

template <class Real>
void check_product(std::size_t rows, std::size_t k, std::size_t n) {
  SCOPED_TRACE(std::to_string(rows) + " " + std::to_string(k) + " " + std::to_string(n));
  const auto a = numbers<Real>(rows * (k + 3), 1), w = numbers<Real>(n * k, 2),
             start = numbers<Real>(rows * padded_width(n), 3);
  // Weights [n][k], as torch has them, transposed.
  const PackedMatrix<Real> b(w.data(), k, n, 1, k);
  ASSERT_EQ(b.n, padded_width(n));
  std::vector<Real> out(rows * (b.n + 16), Real(7));
  for (const int form : {0, 1, 2}) {
    const Rows<const Real> from = form == 0 ? Rows<const Real>{} : Rows<const Real>{start.data(), form == 1 ? 0 : b.n};
    dense_kernels<Real>().multiply(rows, {a.data(), k + 3}, b, from, {out.data(), b.n + 16});
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < b.n + 16; ++c) {
        double expected = 7.0;
        if (c < b.n) {
          expected = form == 0 ? 0.0 : static_cast<double>(start[form == 1 ? c : r * b.n + c]);
          for (std::size_t i = 0; c < n && i < k; ++i)
            expected += static_cast<double>(a[r * (k + 3) + i]) * static_cast<double>(w[c * k + i]);
        }
        ASSERT_NEAR(out[r * (b.n + 16) + c], expected, (sizeof(Real) == 4 ? 1e-5 : 1e-13) * static_cast<double>(k));
      }
  }
}

TEST(DenseKernels, MultiplyAsThreeLoopsDo) {
  for (const std::size_t rows : {1, 2, 6, 13})
    for (const std::size_t k : {1, 9, 64})
      for (const std::size_t n : {5, 16, 64, 80, 144}) {
        check_product<float>(rows, k, n);
        check_product<double>(rows, k, n);
      }
}

template <class Real>
void check_activations(double tolerance) {
  constexpr std::size_t rows = 3, width = 32;
  const auto sigmoid = [](double x) { return 1.0 / (1.0 + std::exp(-x)); };
  auto x = numbers<Real>(2 * rows * width, 4, 4.0);
  x[0] = Real(-300.0);
  x[1] = Real(300.0);
  x[width] = Real(-95.0);
  const auto factor = numbers<Real>(rows * width, 5), gradient = numbers<Real>(rows * width, 6);
  const auto& kernels = dense_kernels<Real>();
  auto silu = x, slope = x;
  std::vector<Real> value(x.size()), out(rows * width, Real(0.5));
  kernels.silu(silu.size(), silu.data());
  kernels.silu_with_slope(x.size(), slope.data(), value.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i], s = sigmoid(v), scale = tolerance * (1.0 + std::abs(v));
    EXPECT_NEAR(silu[i], v * s, scale);
    EXPECT_NEAR(value[i], v * s, scale);
    EXPECT_NEAR(slope[i], s * (1.0 + v * (1.0 - s)), scale);
  }
  kernels.add_gated(rows, width, x.data(), factor.data(), out.data(), width);
  auto x_gradient = x, factor_gradient = factor;
  kernels.gated_gradient(rows, width, gradient.data(), width, x_gradient.data(), factor_gradient.data());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < width; ++c) {
      const double v = x[2 * r * width + c], g = x[(2 * r + 1) * width + c], f = factor[r * width + c],
                   d = gradient[r * width + c], s = sigmoid(v), t = sigmoid(g),
                   scale = tolerance * (1.0 + std::abs(v)) * (1.0 + std::abs(f)) * (1.0 + std::abs(d));
      EXPECT_NEAR(out[r * width + c], 0.5 + v * s * t * f, scale);
      EXPECT_NEAR(factor_gradient[r * width + c], d * v * s * t, scale);
      EXPECT_NEAR(x_gradient[2 * r * width + c], d * f * t * s * (1.0 + v * (1.0 - s)), scale);
      EXPECT_NEAR(x_gradient[(2 * r + 1) * width + c], d * f * v * s * t * (1.0 - t), scale);
    }
}

TEST(DenseKernels, ActivationsAreTheirFormulas) {
  check_activations<float>(3e-7);
  check_activations<double>(1e-15);
}

TEST(RadialBasis, BesselFunctionsVanishAtTheCutoffAndEqualTheStandardLibrarys) {
  const auto basis = RadialBasis::bessel(3, 3, 5.0);
  // Zeros of j_0, j_1 and j_2: Abramowitz & Stegun, table 10.6.
  const double zeros[3][3] = {{3.141592654, 6.283185307, 9.424777961},
                              {4.493409458, 7.725251837, 10.904121659},
                              {5.763459197, 9.095011330, 12.322940971}};
  const Tensor r = torch::tensor({0.4, 1.3, 2.9, 4.7, 5.0}, torch::kDouble), values = basis(r);
  for (int i = 0; i < 5; ++i)
    for (int l = 0; l < 3; ++l)
      for (int n = 0; n < 3; ++n) {
        const double x = zeros[l][n] * r[i].item<double>() / 5.0,
                     factor =
                         std::sqrt(2.0 / 125.0) / std::abs(std::sph_bessel(static_cast<unsigned>(l + 1), zeros[l][n]));
        EXPECT_NEAR(values[i][3 * l + n].item<double>(), factor * std::sph_bessel(static_cast<unsigned>(l), x), 1e-9);
      }
}

TEST(RadialBasis, SmoothFunctionsAreOrthonormalAndEndFlat) {
  const auto basis = RadialBasis::smooth(9, 5.0);
  const int n = 20000;
  const Tensor r = (torch::arange(n, torch::kDouble) + 0.5) * (5.0 / n), values = basis(r);
  const Tensor overlap = torch::matmul((values * r.unsqueeze(1).square()).t(), values) * (5.0 / n);
  EXPECT_LT((overlap - torch::eye(9, torch::kDouble)).abs().max().item<double>(), 1e-6);
  const double h = 1e-3;
  const Tensor last = basis(torch::tensor({5.0, 5.0 - h}, torch::kDouble));
  EXPECT_LT(last[0].abs().max().item<double>(), 1e-13);
  EXPECT_LT(last[1].abs().max().item<double>(), 1e-5);  // third order in h
}

TEST(RadialBasis, TheTableIsTheBasis) {
  for (const auto& basis : {RadialBasis::bessel(3, 3, 5.0), RadialBasis::smooth(9, 5.0)}) {
    const RadialTable table(basis, 5.0);
    const Tensor a = (torch::rand(1000, torch::kDouble) * 4.7 + 0.3).requires_grad_(true),
                 b = a.detach().clone().requires_grad_(true);
    const Tensor exact = basis(a), tabulated = table(b, torch::kDouble);
    EXPECT_LT((exact - tabulated).abs().max().item<double>(), 1e-12);
    exact.cos().sum().backward();
    tabulated.cos().sum().backward();
    EXPECT_LT((a.grad() - b.grad()).abs().max().item<double>(), 1e-9);
  }
}

TEST(RadialBasis, HarmonicsAddUpToLegendrePolynomials) {
  const Tensor a = torch::nn::functional::normalize(torch::randn({50, 3}, torch::kDouble)),
               b = torch::nn::functional::normalize(torch::randn({50, 3}, torch::kDouble));
  const Tensor product = scaled_harmonics(a, 5) * scaled_harmonics(b, 5), cosine = (a * b).sum(1);
  for (int l = 0; l < 5; ++l) {
    const Tensor sum = product.narrow(1, l * l, 2 * l + 1).sum(1);
    for (int i = 0; i < 50; ++i)
      EXPECT_NEAR(sum[i].item<double>(),
                  std::sqrt((2 * l + 1) / (4.0 * std::acos(-1.0))) *
                      std::legendre(static_cast<unsigned>(l), cosine[i].item<double>()),
                  1e-13);
  }
}

}  // namespace
}  // namespace spinel
