#include "network/potentials/m3gnet.hpp"

#include <torch/types.h>

#include <cmath>

#include "network/edge_sums.hpp"

namespace spinel {

namespace {

using torch::Tensor;
using torch::nn::Linear;
using torch::nn::Module;

Tensor dense(const Linear& layer, const Tensor& input) { return torch::linear(input, layer->weight, layer->bias); }

/// Columns (l, m, n), n fastest: which (l, n) and which harmonic (l, m) each belongs to.
struct Expansion {
  std::vector<std::int64_t> radial, harmonic;
};
Expansion expansion(int max_l, int max_n) {
  Expansion e;
  for (int l = 0; l < max_l; ++l)
    for (int m = -l; m <= l; ++m)
      for (int n = 0; n < max_n; ++n) {
        e.radial.push_back(l * max_n + n);
        e.harmonic.push_back(l * l + l + m);
      }
  return e;
}

}  // namespace

/// What depends on edge vectors alone.
struct M3gnet::Geometry {
  Tensor pair;                             // radial functions, [edge][…]
  Tensor short_edge, source, destination;  // int32: edges within threebody_cutoff
  Tensor weight, envelope, harmonics;      // as in ThreeBodyInput
};

M3gnet::M3gnet(M3gnetArchitecture architecture)
    : architecture_(std::move(architecture)),
      pair_basis_(architecture_.use_smooth
                      ? RadialBasis::smooth(architecture_.max_n, architecture_.cutoff)
                      : RadialBasis::bessel(architecture_.max_l, architecture_.max_n, architecture_.cutoff)),
      triple_basis_(architecture_.use_smooth
                        ? RadialBasis::smooth(architecture_.max_n * architecture_.max_l, architecture_.cutoff)
                        : pair_basis_) {
  const M3gnetArchitecture& a = architecture_;
  const int n_pair = pair_basis_.size(), n_triple = a.max_n * a.max_l;
  const auto n_elements = static_cast<std::int64_t>(a.element_types.size());
  auto& tables = *register_module("embedding", std::make_shared<Module>());
  node_embedding_ = embedding(place(tables, "layer_node_embedding", std::make_shared<Module>())
                                  ->register_parameter("weight", torch::zeros({n_elements, a.dim_node_embedding})));
  edge_embedding_ = place(tables, "layer_edge_embedding.layers.0", make_linear(n_pair, a.dim_edge_embedding, true));
  const std::int64_t joined = 2 * a.dim_node_embedding + a.dim_edge_embedding;
  for (int b = 0; b < a.nblocks; ++b) {
    Block& block = blocks_.emplace_back();
    const std::string triple = "three_body_interactions." + std::to_string(b) + ".";
    const std::string convolution = "graph_layers." + std::to_string(b) + ".conv.";
    const auto gated = [](std::vector<std::int64_t> widths, bool bias) {
      return std::make_shared<GatedMlp>(widths, true, bias);
    };
    block.update_atom =
        place(*this, triple + "update_network_atom.layers.0", make_linear(a.dim_node_embedding, n_triple, true));
    block.update_bond = place(*this, triple + "update_network_bond", gated({n_triple, a.dim_edge_embedding}, false));
    block.edge_update =
        place(*this, convolution + "edge_update_func", gated({joined, a.units, a.units, a.dim_edge_embedding}, true));
    block.node_update =
        place(*this, convolution + "node_update_func", gated({joined, a.units, a.units, a.dim_node_embedding}, true));
    block.edge_weight =
        place(*this, convolution + "edge_weight_func", make_linear(n_pair, a.dim_edge_embedding, false));
    block.node_weight =
        filter(place(*this, convolution + "node_weight_func", make_linear(n_pair, a.dim_node_embedding, false)));
  }
  const std::vector<std::int64_t> widths = {a.dim_node_embedding, a.dim_node_embedding, a.units, a.units, 1};
  readout_ = place(*this, "final_layer.gated", std::make_shared<GatedMlp>(widths, false, true));
}

M3gnet::Geometry M3gnet::geometry(const AtomGraph& graph) const {
  const auto type = node_embedding_.scalar_type();
  const Tensor r = graph.vector.square().sum(1).sqrt();
  Geometry g;
  g.short_edge = (r.detach() <= architecture_.threebody_cutoff).nonzero().squeeze(1).to(torch::kInt);
  g.source = graph.source.index_select(0, g.short_edge);
  g.destination = graph.destination.index_select(0, g.short_edge);
  const Tensor d = r.index_select(0, g.short_edge);
  Tensor triple;
  if (table_) {
    const Tensor all = (*table_)(r, type);
    g.pair = all.narrow(1, 0, pair_basis_.size()).contiguous();
    triple = all.index_select(0, g.short_edge);
  } else {
    g.pair = pair_basis_(r).to(type);
    triple = triple_basis_(d).to(type);
  }
  g.envelope = cutoff_envelope(d, architecture_.threebody_cutoff).to(type);
  g.weight = g.envelope.unsqueeze(1) * triple;
  g.harmonics =
      scaled_harmonics(graph.vector.index_select(0, g.short_edge) / d.unsqueeze(1), architecture_.max_l).to(type);
  return g;
}

/// As fused_three_body, in torch's own functions.
Tensor M3gnet::plain_three_body(const ThreeBodyInput& input, std::int64_t n_owned) const {
  const auto columns = expansion(architecture_.max_l, architecture_.max_n);
  const auto device = input.weight.device();
  const Tensor radial = torch::tensor(columns.radial).to(device);
  const Tensor harmonics = input.harmonics.index_select(1, torch::tensor(columns.harmonic).to(device));
  const Tensor terms = input.weight * gather_rows(input.atom, input.destination);
  const Tensor expanded = terms.index_select(1, radial) * harmonics;
  const Tensor around = add_rows(expanded, input.source, n_owned);
  const Tensor sum = terms.new_zeros(terms.sizes()).index_add(1, radial, gather_rows(around, input.source) * harmonics);
  std::vector<double> straight;  // Y_l0 of a zero angle: what an edge contributes to itself
  for (int l = 0; l < architecture_.max_l; ++l)
    straight.insert(straight.end(), static_cast<std::size_t>(architecture_.max_n),
                    std::sqrt((2 * l + 1) / (4.0 * std::acos(-1.0))));
  return input.envelope.unsqueeze(1) * (sum - terms * torch::tensor(straight, torch::kDouble).to(terms.options()));
}

ConvolutionInput M3gnet::convolution_input(const Block& block, const AtomGraph& graph, const Geometry& g,
                                           const Tensor& v, const Tensor& e) const {
  const GatedMlp &edge = *block.edge_update, &node = *block.node_update;
  const Tensor first =
      torch::cat({edge.values[0]->weight, edge.gates[0]->weight, node.values[0]->weight, node.gates[0]->weight});
  const Tensor bias =
      torch::cat({edge.values[0]->bias, edge.gates[0]->bias, node.values[0]->bias, node.gates[0]->bias});
  const std::int64_t width = v.size(1);
  ConvolutionInput input;
  input.edge = e;
  const ThreeBodyInput triple{g.weight, g.envelope,   g.harmonics, torch::sigmoid(dense(block.update_atom, v)),
                              g.source, g.destination};
  input.triple = block.fused ? fused_three_body(triple) : plain_three_body(triple, graph.n_owned);
  input.from_source = torch::linear(v.narrow(0, 0, graph.n_owned), first.narrow(1, 0, width), bias);
  input.from_destination = torch::linear(v, first.narrow(1, width, width));
  input.basis = g.pair;
  input.source = graph.source;
  input.destination = graph.destination;
  input.short_edge = g.short_edge;
  return input;
}

Tensor M3gnet::features(const AtomGraph& graph, const HaloExchangePtr& exchange) {
  const Geometry g = geometry(graph);
  Tensor v = gather_rows(node_embedding_, graph.element);  // of ghosts too: their elements are known
  Tensor e = torch::silu(dense(edge_embedding_, g.pair)), owned;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = blocks_[b];
    if (b > 0) v = to_ghosts(owned, exchange);
    const ConvolutionInput input = convolution_input(block, graph, g, v, e);
    Tensor sums;
    if (block.fused) {
      std::tie(e, sums) = convolve(block.fused, input, b + 1 < blocks_.size());
    } else {
      std::tie(e, sums) = plain_convolution(block, input);
    }
    owned = v.narrow(0, 0, graph.n_owned) + to_owners(sums, exchange);
  }
  return owned;
}

Tensor M3gnet::readout(const Tensor& features) { return readout_->forward(features).squeeze(1); }

/// As FusedConvolution does it, in torch's own functions.
std::pair<Tensor, Tensor> M3gnet::plain_convolution(const Block& block, const ConvolutionInput& i) const {
  const auto message = [&](const GatedMlp& mlp, const Linear& weight, const Tensor& e, std::int64_t offset) {
    const Tensor first = torch::cat({mlp.values[0]->weight, mlp.gates[0]->weight});
    const auto part = [&](const Tensor& of_atoms, const Tensor& index) {
      return gather_rows(of_atoms.narrow(1, offset, first.size(0)), index);
    };
    const Tensor of_edge = torch::linear(e, first.narrow(1, first.size(1) - e.size(1), e.size(1)));
    return mlp.after_first(of_edge + part(i.from_source, i.source) + part(i.from_destination, i.destination)) *
           dense(weight, i.basis);
  };
  Tensor e = i.edge + add_rows(block.update_bond->forward(i.triple), i.short_edge, i.edge.size(0));
  e = e + message(*block.edge_update, block.edge_weight, e, 0);
  const Tensor messages = message(*block.node_update, block.node_weight, e, i.from_source.size(1) / 2);
  return {e, add_rows(messages, i.destination, i.from_destination.size(0))};
}

void M3gnet::freeze() {
  EnergyModel::freeze();
  if (!node_embedding_.device().is_cpu()) return;
  table_ = std::make_unique<RadialTable>(triple_basis_, architecture_.cutoff);
  for (Block& block : blocks_)
    block.fused = FusedConvolution::make(*block.update_bond, *block.edge_update, block.edge_weight, *block.node_update,
                                         block.node_weight);
}

}  // namespace spinel
