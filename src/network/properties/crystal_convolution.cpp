#include "network/properties/crystal_convolution.hpp"

#include <torch/autograd.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "kernel/dense_kernels.hpp"
#include "model/gaussian_window.hpp"

namespace spinel {

namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Edges whose gradients are in the second-level cache at a time.
constexpr std::int32_t chunk_edges = 240;

template <class Real>
CrystalEdges<Real> view(const CrystalEdgeTables& edges) {
  return {edges.row.data_ptr<std::int32_t>(), edges.destination.data_ptr<std::int32_t>(),
          edges.first.data_ptr<std::int32_t>(), edges.gaussian.data_ptr<Real>(),
          static_cast<std::size_t>(edges.gaussian.size(1))};
}

template <class Real>
void fill_gaussians(const CrystalBatch& batch, const CgcnnArchitecture& architecture, CrystalEdgeTables& edges) {
  const GaussianWindow<Real> window(architecture);
  const Tensor distance = batch.distance.to(torch::kDouble).contiguous();
  edges.gaussian = torch::empty({edges.n_edges(), static_cast<std::int64_t>(window.size())},
                                torch::CppTypeToScalarType<Real>::value);
  const auto* d = distance.data_ptr<double>();
  auto* first = edges.first.data_ptr<std::int32_t>();
  Real* values = edges.gaussian.data_ptr<Real>();
  for (std::int64_t e = 0; e < edges.n_edges(); ++e, values += window.size()) first[e] = window.fill(d[e], values);
}

/// Mean and biased variance of rows over all ranks, and their number.
struct Moments {
  double n = 0.0;
  std::vector<double> mean, variance;
};

/// Adds up rows of `width` numbers, about the first one, so that squares do not cancel.
template <class Real>
class MomentSums {
 public:
  explicit MomentSums(std::size_t width) : width_(width), sum_(width, 0.0), squares_(width, 0.0) {}
  void add(std::size_t rows, const Real* x) {
    if (rows == 0) return;
    if (shift_.empty()) shift_.assign(x, x + width_);
    crystal_kernels<Real>().moments(rows, width_, x, shift_.data(), sum_.data(), squares_.data());
    n_ += static_cast<double>(rows);
  }
  /// Collective.
  Moments finish(const BatchSumPtr& batch_sum) const {
    // About zero those of all ranks add up.
    std::vector<double> total(2 * width_ + 1, 0.0);
    for (std::size_t c = 0; c < width_ && n_ > 0; ++c) {
      const auto shift = static_cast<double>(shift_[c]);
      total[c] = sum_[c] + n_ * shift;
      total[width_ + c] = squares_[c] + shift * (2.0 * sum_[c] + n_ * shift);
    }
    total[2 * width_] = n_;
    if (batch_sum) (*batch_sum)(total.data(), total.size());
    Moments m;
    m.n = total[2 * width_];
    const double per_row = 1.0 / std::max(m.n, 1.0);
    for (std::size_t c = 0; c < width_; ++c) {
      m.mean.push_back(total[c] * per_row);
      m.variance.push_back(std::max(0.0, total[width_ + c] * per_row - m.mean[c] * m.mean[c]));
    }
    return m;
  }

 private:
  std::size_t width_;
  double n_ = 0.0;
  std::vector<Real> shift_;
  std::vector<double> sum_, squares_;
};

Tensor to_tensor(const std::vector<double>& values) { return torch::tensor(values, torch::kDouble); }

/// inverse and offset of a RowNorm, [2][width], from mean and variance.
Tensor inverse_and_offset(const Tensor& mean, const Tensor& variance, torch::ScalarType type) {
  const Tensor inverse = (variance.to(torch::kDouble) + GlobalBatchNorm::epsilon).rsqrt();
  return torch::stack({inverse, -mean.to(torch::kDouble) * inverse}).to(type);
}

template <class Real>
RowNorm<Real> row_norm(const Tensor& statistics, const Tensor& weight, const Tensor& bias) {
  const Real* inverse = statistics.data_ptr<Real>();
  return {inverse, inverse + statistics.size(1), weight.data_ptr<Real>(), bias.data_ptr<Real>()};
}

/// Σ/n as Real, and Σ of this rank as Real.
template <class Real>
struct SummedGradients {
  SummedGradients(std::size_t width) : local(2 * width, 0.0) {}
  double* sum() { return local.data(); }
  double* projection() { return local.data() + local.size() / 2; }
  /// Collective: divides the sums over all ranks by n.
  void average(const BatchSumPtr& batch_sum, double n) {
    std::vector<double> total = local;
    if (batch_sum) (*batch_sum)(total.data(), total.size());
    for (const double x : total) mean.push_back(static_cast<Real>(x / std::max(n, 1.0)));
  }
  const Real* mean_sum() const { return mean.data(); }
  const Real* mean_projection() const { return mean.data() + mean.size() / 2; }
  Tensor of_bias() const { return half(0); }
  Tensor of_weight() const { return half(local.size() / 2); }

  std::vector<double> local;  // sums, then projections
  std::vector<Real> mean;

 private:
  Tensor half(std::size_t first) const {
    const auto begin = local.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<double> values(begin, begin + static_cast<std::ptrdiff_t>(local.size() / 2));
    return to_tensor(values).to(torch::CppTypeToScalarType<Real>::value);
  }
};

/// fc_full [2F][2F + Gaussians] as the kernels want it.
struct SplitWeight {
  SplitWeight(const Tensor& weight, std::int64_t width, std::int64_t window)
      : of_atoms(torch::cat({weight.narrow(1, 0, width), weight.narrow(1, width, width)})),
        table(torch::zeros({weight.size(1) - 2 * width + window, 2 * width}, weight.options())) {
    table.narrow(0, 0, weight.size(1) - 2 * width).copy_(weight.narrow(1, 2 * width, weight.size(1) - 2 * width).t());
  }
  Tensor of_atoms;  // [4F][F]: of the source, then the destination
  Tensor table;     // [Gaussians + window][2F]
};

template <class Real>
class Pass {
 public:
  Pass(const CrystalEdgeTables& edges, std::int64_t width)
      : edges_(view<Real>(edges)),
        n_atoms_(static_cast<std::size_t>(edges.n_atoms())),
        width_(static_cast<std::size_t>(width)) {}

  /// Rows of z; `moments`, where needed, gets them while they are in cache.
  Tensor gather(const Tensor& atoms, const Tensor& weight, const Tensor& bias, MomentSums<Real>* moments) const {
    const auto width = static_cast<std::int64_t>(width_);
    const SplitWeight split(weight, width, static_cast<std::int64_t>(edges_.window));
    const Tensor projected = torch::addmm(torch::cat({bias, torch::zeros_like(bias)}), atoms, split.of_atoms.t());
    Tensor z = torch::empty({edges_.row[n_atoms_], 2 * width}, atoms.options());
    for_chunks([&](std::size_t begin, std::size_t end, std::int32_t first, std::int32_t n) {
      Real* rows = z.data_ptr<Real>() + static_cast<std::int64_t>(first) * 2 * width;
      kernels_.gather(edges_, begin, end, width_, projected.data_ptr<Real>(), split.table.data_ptr<Real>(), rows);
      if (moments != nullptr) moments->add(static_cast<std::size_t>(n), rows);
    });
    return z;
  }
  Tensor activate(const Tensor& z, const RowNorm<Real>& norm) const {
    Tensor sums = torch::empty({static_cast<std::int64_t>(n_atoms_), static_cast<std::int64_t>(width_)}, z.options());
    kernels_.activate(edges_, 0, n_atoms_, width_, z.data_ptr<Real>(), norm, sums.data_ptr<Real>());
    return sums;
  }
  Tensor residual(const Tensor& atoms, const Tensor& sums, const RowNorm<Real>& norm) const {
    Tensor out = torch::empty_like(atoms);
    kernels_.residual(n_atoms_, width_, atoms.data_ptr<Real>(), sums.data_ptr<Real>(), norm, out.data_ptr<Real>());
    return out;
  }

  /// Gradients of what gather was made from: projected atoms, and the table without its rows of zeros.
  std::pair<Tensor, Tensor> gather_gradients(const Tensor& z, const RowNorm<Real>& norm, const Tensor& sums_gradient,
                                             const SummedGradients<Real>& means, std::int64_t n_gaussians) const {
    const auto width = static_cast<std::int64_t>(width_);
    Tensor atoms = torch::zeros({static_cast<std::int64_t>(n_atoms_), 4 * width}, z.options());
    Tensor table = torch::zeros({n_gaussians + static_cast<std::int64_t>(edges_.window), 2 * width}, z.options());
    std::vector<Real> dz;
    std::vector<std::int32_t> order, count;
    for_chunks([&](std::size_t begin, std::size_t end, std::int32_t first, std::int32_t n) {
      dz.resize(static_cast<std::size_t>(n) * 2 * width_);
      kernels_.gradient(edges_, begin, end, width_, z.data_ptr<Real>() + static_cast<std::int64_t>(first) * 2 * width,
                        norm, sums_gradient.data_ptr<Real>(), means.mean_sum(), means.mean_projection(), dz.data(),
                        atoms.data_ptr<Real>());
      sort(first, n, n_gaussians, order, count);
      kernels_.table_gradient(edges_, order.size(), order.data(), width_, static_cast<std::size_t>(first), dz.data(),
                              table.data_ptr<Real>());
    });
    return {atoms, table.narrow(0, 0, n_gaussians)};
  }

 private:
  /// Calls work(first atom, last, first edge, number of edges) for atoms whose edges stay in cache together.
  template <class Work>
  void for_chunks(const Work& work) const {
    for (std::size_t begin = 0, end = 0; begin < n_atoms_; begin = end) {
      while (end < n_atoms_ && (end == begin || edges_.row[end + 1] - edges_.row[begin] <= chunk_edges)) ++end;
      work(begin, end, edges_.row[begin], edges_.row[end] - edges_.row[begin]);
    }
  }

  /// The edges [first, first + n) by their first Gaussian.
  void sort(std::int32_t first, std::int32_t n, std::int64_t n_gaussians, std::vector<std::int32_t>& order,
            std::vector<std::int32_t>& count) const {
    count.assign(static_cast<std::size_t>(n_gaussians) + 1, 0);
    for (std::int32_t e = first; e < first + n; ++e) ++count[static_cast<std::size_t>(edges_.first[e]) + 1];
    for (std::size_t k = 1; k < count.size(); ++k) count[k] += count[k - 1];
    order.resize(static_cast<std::size_t>(n));
    for (std::int32_t e = first; e < first + n; ++e)
      order[static_cast<std::size_t>(count[static_cast<std::size_t>(edges_.first[e])]++)] = e;
  }

  const CrystalKernels<Real>& kernels_ = crystal_kernels<Real>();
  CrystalEdges<Real> edges_;
  std::size_t n_atoms_, width_;
};

/// Saved: atoms, fc_full.weight, z, sums; statistics and affine parameters of both norms.
struct Convolve : torch::autograd::Function<Convolve> {
  template <class Real>
  static variable_list run(AutogradContext* context, const variable_list& in, const CrystalEdgeTablesPtr& edges,
                           const BatchSumPtr& batch_sum) {
    const Tensor &atoms = in[0], &weight = in[1], &bias = in[2];
    const auto type = atoms.scalar_type();
    const Pass<Real> pass(*edges, atoms.size(1));
    MomentSums<Real> edge_sums(static_cast<std::size_t>(2 * atoms.size(1)));
    const Tensor z = pass.gather(atoms, weight, bias, &edge_sums);
    const Moments of_edges = edge_sums.finish(batch_sum);
    const Tensor edge_mean = to_tensor(of_edges.mean), edge_variance = to_tensor(of_edges.variance);
    const Tensor edge_statistics = inverse_and_offset(edge_mean, edge_variance, type);
    const Tensor sums = pass.activate(z, row_norm<Real>(edge_statistics, in[3], in[4]));
    MomentSums<Real> atom_sums(static_cast<std::size_t>(sums.size(1)));
    atom_sums.add(static_cast<std::size_t>(sums.size(0)), sums.data_ptr<Real>());
    const Moments of_sums = atom_sums.finish(batch_sum);
    const Tensor sum_mean = to_tensor(of_sums.mean), sum_variance = to_tensor(of_sums.variance);
    const Tensor sum_statistics = inverse_and_offset(sum_mean, sum_variance, type);
    const Tensor out = pass.residual(atoms, sums, row_norm<Real>(sum_statistics, in[5], in[6]));
    context->save_for_backward({atoms, weight, z, sums, edge_statistics, in[3], in[4], sum_statistics, in[5], in[6]});
    context->saved_data["n_edges"] = of_edges.n;
    context->saved_data["n_atoms"] = of_sums.n;
    return {out, to_tensor({of_edges.n, of_sums.n}), edge_mean, edge_variance, sum_mean, sum_variance};
  }

  static variable_list forward(AutogradContext* context, const Tensor& atoms, const Tensor& weight, const Tensor& bias,
                               const Tensor& edge_weight, const Tensor& edge_bias, const Tensor& sum_weight,
                               const Tensor& sum_bias, const CrystalEdgeTablesPtr& edges, const BatchSumPtr& sum) {
    const variable_list in = {atoms.contiguous(), weight, bias, edge_weight, edge_bias, sum_weight, sum_bias};
    context->saved_data["edges"] = c10::IValue::make_capsule(edges);
    if (sum) context->saved_data["sum"] = c10::IValue::make_capsule(sum);
    variable_list out = atoms.scalar_type() == torch::kDouble ? run<double>(context, in, edges, sum)
                                                              : run<float>(context, in, edges, sum);
    context->mark_non_differentiable({out[1], out[2], out[3], out[4], out[5]});
    return out;
  }

  template <class Real>
  static variable_list run_back(AutogradContext* context, const Tensor& gradient) {
    const auto saved = context->get_saved_variables();
    const Tensor &atoms = saved[0], &weight = saved[1], &z = saved[2], &sums = saved[3];
    const auto edges = c10::static_intrusive_pointer_cast<CrystalEdgeTables>(context->saved_data["edges"].toCapsule());
    BatchSumPtr sum;
    if (context->saved_data.count("sum") > 0)
      sum = c10::static_intrusive_pointer_cast<BatchSum>(context->saved_data["sum"].toCapsule());
    const CrystalKernels<Real>& kernels = crystal_kernels<Real>();
    const RowNorm<Real> edge_norm = row_norm<Real>(saved[4], saved[5], saved[6]);
    const RowNorm<Real> sum_norm = row_norm<Real>(saved[7], saved[8], saved[9]);
    const auto n_atoms = static_cast<std::size_t>(atoms.size(0)), width = static_cast<std::size_t>(atoms.size(1));

    Tensor of_atoms = torch::empty_like(atoms), of_sums = torch::empty_like(sums);
    SummedGradients<Real> by_atom(width), by_edge(2 * width);
    kernels.residual_gradient(n_atoms, width, atoms.data_ptr<Real>(), sums.data_ptr<Real>(), sum_norm,
                              gradient.data_ptr<Real>(), of_atoms.data_ptr<Real>(), by_atom.sum(),
                              by_atom.projection());
    by_atom.average(sum, context->saved_data["n_atoms"].toDouble());
    kernels.normalized_gradient(n_atoms, width, sums.data_ptr<Real>(), sum_norm, of_atoms.data_ptr<Real>(),
                                by_atom.mean_sum(), by_atom.mean_projection(), of_sums.data_ptr<Real>());
    kernels.gradient_moments(view<Real>(*edges), 0, n_atoms, width, z.data_ptr<Real>(), edge_norm,
                             of_sums.data_ptr<Real>(), by_edge.sum(), by_edge.projection());
    by_edge.average(sum, context->saved_data["n_edges"].toDouble());
    const Pass<Real> pass(*edges, atoms.size(1));
    const auto [of_projected, of_table] =
        pass.gather_gradients(z, edge_norm, of_sums, by_edge, weight.size(1) - 2 * atoms.size(1));

    const SplitWeight split(weight, atoms.size(1), 0);
    of_atoms.addmm_(of_projected, split.of_atoms);
    const auto by_part = torch::mm(of_projected.t(), atoms).chunk(2, 0);
    return {of_atoms,
            torch::cat({by_part[0], by_part[1], of_table.t()}, 1),
            of_projected.narrow(1, 0, 2 * atoms.size(1)).sum(0),
            by_edge.of_weight(),
            by_edge.of_bias(),
            by_atom.of_weight(),
            by_atom.of_bias(),
            Tensor(),
            Tensor()};
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Tensor gradient = gradients[0].contiguous();
    return gradient.scalar_type() == torch::kDouble ? run_back<double>(context, gradient)
                                                    : run_back<float>(context, gradient);
  }
};

template <class Real>
Tensor evaluate(const Tensor& atoms, const torch::nn::Linear& full, const GlobalBatchNorm& edge_norm,
                const GlobalBatchNorm& sum_norm, const CrystalEdgeTables& edges) {
  const auto type = atoms.scalar_type();
  const Pass<Real> pass(edges, atoms.size(1));
  const Tensor z = pass.gather(atoms, full->weight, full->bias, nullptr);
  const Tensor of_edges = inverse_and_offset(edge_norm.running_mean, edge_norm.running_var, type);
  const Tensor of_sums = inverse_and_offset(sum_norm.running_mean, sum_norm.running_var, type);
  const Tensor sums = pass.activate(z, row_norm<Real>(of_edges, edge_norm.weight, edge_norm.bias));
  return pass.residual(atoms, sums, row_norm<Real>(of_sums, sum_norm.weight, sum_norm.bias));
}

}  // namespace

CrystalEdgeTablesPtr make_edge_tables(const CrystalBatch& batch, const CgcnnArchitecture& architecture,
                                      torch::ScalarType type) {
  auto edges = c10::make_intrusive<CrystalEdgeTables>();
  const std::int64_t n_atoms = batch.atomic_number.size(0), n_edges = batch.source.size(0);
  edges->row = torch::zeros({n_atoms + 1}, torch::kInt);
  edges->destination = batch.destination.contiguous();
  edges->first = torch::empty({n_edges}, torch::kInt);
  const Tensor source = batch.source.contiguous();
  const auto *from = source.data_ptr<std::int32_t>(), *to = edges->destination.data_ptr<std::int32_t>();
  auto* row = edges->row.data_ptr<std::int32_t>();
  for (std::int64_t e = 0; e < n_edges; ++e) {
    if (from[e] < 0 || from[e] >= n_atoms || to[e] < 0 || to[e] >= n_atoms || (e > 0 && from[e] < from[e - 1]))
      fail("edge {} of a batch of {} atoms runs from {} to {}: out of range or out of order", e, n_atoms, from[e],
           to[e]);
    ++row[from[e] + 1];
  }
  for (std::int64_t i = 0; i < n_atoms; ++i) row[i + 1] += row[i];
  type == torch::kDouble ? fill_gaussians<double>(batch, architecture, *edges)
                         : fill_gaussians<float>(batch, architecture, *edges);
  return edges;
}

bool can_convolve(const Tensor& atoms) {
  return atoms.device().is_cpu() && atoms.size(1) % static_cast<std::int64_t>(row_granule) == 0 &&
         (atoms.scalar_type() == torch::kFloat || atoms.scalar_type() == torch::kDouble);
}

Tensor convolve(const Tensor& atoms, const torch::nn::Linear& full, GlobalBatchNorm& edge_norm,
                GlobalBatchNorm& sum_norm, const CrystalEdgeTablesPtr& edges, const BatchSumPtr& sum) {
  if (!edge_norm.is_training()) {
    const torch::NoGradGuard no_gradient;
    const Tensor rows = atoms.contiguous();
    return rows.scalar_type() == torch::kDouble ? evaluate<double>(rows, full, edge_norm, sum_norm, *edges)
                                                : evaluate<float>(rows, full, edge_norm, sum_norm, *edges);
  }
  const variable_list out = Convolve::apply(atoms, full->weight, full->bias, edge_norm.weight, edge_norm.bias,
                                            sum_norm.weight, sum_norm.bias, edges, sum);
  edge_norm.update(out[1][0].item<double>(), out[2], out[3]);
  sum_norm.update(out[1][1].item<double>(), out[4], out[5]);
  return out[0];
}

}  // namespace spinel
