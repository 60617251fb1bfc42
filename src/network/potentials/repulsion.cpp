#include "network/potentials/repulsion.hpp"

#include <torch/types.h>

#include <array>
#include <utility>

#include "crystal/elements.hpp"
#include "network/potentials/radial_basis.hpp"

namespace spinel {

namespace {

using torch::Tensor;

constexpr double coulomb = 14.399645478;  // eV Å, e²/(4πε₀)
constexpr double bohr = 0.529177210903;   // Å
constexpr std::array<std::pair<double, double>, 4> screening = {
    {{0.18175, 3.19980}, {0.50986, 0.94229}, {0.28022, 0.40290}, {0.02817, 0.20162}}};

}  // namespace

Repulsion::Repulsion(const std::vector<std::string>& elements, double inner, double outer)
    : inner_(inner), outer_(outer) {
  for (const std::string& symbol : elements) charge_.push_back(static_cast<double>(atomic_number(symbol)));
}

Tensor Repulsion::operator()(const Tensor& r, const Tensor& first, const Tensor& second) const {
  const Tensor charge = torch::tensor(charge_, torch::kDouble).to(r.device());
  const Tensor z1 = charge.index_select(0, first), z2 = charge.index_select(0, second);
  const Tensor x = r * (z1.pow(0.23) + z2.pow(0.23)) / (0.8854 * bohr);
  Tensor phi;
  for (const auto& [share, rate] : screening) {
    const Tensor term = share * torch::exp(-rate * x);
    phi = phi.defined() ? phi + term : term;
  }
  const double width = outer_ - inner_;
  return 0.5 * coulomb * z1 * z2 / r * phi * cutoff_envelope((r - inner_).clamp(0.0, width), width);
}

}  // namespace spinel
