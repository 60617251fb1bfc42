#include "model/vectors/vector_flow.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/denoiser_kernels.hpp"

namespace spinel {

namespace {

constexpr std::size_t n_time = 8;           // sines and cosines of half, 1, … periods from noise to data
constexpr std::size_t rows_of_block = 240;  // of values and tangents, which stay in the cache from layer to layer

/// Room for so many numbers.
template <class Real>
Real* fit(std::vector<Real>& v, std::size_t n) {
  if (v.size() < n) v.resize(n);
  return v.data();
}

/// to(m, cos mx, sin mx), m = 1 … n: by the addition theorem, since they take as long as the rest of the network.
template <class To>
void waves(double x, std::size_t n, To&& to) {
  const double cosine = std::cos(x), sine = std::sin(x);
  double c = cosine, s = sine;
  for (std::size_t m = 1; m <= n; ++m) {
    to(m, c, s);
    const double next = c * cosine - s * sine;
    s = s * cosine + c * sine;
    c = next;
  }
}

}  // namespace

std::size_t VectorFlowShape::n_features() const {
  std::size_t n = 0;
  for (const std::uint8_t is_periodic : periodic) n += is_periodic != 0 ? 2 * frequencies : 1;
  return n;
}

template <class Real>
struct VectorFlow<Real>::Layer {
  std::size_t in = 0, out = 0, in_stride = 0, out_stride = 0;
  PackedMatrix<Real> weight, weight_t, time;
  std::vector<Real> bias;  // padded
};

template <class Real>
struct VectorFlow<Real>::Workspace {
  struct Hidden {  // [point][stride], tangents behind values
    std::vector<Real> y, tangent, slope, curvature;
  };
  std::vector<Hidden> hidden;
  std::vector<Real> time, input, first, second;  // features, and their derivatives by their column
  std::vector<Real> output, gradient, before, matrix;
  // of all points
  std::vector<Real> velocity, divergence, velocity_gradient, divergence_gradient;
};

template <class Real>
VectorFlow<Real>::VectorFlow(const VectorFlowShape& shape) : shape_(shape), work_(std::make_unique<Workspace>()) {
  const FlowKernels<Real>& kernels = flow_kernels<Real>();
  activation_ = shape.activation == "tanh"       ? kernels.tanh
                : shape.activation == "softplus" ? kernels.softplus
                                                 : kernels.silu;
  for (std::size_t c = 0; c < shape.dimension(); ++c)
    column_of_.insert(column_of_.end(), shape.periodic[c] != 0 ? 2 * shape.frequencies : 1, c);
  const auto add = [&](std::string name, std::size_t rows, std::size_t columns) {
    matrices_.push_back({std::move(name), rows, columns, n_parameters_});
    n_parameters_ += rows * columns;
  };
  for (std::size_t l = 0; l <= shape.hidden.size(); ++l) {
    Layer layer;
    layer.in = l == 0 ? shape.n_features() : shape.hidden[l - 1];
    layer.out = l == shape.hidden.size() ? shape.dimension() : shape.hidden[l];
    layer.in_stride = padded_width(layer.in);
    layer.out_stride = padded_width(layer.out);
    const std::string at = "layer_" + std::to_string(l + 1);
    add(at, layer.in, layer.out);
    add(at + "_time", n_time, layer.out);
    add(at + "_bias", 1, layer.out);
    layers_.push_back(std::move(layer));
  }
  work_->hidden.resize(shape.hidden.size());
}

template <class Real>
VectorFlow<Real>::~VectorFlow() = default;

template <class Real>
void VectorFlow<Real>::set_weights(const Real* weights) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    const Real *weight = weights + matrices_[3 * l].offset, *time = weights + matrices_[3 * l + 1].offset,
               *bias = weights + matrices_[3 * l + 2].offset;
    layer.weight = PackedMatrix<Real>(weight, layer.in, layer.out, layer.out, 1);
    layer.weight_t = PackedMatrix<Real>(weight, layer.out, layer.in, 1, layer.out);
    layer.time = PackedMatrix<Real>(time, n_time, layer.out, layer.out, 1);
    layer.bias.assign(layer.out_stride, Real(0));
    std::copy_n(bias, layer.out, layer.bias.begin());
  }
}

template <class Real>
std::size_t VectorFlow<Real>::n_tangents(const FlowPoints<Real>& at) const {
  return at.divergence == Divergence::none ? 0 : at.divergence == Divergence::exact ? shape_.dimension() : 1;
}

template <class Real>
std::size_t VectorFlow<Real>::points_of_block(const FlowPoints<Real>& at) const {
  // Products take six rows at a time.
  return std::max<std::size_t>(1, rows_of_block / (1 + n_tangents(at)) / 6) * 6;
}

/// Of the points from `begin` to `end`: time, features, their derivatives, and behind the features their tangents.
template <class Real>
void VectorFlow<Real>::features(const FlowPoints<Real>& at, std::size_t begin, std::size_t end, bool keep) {
  Workspace& w = *work_;
  const std::size_t n = end - begin, k = n_tangents(at), d = shape_.dimension(), stride = layers_[0].in_stride;
  Real* time = fit(w.time, n * n_time);
  Real* input = fit(w.input, (1 + k) * n * stride);
  std::fill_n(input, (1 + k) * n * stride, Real(0));
  Real *first = fit(w.first, n * stride), *second = fit(w.second, n * stride);
  for (std::size_t r = 0; r < n; ++r) {
    waves(M_PI * static_cast<double>(at.time[begin + r]), n_time / 2, [&](std::size_t m, double cosine, double sine) {
      time[r * n_time + 2 * m - 2] = static_cast<Real>(sine);
      time[r * n_time + 2 * m - 1] = static_cast<Real>(cosine);
    });
    const Real* y = at.y + (begin + r) * d;
    std::size_t f = r * stride;
    for (std::size_t c = 0; c < d; ++c) {
      if (shape_.periodic[c] == 0) {
        input[f] = y[c];
        first[f] = Real(1);
        second[f++] = Real(0);
        continue;
      }
      waves(2.0 * M_PI * static_cast<double>(y[c]), shape_.frequencies, [&](std::size_t m, double cosine, double sine) {
        const double wave = 2.0 * M_PI * static_cast<double>(m);
        input[f] = static_cast<Real>(cosine);
        input[f + 1] = static_cast<Real>(sine);
        first[f] = static_cast<Real>(-wave * sine);
        first[f + 1] = static_cast<Real>(wave * cosine);
        if (keep) {
          second[f] = static_cast<Real>(-wave * wave * cosine);
          second[f + 1] = static_cast<Real>(-wave * wave * sine);
        }
        f += 2;
      });
    }
  }
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t r = 0; r < n; ++r) {
      Real* to = input + ((1 + a) * n + r) * stride;
      const Real* slope = first + r * stride;
      for (std::size_t f = 0; f < column_of_.size(); ++f) {
        const std::size_t c = column_of_[f];
        if (at.divergence == Divergence::estimate)
          to[f] = slope[f] * at.probe[(begin + r) * d + c];
        else if (c == a)
          to[f] = slope[f];
      }
    }
}

template <class Real>
void VectorFlow<Real>::forward_block(const FlowPoints<Real>& at, std::size_t begin, std::size_t end, bool keep,
                                     Real* velocity, Real* divergence) {
  Workspace& w = *work_;
  const DenseKernels<Real>& dense = dense_kernels<Real>();
  const std::size_t n = end - begin, k = n_tangents(at), d = shape_.dimension();
  features(at, begin, end, keep);
  const Real* from = w.input.data();
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const bool is_last = l + 1 == layers_.size();
    const std::size_t in = layer.in_stride, out = layer.out_stride, size = n * out;
    // Values take part of the time and bias, tangents do not.
    Real *z = is_last ? fit(w.output, (1 + k) * size) : fit(w.hidden[l].y, (1 + k) * size),
         *z_tangent = is_last ? z + size : fit(w.hidden[l].tangent, k * size);
    dense.multiply(n, {w.time.data(), n_time}, layer.time, {layer.bias.data(), 0}, {z, out});
    dense.multiply(n, {from, in}, layer.weight, {z, out}, {z, out});
    dense.multiply(k * n, {from + n * in, in}, layer.weight, {}, {z_tangent, out});
    if (is_last) break;
    Real* slope = k > 0 || keep ? fit(w.hidden[l].slope, size) : nullptr;
    Real* curvature = k > 0 && keep ? fit(w.hidden[l].curvature, size) : nullptr;
    activation_(size, z, z, slope, curvature);
    flow_kernels<Real>().tangents(size, k, slope, z_tangent, z + size);
    from = z;
  }
  const std::size_t out = layers_.back().out_stride;
  const Real* result = w.output.data();
  for (std::size_t r = 0; r < n; ++r) {
    std::copy_n(result + r * out, d, velocity + (begin + r) * d);
    if (k == 0) continue;
    Real sum = 0;
    for (std::size_t c = 0; c < d; ++c)
      sum += at.divergence == Divergence::exact ? result[((1 + c) * n + r) * out + c]
                                                : at.probe[(begin + r) * d + c] * result[(n + r) * out + c];
    divergence[begin + r] = sum;
  }
}

/// Adds the gradients of one layer's weights; `input` and `output_gradient`: values, then tangents.
template <class Real>
void VectorFlow<Real>::add_weight_gradient(std::size_t l, std::size_t points, std::size_t tangents, const Real* input,
                                           const Real* output_gradient, Real* weight_gradient) {
  Workspace& w = *work_;
  const Layer& layer = layers_[l];
  const DenoiserKernels<Real>& kernels = denoiser_kernels<Real>();
  const std::size_t out = layer.out_stride;
  // Products are of padded rows; those of the weights are not.
  const auto add = [&](std::size_t matrix, std::size_t rows, const auto& product) {
    Real* sum = fit(w.matrix, rows * out);
    std::fill_n(sum, rows * out, Real(0));
    product(sum);
    Real* to = weight_gradient + matrices_[matrix].offset;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < layer.out; ++j) to[i * layer.out + j] += sum[i * out + j];
  };
  add(3 * l, layer.in, [&](Real* sum) {
    kernels.add_outer((1 + tangents) * points, {input, layer.in_stride}, layer.in, {output_gradient, out}, out, sum);
  });
  add(3 * l + 1, n_time, [&](Real* sum) {
    kernels.add_outer(points, {w.time.data(), n_time}, n_time, {output_gradient, out}, out, sum);
  });
  add(3 * l + 2, 1, [&](Real* sum) { kernels.add_rows(points, out, {output_gradient, out}, sum); });
}

template <class Real>
void VectorFlow<Real>::backward_block(const FlowPoints<Real>& at, std::size_t begin, std::size_t end,
                                      const Real* velocity_gradient, const Real* divergence_gradient,
                                      Real* weight_gradient, Real* y_gradient) {
  Workspace& w = *work_;
  const DenseKernels<Real>& dense = dense_kernels<Real>();
  const std::size_t n = end - begin, k = n_tangents(at), d = shape_.dimension(), last = layers_.size() - 1;
  std::size_t out = layers_[last].out_stride;
  Real* g = fit(w.gradient, (1 + k) * n * out);
  std::fill_n(g, (1 + k) * n * out, Real(0));
  for (std::size_t r = 0; r < n; ++r) {
    std::copy_n(velocity_gradient + (begin + r) * d, d, g + r * out);
    for (std::size_t c = 0; c < d && k > 0; ++c) {
      const Real of = divergence_gradient[begin + r];
      if (at.divergence == Divergence::exact)
        g[((1 + c) * n + r) * out + c] = of;
      else
        g[(n + r) * out + c] = of * at.probe[(begin + r) * d + c];
    }
  }
  for (std::size_t l = last + 1; l-- > 0;) {
    const Layer& layer = layers_[l];
    const Real* input = l == 0 ? w.input.data() : w.hidden[l - 1].y.data();
    if (weight_gradient != nullptr) add_weight_gradient(l, n, k, input, g, weight_gradient);
    if (l == 0 && y_gradient == nullptr) return;
    const std::size_t in = layer.in_stride;
    Real* before = fit(w.before, (1 + k) * n * in);
    dense.multiply((1 + k) * n, {g, layer.out_stride}, layer.weight_t, {}, {before, in});
    std::swap(w.gradient, w.before);
    g = w.gradient.data();
    if (l == 0) break;
    const auto& hidden = w.hidden[l - 1];
    flow_kernels<Real>().gradient(n * in, k, hidden.slope.data(), hidden.curvature.data(), hidden.tangent.data(), g);
  }
  const std::size_t stride = layers_[0].in_stride;
  for (std::size_t r = 0; r < n; ++r) {
    Real* to = y_gradient + (begin + r) * d;
    std::fill_n(to, d, Real(0));
    for (std::size_t f = 0; f < column_of_.size(); ++f) {
      const std::size_t c = column_of_[f], place = r * stride + f;
      to[c] += w.first[place] * g[place];
      if (k == 0 || shape_.periodic[c] == 0) continue;
      // A tangent is the slope of a feature times its direction's number of the column.
      if (at.divergence == Divergence::exact)
        to[c] += w.second[place] * g[((1 + c) * n + r) * stride + f];
      else
        to[c] += w.second[place] * at.probe[(begin + r) * d + c] * g[(n + r) * stride + f];
    }
  }
}

template <class Real>
void VectorFlow<Real>::forward(const FlowPoints<Real>& at, Real* velocity, Real* divergence) {
  const std::size_t size = points_of_block(at);
  for (std::size_t begin = 0; begin < at.n; begin += size)
    forward_block(at, begin, std::min(at.n, begin + size), false, velocity, divergence);
}

template <class Real>
void VectorFlow<Real>::gradient(const FlowPoints<Real>& at, const Loss& loss, Real* weight_gradient, Real* y_gradient) {
  Workspace& w = *work_;
  const std::size_t d = shape_.dimension(), size = points_of_block(at);
  Real *velocity = fit(w.velocity, at.n * d), *divergence = fit(w.divergence, at.n),
       *velocity_gradient = fit(w.velocity_gradient, at.n * d), *divergence_gradient = fit(w.divergence_gradient, at.n);
  for (std::size_t begin = 0; begin < at.n; begin += size) {
    const std::size_t end = std::min(at.n, begin + size);
    forward_block(at, begin, end, true, velocity, divergence);
    loss(begin, end, velocity, divergence, velocity_gradient, divergence_gradient);
    backward_block(at, begin, end, velocity_gradient, divergence_gradient, weight_gradient, y_gradient);
  }
}

template class VectorFlow<float>;
template class VectorFlow<double>;

}  // namespace spinel
