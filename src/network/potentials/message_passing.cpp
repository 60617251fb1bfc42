#include "network/potentials/message_passing.hpp"

#include <torch/types.h>

#include <cmath>

#include "network/potentials/radial_basis.hpp"

namespace spinel {

namespace {

using torch::Tensor;

Tensor dense(const torch::nn::Linear& layer, const Tensor& input) {
  return torch::linear(input, layer->weight, layer->bias);
}

/// [atom][C] → [atom][1][C]
Tensor rows(const Tensor& x) { return x.unsqueeze(1); }

}  // namespace

MessagePassing::MessagePassing(MessagePassingArchitecture architecture) : architecture_(std::move(architecture)) {
  const std::int64_t width = architecture_.width, half = std::max<std::int64_t>(width / 2, 1);
  const auto n_elements = static_cast<std::int64_t>(architecture_.element_types.size());
  embedding_ = embedding(register_parameter("embedding_weight", torch::zeros({n_elements, width})));
  readout_in_ = linear("readout_in", width, half, true);
  readout_out_ = linear("readout_out", half, 1, true);
}

torch::nn::Linear MessagePassing::linear(const std::string& name, std::int64_t in, std::int64_t out, bool bias) {
  return register_module(name, torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(bias)));
}

Tensor MessagePassing::features(const AtomGraph& graph, const HaloExchangePtr& exchange) {
  const auto type = embedding_.scalar_type();
  const bool is_on_cpu = embedding_.device().is_cpu();
  if (is_on_cpu && !table_)
    table_ =
        std::make_unique<RadialTable>([this](const Tensor& x) { return radial_functions(x); }, architecture_.cutoff);
  Geometry g;
  g.vector = graph.vector;
  if (is_fused()) {
    g.frozen = c10::make_intrusive<PainnEdges>(graph.vector, graph.source, graph.destination, *table_,
                                               architecture_.moments, type);
  } else {
    g.r = graph.vector.square().sum(1).sqrt();
    if (takes_radial_functions()) g.radial = is_on_cpu ? (*table_)(g.r, type) : radial_functions(g.r).to(type);
    g.unit = (graph.vector / g.r.unsqueeze(1)).to(type);
    g.edges = c10::make_intrusive<EdgeList>(graph.source, graph.destination, graph.n_owned, graph.element.size(0));
  }
  if (const int degree = static_cast<int>(architecture_.moments); degree > 1 && !g.frozen) {
    const Tensor unit = graph.vector / graph.vector.square().sum(1, true).sqrt();
    g.moment = scaled_harmonics(unit, degree + 1).narrow(1, 4, (degree + 1) * (degree + 1) - 4).to(type).contiguous();
  }
  return interact(g, gather_rows(embedding_, graph.element), graph.n_owned, exchange);
}

Tensor MessagePassing::readout(const Tensor& features) {
  return dense(readout_out_, torch::silu(dense(readout_in_, features))).squeeze(1);
}

Schnet::Schnet(const MessagePassingArchitecture& architecture) : MessagePassing(architecture) {
  const std::int64_t width = architecture.width;
  for (std::int64_t k = 0; k < architecture.interactions; ++k) {
    const std::string name = "interaction_" + std::to_string(k) + "_";
    layers_.push_back({linear(name + "filter_in", architecture.radial_functions, width, true),
                       EnergyModel::filter(linear(name + "filter_out", width, width, true)),
                       linear(name + "in", width, width, false), linear(name + "middle", width, width, true),
                       linear(name + "out", width, width, true)});
  }
}

Tensor Schnet::radial_functions(const Tensor& r) const {
  const auto gaussians = RadialBasis::gaussian(static_cast<int>(architecture_.radial_functions), architecture_.cutoff);
  return torch::cat({gaussians(r), cutoff_envelope(r, architecture_.cutoff).unsqueeze(1)}, 1);
}

Tensor Schnet::filter(const Layer& layer, const Tensor& radial) {
  const auto same_type = [&](const torch::nn::Linear& linear, const Tensor& input) {
    return torch::linear(input, linear->weight.to(input.scalar_type()), linear->bias.to(input.scalar_type()));
  };
  const std::int64_t n = radial.size(1) - 1;
  return same_type(layer.filter_out, torch::silu(same_type(layer.filter_in, radial.narrow(1, 0, n)))) *
         radial.narrow(1, n, 1);
}

void Schnet::freeze() {
  MessagePassing::freeze();
  if (!layers_.front().in->weight.device().is_cpu()) return;
  const torch::NoGradGuard no_gradient;
  for (const Layer& layer : layers_)
    filter_tables_.emplace_back([&](const Tensor& r) { return filter(layer, radial_functions(r)); },
                                architecture_.cutoff);
}

Tensor Schnet::interact(const Geometry& g, const Tensor& s0, std::int64_t n_owned,
                        const HaloExchangePtr& exchange) const {
  Tensor s = s0.narrow(0, 0, n_owned);
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    const Layer& layer = layers_[k];
    // The first layer knows the features of ghosts: their elements.
    const Tensor x = k == 0 ? dense(layer.in, s0) : to_ghosts(dense(layer.in, s), exchange);
    const Tensor w = filter_tables_.empty() ? filter(layer, g.radial) : filter_tables_[k](g.r, s0.scalar_type());
    const Tensor m = sum_edges(rows(x), w, Tensor(), g.edges).squeeze(1);
    s = s + dense(layer.out, torch::silu(dense(layer.middle, m)));
  }
  return s;
}

Painn::Painn(const MessagePassingArchitecture& architecture) : MessagePassing(architecture) {
  const std::int64_t width = architecture.width, parts = architecture.moments > 1 ? 4 : 3;
  for (std::int64_t k = 0; k < architecture.interactions; ++k) {
    const std::string name = "interaction_" + std::to_string(k) + "_";
    layers_.push_back({filter(linear(name + "filter_out", architecture.radial_functions + 1, parts * width, false)),
                       linear(name + "message_in", width, width, true),
                       linear(name + "message_out", width, parts * width, true),
                       linear(name + "mix", width, 2 * width, false),
                       linear(name + "update_in", (1 + architecture.moments) * width, width, true),
                       linear(name + "update_out", width, 3 * width, true)});
  }
}

void Painn::freeze() {
  MessagePassing::freeze();
  is_fused_ = layers_.front().filter_out->weight.device().is_cpu();
}

Tensor Painn::radial_functions(const Tensor& r) const {
  const double cutoff = architecture_.cutoff;
  const auto sines = RadialBasis::bessel(1, static_cast<int>(architecture_.radial_functions), cutoff);
  const Tensor envelope = cutoff_envelope(r, cutoff).unsqueeze(1);
  // bessel(1, …) is sin(nπr/rc)/r but for this factor.
  return torch::cat({std::sqrt(0.5 * cutoff) * sines(r) * envelope, envelope}, 1);
}

Tensor Painn::interact(const Geometry& g, const Tensor& s0, std::int64_t n_owned,
                       const HaloExchangePtr& exchange) const {
  const std::int64_t width = architecture_.width, parts = architecture_.moments > 1 ? 4 : 3;
  const std::int64_t n_moments = (architecture_.moments + 1) * (architecture_.moments + 1) - 4;
  constexpr double epsilon = 0.1;
  const auto norm = [&](const Tensor& x) { return (x.square().sum(1) + epsilon * epsilon).sqrt() - epsilon; };
  Tensor s = s0.narrow(0, 0, n_owned), v;  // v: [owned][3][F], undefined: zero
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    const Layer& layer = layers_[k];
    const auto filter = [&](std::int64_t part) {
      return torch::linear(g.radial, layer.filter_out->weight.narrow(0, part * width, width));
    };
    const auto messages = [&](const Tensor& x) {
      return dense(layer.message_out, torch::silu(dense(layer.message_in, x)));
    };
    // The first layer knows the features of ghosts, their elements, and has no vectors yet.
    Tensor atoms;  // φ, and φ_v ⊙ v
    Tensor q;      // moments of degree 2 and up, [owned][M][F]
    if (k == 0) {
      atoms = messages(s0);
    } else {
      const Tensor own = messages(s);
      const Tensor turned = (v * rows(own.narrow(1, width, width))).reshape({n_owned, 3 * width});
      atoms = to_ghosts(torch::cat({own, turned}, 1), exchange);
    }
    if (g.frozen) {
      const Tensor sums = painn_messages(atoms, layer.filter_out->weight, g.vector, g.frozen, n_owned);
      s = s + sums.narrow(1, 0, width);
      const Tensor pushed = sums.narrow(1, width, 3 * width).reshape({n_owned, 3, width});
      v = v.defined() ? v + pushed : pushed;
      if (parts == 4) q = sums.narrow(1, 4 * width, n_moments * width).reshape({n_owned, n_moments, width});
    } else {
      s = s + sum_edges(rows(atoms.narrow(1, 0, width)), filter(0), Tensor(), g.edges).squeeze(1);
      const Tensor pushed = sum_edges(rows(atoms.narrow(1, 2 * width, width)), filter(2), g.unit, g.edges);
      v = v.defined() ? v +
                            sum_edges(atoms.narrow(1, parts * width, 3 * width).reshape({atoms.size(0), 3, width}),
                                      filter(1), Tensor(), g.edges) +
                            pushed
                      : pushed;
      if (parts == 4) q = sum_edges(rows(atoms.narrow(1, 3 * width, width)), filter(3), g.moment, g.edges);
    }

    const Tensor mixed = dense(layer.mix, v);  // Uv, Vv
    const Tensor uv = mixed.narrow(2, 0, width), vv = mixed.narrow(2, width, width);
    std::vector<Tensor> inputs = {s, norm(vv)};
    for (std::int64_t degree = 2; degree <= architecture_.moments; ++degree)
      inputs.push_back(norm(q.narrow(1, degree * degree - 4, 2 * degree + 1)));
    const Tensor a = dense(layer.update_out, torch::silu(dense(layer.update_in, torch::cat(inputs, 1))));
    if (k + 1 < layers_.size()) v = v + rows(a.narrow(1, 0, width)) * uv;  // nobody asks for the last v
    s = s + a.narrow(1, 2 * width, width) + a.narrow(1, width, width) * (uv * vv).sum(1);
  }
  return s;
}

namespace {

MessagePassingArchitecture read(const Architecture& a) {
  MessagePassingArchitecture m;
  m.element_types = a.value<std::vector<std::string>>("element_types");
  m.width = a.count("width", 4096);
  m.interactions = a.count("interactions", 64);
  m.radial_functions = a.count("radial_functions", 1024);
  m.cutoff = a.real("cutoff", 0.1, 100.0);
  return m;
}

}  // namespace

std::shared_ptr<EnergyModel> make_schnet(const Architecture& a) {
  const MessagePassingArchitecture m = read(a);
  if (m.radial_functions < 2) fail_input("model '{}': schnet needs two radial_functions or more", a.path());
  return std::make_shared<Schnet>(m);
}

std::shared_ptr<EnergyModel> make_painn(const Architecture& a) {
  MessagePassingArchitecture m = read(a);
  if (a.has("moments")) m.moments = a.count("moments", 3);
  return std::make_shared<Painn>(m);
}

void describe_schnet(const ModelParameters& p, nlohmann::json& a) {
  a.update({{"width", p.width}, {"interactions", p.convolutions}, {"radial_functions", p.radial_functions}});
}

void describe_painn(const ModelParameters& p, nlohmann::json& a) {
  describe_schnet(p, a);
  a["moments"] = p.moments;
}

}  // namespace spinel
