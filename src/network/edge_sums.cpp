#include "network/edge_sums.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <array>

namespace spinel {

namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Places in the form Σ_e Σ_d Σ_c g[source][d][c] x[destination][d or 0][c] w[e][c] u[e][d]. Its derivative with
/// respect to one of the four is a sum over edges of products of the others.
enum Place { g_place, x_place, w_place, u_place };

template <class Real>
struct Operand {
  Real* data = nullptr;
  std::int64_t stride = 0;  // of an edge or an atom
};

template <class Real, int D, bool x_has_d, bool has_u>
void sum(int place, std::array<Operand<Real>, 4> p, std::int64_t width, const EdgeList& edges) {
  const auto* source = edges.source.data_ptr<std::int32_t>();
  const auto* destination = edges.destination.data_ptr<std::int32_t>();
  const std::int64_t n_edges = edges.source.size(0);
  for (std::int64_t e = 0; e < n_edges; ++e) {
    Real* __restrict g = p[g_place].data + source[e] * p[g_place].stride;
    Real* __restrict x = p[x_place].data + destination[e] * p[x_place].stride;
    Real* __restrict w = p[w_place].data + e * p[w_place].stride;
    const Real* u = has_u ? p[u_place].data + e * p[u_place].stride : nullptr;
    std::array<Real, D> factor;
    for (int d = 0; d < D; ++d) factor[static_cast<std::size_t>(d)] = has_u && place != u_place ? u[d] : Real(1);
    switch (place) {
      case g_place:
        for (int d = 0; d < D; ++d) {
          const Real f = factor[static_cast<std::size_t>(d)];
          Real* __restrict out = g + d * width;
          const Real* __restrict in = x_has_d ? x + d * width : x;
          for (std::int64_t c = 0; c < width; ++c) out[c] += f * (in[c] * w[c]);
        }
        break;
      case x_place:
        for (int d = 0; d < D; ++d) {
          const Real f = factor[static_cast<std::size_t>(d)];
          const Real* __restrict in = g + d * width;
          Real* __restrict out = x_has_d ? x + d * width : x;
          for (std::int64_t c = 0; c < width; ++c) out[c] += f * (in[c] * w[c]);
        }
        break;
      case w_place:
        for (std::int64_t c = 0; c < width; ++c) {
          Real total = 0;
          for (int d = 0; d < D; ++d)
            total += factor[static_cast<std::size_t>(d)] * g[d * width + c] * (x_has_d ? x[d * width + c] : x[c]);
          w[c] = total;
        }
        break;
      case u_place: {
        Real* out = p[u_place].data + e * p[u_place].stride;
        for (int d = 0; d < D; ++d) {
          const Real* __restrict a = g + d * width;
          const Real* __restrict b = x_has_d ? x + d * width : x;
          constexpr int lanes = 16;
          std::array<Real, lanes> part{};
          std::int64_t c = 0;
          for (; c + lanes <= width; c += lanes)
            for (int k = 0; k < lanes; ++k) part[static_cast<std::size_t>(k)] += a[c + k] * b[c + k] * w[c + k];
          Real total = 0;
          for (; c < width; ++c) total += a[c] * b[c] * w[c];
          for (const Real one : part) total += one;
          out[d] = total;
        }
        break;
      }
      default:
        break;
    }
  }
}

template <class Real>
void sum(int place, const std::array<Tensor, 4>& operands, std::int64_t d, const EdgeList& edges) {
  std::array<Operand<Real>, 4> p;
  for (std::size_t k = 0; k < 4; ++k)
    if (operands[k].defined()) p[k] = {operands[k].data_ptr<Real>(), operands[k].stride(0)};
  const std::int64_t width = operands[w_place].size(1);
  const bool x_has_d = operands[x_place].size(1) > 1, has_u = operands[u_place].defined();
  if (d == 1)
    return has_u ? sum<Real, 1, false, true>(place, p, width, edges)
                 : sum<Real, 1, false, false>(place, p, width, edges);
  if (x_has_d)
    return has_u ? sum<Real, 3, true, true>(place, p, width, edges) : sum<Real, 3, true, false>(place, p, width, edges);
  if (d == 5) return sum<Real, 5, false, true>(place, p, width, edges);
  if (d == 12) return sum<Real, 12, false, true>(place, p, width, edges);
  has_u ? sum<Real, 3, false, true>(place, p, width, edges) : sum<Real, 3, false, false>(place, p, width, edges);
}

/// On other devices. Operands as in sum(), that of `place` undefined.
Tensor sum_elsewhere(int place, const std::array<Tensor, 4>& o, const EdgeList& edges, bool x_has_d) {
  const auto of_edge = [&](int k) {
    return k == g_place   ? o[g_place].index_select(0, edges.source)
           : k == x_place ? o[x_place].index_select(0, edges.destination)
           : k == w_place ? o[w_place].unsqueeze(1)
                          : o[u_place].unsqueeze(2);
  };
  Tensor product;
  for (int k = 0; k < 4; ++k)
    if (k != place && o[static_cast<std::size_t>(k)].defined())
      product = product.defined() ? product * of_edge(k) : of_edge(k);
  if (place == w_place) return product.sum(1);
  if (place == u_place) return product.sum(2);
  if (place == x_place && !x_has_d) product = product.sum(1, true);
  const bool to_source = place == g_place;
  return torch::zeros({to_source ? edges.n_sources : edges.n_destinations, product.size(1), product.size(2)},
                      product.options())
      .index_add_(0, to_source ? edges.source : edges.destination, product);
}

/// Layout of the form, which undefined operands leave open.
struct Shape {
  std::int64_t d;
  bool x_has_d, has_u;
};

bool rows_are_dense(const Tensor& t) {
  return t.dim() == 2 ? t.stride(1) == 1 : t.stride(2) == 1 && t.stride(1) == t.size(2);
}

Tensor form(int place, std::array<Tensor, 4> o, const EdgeListPtr& edges, const Shape& shape);

struct EdgeForm : torch::autograd::Function<EdgeForm> {
  static Tensor forward(AutogradContext* context, const Tensor& g, const Tensor& x, const Tensor& w, const Tensor& u,
                        const EdgeListPtr& edges, std::int64_t place, std::int64_t d, bool x_has_d, bool has_u) {
    std::array<Tensor, 4> o = {g, x, w, u};
    o[static_cast<std::size_t>(place)] = Tensor();
    if (!has_u) o[u_place] = Tensor();
    context->save_for_backward({o[0], o[1], o[2], o[3]});
    context->saved_data["edges"] = c10::IValue::make_capsule(edges);
    context->saved_data["place"] = place;
    context->saved_data["d"] = d;
    context->saved_data["x_has_d"] = x_has_d;
    context->saved_data["has_u"] = has_u;
    const Tensor& like = place == w_place ? g : w;
    if (!like.device().is_cpu()) return sum_elsewhere(static_cast<int>(place), o, *edges, x_has_d);
    for (Tensor& t : o)
      if (t.defined() && !rows_are_dense(t)) t = t.contiguous();
    const std::int64_t width = like.size(-1), n_edges = edges->source.size(0);
    Tensor out;
    switch (place) {
      case g_place:
        out = torch::zeros({edges->n_sources, d, width}, like.options());
        break;
      case x_place:
        out = torch::zeros({edges->n_destinations, x_has_d ? d : 1, width}, like.options());
        break;
      case w_place:
        out = torch::empty({n_edges, width}, like.options());
        break;
      default:
        out = torch::empty({n_edges, d}, like.options());
        break;
    }
    o[static_cast<std::size_t>(place)] = out;
    like.scalar_type() == torch::kFloat ? sum<float>(static_cast<int>(place), o, d, *edges)
                                        : sum<double>(static_cast<int>(place), o, d, *edges);
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto edges = c10::static_intrusive_pointer_cast<EdgeList>(context->saved_data["edges"].toCapsule());
    const auto place = static_cast<std::size_t>(context->saved_data["place"].toInt());
    const Shape shape{context->saved_data["d"].toInt(), context->saved_data["x_has_d"].toBool(),
                      context->saved_data["has_u"].toBool()};
    const auto saved = context->get_saved_variables();
    std::array<Tensor, 4> o = {saved[0], saved[1], saved[2], saved[3]};
    o[place] = gradients[0];
    variable_list result(9);
    for (std::size_t k = 0; k < 4; ++k) {
      if (k == place || !o[k].defined() || !context->needs_input_grad(k)) continue;
      std::array<Tensor, 4> others = o;
      others[k] = Tensor();
      result[k] = form(static_cast<int>(k), others, edges, shape);
    }
    return result;
  }
};

Tensor form(int place, std::array<Tensor, 4> o, const EdgeListPtr& edges, const Shape& shape) {
  // Functions of torch take no undefined tensors.
  for (Tensor& t : o)
    if (!t.defined()) t = torch::empty({0});
  return EdgeForm::apply(o[0], o[1], o[2], o[3], edges, static_cast<std::int64_t>(place), shape.d, shape.x_has_d,
                         shape.has_u);
}

template <class Real>
void gather(const Tensor& rows, const Tensor& index, Tensor& out) {
  const auto* place = index.data_ptr<std::int32_t>();
  const auto width = static_cast<std::size_t>(rows.size(1));
  const Real* from = rows.data_ptr<Real>();
  Real* to = out.data_ptr<Real>();
  for (std::int64_t e = 0; e < index.size(0); ++e, to += width)
    std::copy_n(from + static_cast<std::size_t>(place[e]) * width, width, to);
}

template <class Real>
void add(const Tensor& edges, const Tensor& index, Tensor& out) {
  const auto* place = index.data_ptr<std::int32_t>();
  const auto width = static_cast<std::size_t>(edges.size(1));
  const Real* from = edges.data_ptr<Real>();
  for (std::int64_t e = 0; e < index.size(0); ++e, from += width) {
    Real* __restrict to = out.data_ptr<Real>() + static_cast<std::size_t>(place[e]) * width;
    for (std::size_t c = 0; c < width; ++c) to[c] += from[c];
  }
}

struct GatherRows : torch::autograd::Function<GatherRows> {
  static Tensor forward(AutogradContext* context, const Tensor& rows, const Tensor& index) {
    context->saved_data["index"] = index;
    context->saved_data["n"] = rows.size(0);
    if (!rows.device().is_cpu()) return rows.index_select(0, index);
    Tensor out = torch::empty({index.size(0), rows.size(1)}, rows.options());
    const Tensor dense = rows.contiguous();
    rows.scalar_type() == torch::kFloat ? gather<float>(dense, index, out) : gather<double>(dense, index, out);
    return out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {add_rows(gradients[0], context->saved_data["index"].toTensor(), context->saved_data["n"].toInt()),
            Tensor()};
  }
};

struct AddRows : torch::autograd::Function<AddRows> {
  static Tensor forward(AutogradContext* context, const Tensor& edges, const Tensor& index, std::int64_t n) {
    context->saved_data["index"] = index;
    Tensor out = torch::zeros({n, edges.size(1)}, edges.options());
    if (!edges.device().is_cpu()) return out.index_add_(0, index, edges);
    const Tensor dense = edges.contiguous();
    edges.scalar_type() == torch::kFloat ? add<float>(dense, index, out) : add<double>(dense, index, out);
    return out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {gather_rows(gradients[0], context->saved_data["index"].toTensor()), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor sum_edges(const Tensor& x, const Tensor& w, const Tensor& u, const EdgeListPtr& edges) {
  const Shape shape{u.defined() ? u.size(1) : x.size(1), x.size(1) > 1, u.defined()};
  return form(g_place, {Tensor(), x, w, u}, edges, shape);
}

Tensor gather_rows(const Tensor& rows, const Tensor& index) { return GatherRows::apply(rows, index); }
Tensor add_rows(const Tensor& edges, const Tensor& index, std::int64_t n) { return AddRows::apply(edges, index, n); }

}  // namespace spinel
