#include "network/potentials/fused_convolution.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <thread>

#include "core/error.hpp"
#include "kernel/dense_kernels.hpp"

namespace spinel {

namespace {

using torch::Tensor;

/// Edges at a time: with their activations they fill about half of a second-level cache.
constexpr std::size_t chunk_rows = 96;

template <class Real>
PackedMatrix<Real> packed(const Tensor& weight, bool transposed) {
  // y = x·Wᵀ, W [out][in]: the forward product reads Wᵀ, the gradient W.
  const Tensor w = weight.detach().contiguous();
  const auto out = static_cast<std::size_t>(w.size(0)), in = static_cast<std::size_t>(w.size(1));
  const Real* values = w.data_ptr<Real>();
  return transposed ? PackedMatrix<Real>(values, in, out, 1, in) : PackedMatrix<Real>(values, out, in, in, 1);
}

/// The weights of one gated MLP behind its factored first layer, and of the map of the basis it is multiplied with.
template <class Real>
struct Message {
  Message(const GatedMlp& mlp, const torch::nn::Linear& weight, std::int64_t edge_width)
      : width(static_cast<std::size_t>(weight->weight.size(0))),
        units(static_cast<std::size_t>(mlp.values[0]->weight.size(0))) {
    const Tensor joined = torch::cat({mlp.values[0]->weight, mlp.gates[0]->weight}).detach();
    const Tensor of_edge = joined.narrow(1, joined.size(1) - edge_width, edge_width);
    first = packed<Real>(of_edge, true);
    first_back = packed<Real>(of_edge, false);
    radial = packed<Real>(weight->weight, true);
    radial_back = packed<Real>(weight->weight, false);
    for (const auto* branch : {&mlp.values, &mlp.gates}) {
      const std::size_t b = branch == &mlp.values ? 0 : 1;
      second[b] = packed<Real>((*branch)[1]->weight, true);
      second_back[b] = packed<Real>((*branch)[1]->weight, false);
      third[b] = packed<Real>((*branch)[2]->weight, true);
      third_back[b] = packed<Real>((*branch)[2]->weight, false);
      append(second_bias, (*branch)[1]->bias);
      append(third_bias, (*branch)[2]->bias);
    }
  }
  static void append(std::vector<Real>& values, const Tensor& bias) {
    const Tensor b = bias.detach().contiguous();
    values.insert(values.end(), b.data_ptr<Real>(), b.data_ptr<Real>() + b.numel());
  }

  std::size_t width, units;
  PackedMatrix<Real> first, radial, second[2], third[2];
  PackedMatrix<Real> first_back, radial_back, second_back[2], third_back[2];
  std::vector<Real> second_bias, third_bias;  // value, then gate
};

/// Activations of a chunk in one gated MLP.
template <class Real>
struct Activations {
  explicit Activations(const Message<Real>& w)
      : first(2 * w.units * chunk_rows),
        second(2 * w.units * chunk_rows),
        third(2 * w.width * chunk_rows),
        factor(w.width * chunk_rows) {}
  std::vector<Real> first, second;  // before SiLU, then, for the gradient, its slopes
  std::vector<Real> third, factor;  // before the gate, and what multiplies it; then their gradients
};

template <class Real>
class Fused final : public FusedConvolution {
 public:
  Fused(const GatedMlp& bond, const GatedMlp& edge, const torch::nn::Linear& edge_weight, const GatedMlp& node,
        const torch::nn::Linear& node_weight)
      : edge_(edge, edge_weight, edge_weight->weight.size(0)), node_(node, node_weight, edge_weight->weight.size(0)) {
    const Tensor joined = torch::cat({bond.values[0]->weight, bond.gates[0]->weight});
    bond_ = packed<Real>(joined, true);
    bond_back_ = packed<Real>(joined, false);
  }

  std::pair<Tensor, Tensor> forward(const ConvolutionInput& input, bool edge_needed) const override;
  std::array<Tensor, 5> gradients(const ConvolutionInput& input, const Tensor& edge_gradient,
                                  const Tensor& sums_gradient) const override;

 private:
  struct Pass;
  struct Scratch;
  void load(const Pass& pass, Scratch& s, std::size_t begin, std::size_t end) const;
  void run(const Pass& pass, const Message<Real>& w, std::size_t offset, Scratch& s, Activations<Real>& a,
           bool keep) const;
  void run_back(const Pass& pass, const Message<Real>& w, std::size_t offset, const Real* gradient, Scratch& s,
                Activations<Real>& a, Real* source_gradient, Real* destination_gradient) const;
  void forward_chunk(const Pass& pass, Scratch& s, Real* edge, Real* sums) const;
  void gradient_chunk(const Pass& pass, Scratch& s, const Real* edge_gradient, const Real* sums_gradient,
                      const std::array<Real*, 5>& gradient) const;

  const DenseKernels<Real>& kernels_ = dense_kernels<Real>();
  Message<Real> edge_, node_;
  PackedMatrix<Real> bond_, bond_back_;
};

/// Pointers into the input, whose tensors are contiguous.
template <class Real>
struct Fused<Real>::Pass {
  explicit Pass(const ConvolutionInput& input)
      : n_edges(static_cast<std::size_t>(input.edge.size(0))),
        n_short(static_cast<std::size_t>(input.short_edge.size(0))),
        n_basis(static_cast<std::size_t>(input.basis.size(1))),
        n_triple(static_cast<std::size_t>(input.triple.size(1))),
        n_from(static_cast<std::size_t>(input.from_source.size(1))),
        edge(input.edge.data_ptr<Real>()),
        triple(input.triple.data_ptr<Real>()),
        from_source(input.from_source.data_ptr<Real>()),
        from_destination(input.from_destination.data_ptr<Real>()),
        basis(input.basis.data_ptr<Real>()),
        source(input.source.data_ptr<std::int32_t>()),
        destination(input.destination.data_ptr<std::int32_t>()),
        short_edge(input.short_edge.data_ptr<std::int32_t>()) {}
  std::size_t n_edges, n_short, n_basis, n_triple, n_from;
  const Real *edge, *triple, *from_source, *from_destination, *basis;
  const std::int32_t *source, *destination, *short_edge;

  std::size_t from(std::size_t e) const { return static_cast<std::size_t>(source[e]); }
  std::size_t to(std::size_t e) const { return static_cast<std::size_t>(destination[e]); }

  /// Calls work(part, begin, end) for ranges of edges that no atom's own edges cross, one a thread.
  template <class Work>
  void split(std::size_t n_parts, const Work& work) const {
    std::vector<std::size_t> cut(n_parts + 1, n_edges);
    cut[0] = 0;
    for (std::size_t p = 1; p < n_parts; ++p) {
      std::size_t e = std::max(cut[p - 1], n_edges * p / n_parts);
      while (e > 0 && e < n_edges && source[e] == source[e - 1]) ++e;
      cut[p] = e;
    }
    std::vector<std::thread> threads;
    for (std::size_t p = 1; p < n_parts; ++p) threads.emplace_back([&, p] { work(p, cut[p], cut[p + 1]); });
    work(std::size_t{0}, cut[0], cut[1]);
    for (std::thread& thread : threads) thread.join();
  }
};

template <class Real>
struct Fused<Real>::Scratch {
  explicit Scratch(const Fused& f)
      : edge_activations(f.edge_),
        node_activations(f.node_),
        edge(f.edge_.width * chunk_rows),
        bond(2 * f.edge_.width * chunk_rows),
        message(f.node_.width * chunk_rows),
        hidden(2 * std::max(f.edge_.units, f.node_.units) * chunk_rows),
        other(hidden.size()),
        basis(f.edge_.radial_back.n * chunk_rows),
        triple(f.bond_back_.n * chunk_rows) {}
  Activations<Real> edge_activations, node_activations;
  std::vector<Real> edge, bond, message, hidden, other, basis, triple;
  std::size_t begin = 0, end = 0;              // edges of the chunk
  std::size_t short_begin = 0, short_end = 0;  // short edges among them

  std::size_t rows() const { return end - begin; }
};

/// Takes up edges [begin, end): their e with the three-body update.
template <class Real>
void Fused<Real>::load(const Pass& pass, Scratch& s, std::size_t begin, std::size_t end) const {
  s.begin = begin;
  s.end = end;
  const auto place = [&](std::size_t e) {
    return static_cast<std::size_t>(
        std::lower_bound(pass.short_edge, pass.short_edge + pass.n_short, static_cast<std::int32_t>(e)) -
        pass.short_edge);
  };
  s.short_begin = place(begin);
  s.short_end = place(end);
  const std::size_t width = edge_.width;
  std::copy(pass.edge + begin * width, pass.edge + end * width, s.edge.begin());
  kernels_.multiply(s.short_end - s.short_begin, {pass.triple + s.short_begin * pass.n_triple, pass.n_triple}, bond_,
                    {}, {s.bond.data(), 2 * width});
  for (std::size_t k = s.short_begin; k < s.short_end; ++k)
    kernels_.add_gated(1, width, s.bond.data() + (k - s.short_begin) * 2 * width, nullptr,
                       s.edge.data() + (static_cast<std::size_t>(pass.short_edge[k]) - begin) * width, width);
}

/// Takes s.edge through a gated MLP as far as a.third and a.factor; `offset`: of its part in the rows of from_source
/// and from_destination. With `keep`, slopes stay in a.first and a.second.
template <class Real>
void Fused<Real>::run(const Pass& pass, const Message<Real>& w, std::size_t offset, Scratch& s, Activations<Real>& a,
                      bool keep) const {
  const std::size_t m = s.rows(), u = w.units;
  for (std::size_t r = 0; r < m; ++r) {
    const Real* i = pass.from_source + pass.from(s.begin + r) * pass.n_from + offset;
    const Real* j = pass.from_destination + pass.to(s.begin + r) * pass.n_from + offset;
    Real* sum = a.first.data() + r * 2 * u;
    for (std::size_t c = 0; c < 2 * u; ++c) sum[c] = i[c] + j[c];
  }
  kernels_.multiply(m, {s.edge.data(), edge_.width}, w.first, {a.first.data(), 2 * u}, {a.first.data(), 2 * u});
  const auto activate = [&](std::vector<Real>& x) {
    if (keep) {
      kernels_.silu_with_slope(m * 2 * u, x.data(), s.hidden.data());
      return static_cast<const Real*>(s.hidden.data());
    }
    kernels_.silu(m * 2 * u, x.data());
    return static_cast<const Real*>(x.data());
  };
  const auto branches = [&](const Real* x, const PackedMatrix<Real>* weight, const std::vector<Real>& bias, Real* out) {
    for (std::size_t b = 0, half = bias.size() / 2; b < 2; ++b)
      kernels_.multiply(m, {x + b * u, 2 * u}, weight[b], {bias.data() + b * half, 0}, {out + b * half, 2 * half});
  };
  branches(activate(a.first), w.second, w.second_bias, a.second.data());
  branches(activate(a.second), w.third, w.third_bias, a.third.data());
  kernels_.multiply(m, {pass.basis + s.begin * pass.n_basis, pass.n_basis}, w.radial, {}, {a.factor.data(), w.width});
}

/// The way back from `gradient` of what a gated MLP gave, after run with `keep`: adds to the gradients of the atoms'
/// parts, of the basis in s.basis and of e in s.edge.
template <class Real>
void Fused<Real>::run_back(const Pass& pass, const Message<Real>& w, std::size_t offset, const Real* gradient,
                           Scratch& s, Activations<Real>& a, Real* source_gradient, Real* destination_gradient) const {
  const std::size_t m = s.rows(), u = w.units;
  kernels_.gated_gradient(m, w.width, gradient, w.width, a.third.data(), a.factor.data());
  const Rows<Real> of_basis = {s.basis.data(), w.radial_back.n}, of_edge = {s.edge.data(), edge_.width};
  const auto as_start = [](Rows<Real> rows) { return Rows<const Real>{rows.first, rows.stride}; };
  kernels_.multiply(m, {a.factor.data(), w.width}, w.radial_back, as_start(of_basis), of_basis);
  for (std::size_t b = 0; b < 2; ++b)
    kernels_.multiply(m, {a.third.data() + b * w.width, 2 * w.width}, w.third_back[b], {},
                      {s.hidden.data() + b * u, 2 * u});
  kernels_.scale_by(m * 2 * u, a.second.data(), s.hidden.data());
  for (std::size_t b = 0; b < 2; ++b)
    kernels_.multiply(m, {s.hidden.data() + b * u, 2 * u}, w.second_back[b], {}, {s.other.data() + b * u, 2 * u});
  kernels_.scale_by(m * 2 * u, a.first.data(), s.other.data());
  kernels_.multiply(m, {s.other.data(), 2 * u}, w.first_back, as_start(of_edge), of_edge);
  for (std::size_t r = 0; r < m; ++r) {
    Real* i = source_gradient + pass.from(s.begin + r) * pass.n_from + offset;
    Real* j = destination_gradient + pass.to(s.begin + r) * pass.n_from + offset;
    const Real* g = s.other.data() + r * 2 * u;
    for (std::size_t c = 0; c < 2 * u; ++c) {
      i[c] += g[c];
      j[c] += g[c];
    }
  }
}

template <class Real>
void Fused<Real>::forward_chunk(const Pass& pass, Scratch& s, Real* edge, Real* sums) const {
  const std::size_t m = s.rows();
  Activations<Real>& a = s.edge_activations;
  run(pass, edge_, 0, s, a, false);
  kernels_.add_gated(m, edge_.width, a.third.data(), a.factor.data(), s.edge.data(), edge_.width);
  if (edge != nullptr) std::copy_n(s.edge.begin(), m * edge_.width, edge + s.begin * edge_.width);
  Activations<Real>& b = s.node_activations;
  run(pass, node_, 2 * edge_.units, s, b, false);
  for (std::size_t r = 0; r < m; ++r)
    kernels_.add_gated(1, node_.width, b.third.data() + r * 2 * node_.width, b.factor.data() + r * node_.width,
                       sums + pass.to(s.begin + r) * node_.width, node_.width);
}

template <class Real>
void Fused<Real>::gradient_chunk(const Pass& pass, Scratch& s, const Real* edge_gradient, const Real* sums_gradient,
                                 const std::array<Real*, 5>& gradient) const {
  const std::size_t m = s.rows(), width = edge_.width;
  Activations<Real>&a = s.edge_activations, &b = s.node_activations;
  run(pass, edge_, 0, s, a, true);
  kernels_.add_gated(m, width, a.third.data(), a.factor.data(), s.edge.data(), width);
  run(pass, node_, 2 * edge_.units, s, b, true);

  for (std::size_t r = 0; r < m; ++r)
    std::copy_n(sums_gradient + pass.to(s.begin + r) * node_.width, node_.width, s.message.data() + r * node_.width);
  if (edge_gradient != nullptr)
    std::copy_n(edge_gradient + s.begin * width, m * width, s.edge.begin());
  else
    std::fill_n(s.edge.begin(), m * width, Real(0));
  std::fill(s.basis.begin(), s.basis.end(), Real(0));
  run_back(pass, node_, 2 * edge_.units, s.message.data(), s, b, gradient[2], gradient[3]);
  // The gated gradient below reads s.edge before run_back adds to it.
  run_back(pass, edge_, 0, s.edge.data(), s, a, gradient[2], gradient[3]);
  std::copy_n(s.edge.begin(), m * width, gradient[0] + s.begin * width);
  for (std::size_t r = 0; r < m; ++r)
    std::copy_n(s.basis.data() + r * edge_.radial_back.n, pass.n_basis, gradient[4] + (s.begin + r) * pass.n_basis);

  for (std::size_t k = s.short_begin; k < s.short_end; ++k)
    kernels_.gated_gradient(1, width, s.edge.data() + (static_cast<std::size_t>(pass.short_edge[k]) - s.begin) * width,
                            width, s.bond.data() + (k - s.short_begin) * 2 * width, nullptr);
  kernels_.multiply(s.short_end - s.short_begin, {s.bond.data(), 2 * width}, bond_back_, {},
                    {s.triple.data(), bond_back_.n});
  for (std::size_t k = s.short_begin; k < s.short_end; ++k)
    std::copy_n(s.triple.data() + (k - s.short_begin) * bond_back_.n, pass.n_triple, gradient[1] + k * pass.n_triple);
}

/// Zeros like `total`, one for each part but the first, which adds to `total` itself.
std::vector<Tensor> parts_of(const Tensor& total, std::size_t n_parts) {
  std::vector<Tensor> parts = {total};
  while (parts.size() < n_parts) parts.push_back(torch::zeros_like(total));
  return parts;
}
void add_up(std::vector<Tensor>& parts) {
  for (std::size_t p = 1; p < parts.size(); ++p) parts[0].add_(parts[p]);
}

template <class Real>
std::pair<Tensor, Tensor> Fused<Real>::forward(const ConvolutionInput& input, bool edge_needed) const {
  const Pass pass(input);
  const auto n_parts = static_cast<std::size_t>(std::max(at::get_num_threads(), 1));
  const Tensor edge = edge_needed ? torch::empty_like(input.edge) : Tensor();
  auto sums =
      parts_of(input.edge.new_zeros({input.from_destination.size(0), static_cast<std::int64_t>(node_.width)}), n_parts);
  pass.split(n_parts, [&](std::size_t part, std::size_t begin, std::size_t end) {
    Scratch s(*this);
    for (std::size_t e = begin; e < end; e += chunk_rows) {
      load(pass, s, e, std::min(e + chunk_rows, end));
      forward_chunk(pass, s, edge_needed ? edge.data_ptr<Real>() : nullptr, sums[part].data_ptr<Real>());
    }
  });
  add_up(sums);
  return {edge, sums[0]};
}

template <class Real>
std::array<Tensor, 5> Fused<Real>::gradients(const ConvolutionInput& input, const Tensor& edge_gradient,
                                             const Tensor& sums_gradient) const {
  const Pass pass(input);
  const auto n_parts = static_cast<std::size_t>(std::max(at::get_num_threads(), 1));
  const std::array<Tensor, 5> result = {torch::empty_like(input.edge), torch::empty_like(input.triple),
                                        torch::zeros_like(input.from_source), torch::zeros_like(input.from_destination),
                                        torch::empty_like(input.basis)};
  auto to_destination = parts_of(result[3], n_parts);
  const Tensor of_edge = edge_gradient.defined() ? edge_gradient.contiguous() : Tensor(),
               of_sums =
                   sums_gradient.defined()
                       ? sums_gradient.contiguous()
                       : input.edge.new_zeros({input.from_destination.size(0), static_cast<std::int64_t>(node_.width)});
  pass.split(n_parts, [&](std::size_t part, std::size_t begin, std::size_t end) {
    Scratch s(*this);
    std::array<Real*, 5> gradient{};
    for (std::size_t k = 0; k < 5; ++k) gradient[k] = (k == 3 ? to_destination[part] : result[k]).data_ptr<Real>();
    for (std::size_t e = begin; e < end; e += chunk_rows) {
      load(pass, s, e, std::min(e + chunk_rows, end));
      gradient_chunk(pass, s, of_edge.defined() ? of_edge.data_ptr<Real>() : nullptr, of_sums.data_ptr<Real>(),
                     gradient);
    }
  });
  add_up(to_destination);
  return result;
}

struct Convolve : torch::autograd::Function<Convolve> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, const Tensor& edge,
                                                const Tensor& triple, const Tensor& from_source,
                                                const Tensor& from_destination, const Tensor& basis,
                                                const Tensor& source, const Tensor& destination,
                                                const Tensor& short_edge, const FusedConvolutionPtr& convolution,
                                                bool edge_needed) {
    ConvolutionInput input{edge.contiguous(),
                           triple.contiguous(),
                           from_source.contiguous(),
                           from_destination.contiguous(),
                           basis.contiguous(),
                           source,
                           destination,
                           short_edge};
    context->set_materialize_grads(false);
    context->save_for_backward({input.edge, input.triple, input.from_source, input.from_destination, input.basis,
                                source, destination, short_edge});
    context->saved_data["convolution"] = c10::IValue::make_capsule(convolution);
    auto [new_edge, sums] = convolution->forward(input, edge_needed);
    return edge_needed ? torch::autograd::variable_list{sums, new_edge} : torch::autograd::variable_list{sums};
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    if (at::GradMode::is_enabled())
      fail("the fused convolution of M3GNet has no second derivative: do not freeze the model");
    const auto saved = context->get_saved_variables();
    const ConvolutionInput input{saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], saved[6], saved[7]};
    const auto convolution =
        c10::static_intrusive_pointer_cast<FusedConvolution>(context->saved_data["convolution"].toCapsule());
    const auto g = convolution->gradients(input, gradients.size() > 1 ? gradients[1] : Tensor(), gradients[0]);
    return {g[0], g[1], g[2], g[3], g[4], Tensor(), Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

FusedConvolutionPtr FusedConvolution::make(const GatedMlp& bond, const GatedMlp& edge,
                                           const torch::nn::Linear& edge_weight, const GatedMlp& node,
                                           const torch::nn::Linear& node_weight) {
  for (const Tensor& weight : {edge.values[0]->weight, edge_weight->weight, node_weight->weight})
    if (weight.size(0) % static_cast<std::int64_t>(row_granule) != 0 || !weight.device().is_cpu()) return {};
  if (edge.values.size() != 3 || node.values.size() != 3) return {};
  if (edge_weight->weight.scalar_type() == torch::kFloat)
    return c10::make_intrusive<Fused<float>>(bond, edge, edge_weight, node, node_weight);
  return c10::make_intrusive<Fused<double>>(bond, edge, edge_weight, node, node_weight);
}

std::pair<Tensor, Tensor> convolve(const FusedConvolutionPtr& convolution, const ConvolutionInput& i,
                                   bool edge_needed) {
  const auto results = Convolve::apply(i.edge, i.triple, i.from_source, i.from_destination, i.basis, i.source,
                                       i.destination, i.short_edge, convolution, edge_needed);
  return {edge_needed ? results[1] : Tensor(), results[0]};
}

}  // namespace spinel
