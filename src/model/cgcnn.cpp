#include "model/property_kinds.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernel/crystal_kernels.hpp"
#include "model/gaussian_window.hpp"
#include "model/weight_reader.hpp"

namespace spinel {

namespace {

using nlohmann::json;

/// As GlobalBatchNorm::epsilon.
constexpr double epsilon = 1e-5;

/// Running statistics and affine parameters of a batch norm, each part of `width` numbers padded to `padded`: there
/// x̂ = 0 and y = 0.
struct FrozenNorm {
  FrozenNorm(const WeightReader& read, const std::string& path, std::size_t width, std::size_t padded,
             std::size_t parts) {
    const std::vector<std::int64_t> dims = {static_cast<std::int64_t>(parts * width)};
    const auto &mean = read.get(path + ".running_mean", dims), &variance = read.get(path + ".running_var", dims),
               &w = read.get(path + ".weight", dims), &b = read.get(path + ".bias", dims);
    for (auto* numbers : {&inverse, &offset, &weight, &bias}) numbers->assign(parts * padded, 0.0f);
    for (std::size_t part = 0; part < parts; ++part)
      for (std::size_t c = 0; c < width; ++c) {
        const std::size_t from = part * width + c, to = part * padded + c;
        const double scale = 1.0 / std::sqrt(variance[from] + epsilon);
        inverse[to] = static_cast<float>(scale);
        offset[to] = static_cast<float>(-mean[from] * scale);
        weight[to] = static_cast<float>(w[from]);
        bias[to] = static_cast<float>(b[from]);
      }
  }
  RowNorm<float> view() const { return {inverse.data(), offset.data(), weight.data(), bias.data()}; }

  std::vector<float> inverse, offset, weight, bias;
};

/// fc_full [2F][2F + Gaussians] split, each half of 2F padded.
struct FrozenConvolution {
  FrozenConvolution(const WeightReader& read, const std::string& path, std::size_t width, std::size_t padded,
                    std::size_t n_gaussians, std::size_t window)
      : edge_norm(read, path + ".bn1", width, padded, 2), sum_norm(read, path + ".bn2", width, padded, 1) {
    const std::size_t columns = 2 * width + n_gaussians;
    const auto& w =
        read.get(path + ".fc_full.weight", {static_cast<std::int64_t>(2 * width), static_cast<std::int64_t>(columns)});
    const auto& b = read.get(path + ".fc_full.bias", {static_cast<std::int64_t>(2 * width)});
    // Rows of the joined weight: source gate, source core, destination gate, destination core.
    std::vector<double> joined(4 * padded * padded, 0.0), bias(4 * padded, 0.0);
    table.assign((n_gaussians + window) * 2 * padded, 0.0f);
    for (std::size_t half = 0; half < 2; ++half)
      for (std::size_t o = 0; o < width; ++o) {
        const double* row = w.data() + (half * width + o) * columns;
        for (std::size_t end = 0; end < 2; ++end)
          std::copy_n(row + end * width, width,
                      joined.begin() + static_cast<std::ptrdiff_t>(((2 * end + half) * padded + o) * padded));
        for (std::size_t g = 0; g < n_gaussians; ++g)
          table[g * 2 * padded + half * padded + o] = static_cast<float>(row[2 * width + g]);
        bias[half * padded + o] = b[half * width + o];
      }
    of_atoms = DenseLayer(joined, bias, padded, 4 * padded);
  }

  FrozenNorm edge_norm, sum_norm;
  DenseLayer of_atoms;
  std::vector<float> table;
};

class CgcnnPredictor final : public PropertyPredictor {
 public:
  CgcnnPredictor(const ModelFile& file, PropertyArchitecture given)
      : PropertyPredictor(std::move(given)), window_(architecture().cgcnn) {
    const WeightReader read(file);
    const CgcnnArchitecture& c = architecture().cgcnn;
    const auto width = static_cast<std::size_t>(c.width), hidden = static_cast<std::size_t>(c.hidden_width);
    width_ = padded_width(width);
    for (std::int64_t k = 0; k < c.n_convolutions; ++k)
      layers_.emplace_back(read, "convs." + std::to_string(k), width, width_, static_cast<std::size_t>(c.n_gaussians),
                           window_.size());
    read_elements(read);
    to_hidden_ = DenseLayer(read.get("conv_to_fc.weight", {c.hidden_width, c.width}),
                            read.get("conv_to_fc.bias", {c.hidden_width}), width, hidden);
    for (std::int64_t k = 0; k + 1 < c.n_hidden; ++k)
      hidden_.emplace_back(read.get("fcs." + std::to_string(k) + ".weight", {c.hidden_width, c.hidden_width}),
                           read.get("fcs." + std::to_string(k) + ".bias", {c.hidden_width}), hidden, hidden);
    const std::int64_t n_outputs = architecture().n_outputs();
    out_ = DenseLayer(read.get("fc_out.weight", {n_outputs, c.hidden_width}), read.get("fc_out.bias", {n_outputs}),
                      hidden, static_cast<std::size_t>(n_outputs));
  }

  std::size_t n_latent() const override { return static_cast<std::size_t>(architecture().cgcnn.hidden_width); }
  const float* latent() const override { return crystal_.data(); }

 private:
  /// What each element starts with, and its row of the first convolution.
  void read_elements(const WeightReader& read) {
    const CgcnnArchitecture& c = architecture().cgcnn;
    const auto n_elements = static_cast<std::int64_t>(architecture().elements.size());
    const std::int64_t columns = c.n_features > 0 ? c.n_features : n_elements;
    const auto& w = read.get("embedding.weight", {c.width, columns});
    const auto& b = read.get("embedding.bias", {c.width});
    const std::vector<double>* features =
        c.n_features > 0 ? &read.get("element_features", {n_elements, c.n_features}) : nullptr;
    element_.assign(static_cast<std::size_t>(n_elements) * width_, 0.0f);
    for (std::int64_t e = 0; e < n_elements; ++e)
      for (std::int64_t o = 0; o < c.width; ++o) {
        double sum = b[static_cast<std::size_t>(o)];
        for (std::int64_t f = 0; f < columns; ++f)
          sum += w[static_cast<std::size_t>(o * columns + f)] *
                 (features != nullptr ? (*features)[static_cast<std::size_t>(e * columns + f)] : (f == e ? 1.0 : 0.0));
        element_[static_cast<std::size_t>(e) * width_ + static_cast<std::size_t>(o)] = static_cast<float>(sum);
      }
    element_row_.resize(element_.size() * 4);
    layers_[0].of_atoms.apply(static_cast<std::size_t>(n_elements), element_.data(), width_, element_row_.data(),
                              4 * width_);
  }

  void compute(const CrystalInput& crystal, const std::int32_t* place, double* out) override {
    const std::size_t n = crystal.n_atoms;
    const auto n_edges = static_cast<std::size_t>(crystal.row[n]);
    resize(n, n_edges);
    for (std::size_t e = 0; e < n_edges; ++e)
      first_[e] = window_.fill(static_cast<double>(crystal.distance[e]), gaussian_.data() + e * window_.size());
    const CrystalEdges<float> edges{crystal.row, crystal.neighbor, first_.data(), gaussian_.data(), window_.size()};
    for (std::size_t i = 0; i < n; ++i) {
      const auto e = static_cast<std::size_t>(place[i]);
      std::copy_n(element_.begin() + static_cast<std::ptrdiff_t>(e * width_), width_,
                  atoms_.begin() + static_cast<std::ptrdiff_t>(i * width_));
      std::copy_n(element_row_.begin() + static_cast<std::ptrdiff_t>(e * 4 * width_), 4 * width_,
                  projected_.begin() + static_cast<std::ptrdiff_t>(i * 4 * width_));
    }
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const FrozenConvolution& layer = layers_[k];
      if (k > 0) layer.of_atoms.apply(n, atoms_.data(), width_, projected_.data(), 4 * width_);
      // A few atoms at a time, so that their edges stay in the first-level cache.
      for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
        while (end < n && (end == begin || crystal.row[end + 1] - crystal.row[begin] <= chunk_edges)) ++end;
        z_.resize(static_cast<std::size_t>(crystal.row[end] - crystal.row[begin]) * 2 * width_);
        kernels_.gather(edges, begin, end, width_, projected_.data(), layer.table.data(), z_.data());
        kernels_.activate(edges, begin, end, width_, z_.data(), layer.edge_norm.view(), sums_.data());
      }
      kernels_.residual(n, width_, atoms_.data(), sums_.data(), layer.sum_norm.view(), atoms_.data());
    }
    head(n, out);
  }

  void head(std::size_t n, double* out) {
    std::fill(pooled_.begin(), pooled_.end(), 0.0f);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t c = 0; c < width_; ++c) pooled_[c] += atoms_[i * width_ + c];
    for (float& x : pooled_) x /= static_cast<float>(n);
    kernels_.softplus(width_, pooled_.data());
    to_hidden_.apply(1, pooled_.data(), width_, crystal_.data(), crystal_.size());
    for (const DenseLayer& layer : hidden_) {
      kernels_.softplus(crystal_.size(), crystal_.data());
      layer.apply(1, crystal_.data(), crystal_.size(), next_.data(), next_.size());
      std::swap(crystal_, next_);
    }
    kernels_.softplus(crystal_.size(), crystal_.data());
    out_.apply(1, crystal_.data(), crystal_.size(), output_.data(), output_.size());
    for (std::size_t k = 0; k < static_cast<std::size_t>(architecture().n_outputs()); ++k)
      out[k] = static_cast<double>(output_[k]);
  }

  void resize(std::size_t n, std::size_t n_edges) {
    if (first_.size() < n_edges) {
      first_.resize(n_edges);
      gaussian_.resize(n_edges * window_.size());
    }
    if (sums_.size() < n * width_) {
      atoms_.resize(n * width_);
      sums_.resize(n * width_);
      projected_.resize(n * 4 * width_);
    }
    pooled_.resize(width_);
    crystal_.resize(to_hidden_.width());
    next_.resize(to_hidden_.width());
    output_.resize(out_.width());
  }

  static constexpr std::int32_t chunk_edges = 48;

  const CrystalKernels<float>& kernels_ = crystal_kernels<float>();
  GaussianWindow<float> window_;
  std::size_t width_ = 0;  // padded
  std::vector<FrozenConvolution> layers_;
  std::vector<float> element_, element_row_;
  DenseLayer to_hidden_, out_;
  std::vector<DenseLayer> hidden_;

  std::vector<std::int32_t> first_;
  std::vector<float> gaussian_, atoms_, projected_, z_, sums_, pooled_, crystal_, next_, output_;
};

constexpr std::int64_t most_units = 1 << 14;

void read_architecture(const Architecture& read, PropertyArchitecture& a) {
  CgcnnArchitecture& c = a.cgcnn;
  const auto n_elements = static_cast<std::int64_t>(a.elements.size());
  c.width = read.integer("atom_fea_len", 1, most_units);
  c.n_convolutions = read.integer("n_conv", 1, 64);
  c.hidden_width = read.integer("h_fea_len", 1, most_units);
  c.n_hidden = read.integer("n_h", 1, 64);
  const bool learned = read.value<bool>("element_embedding", false);
  const std::int64_t columns = read.integer("orig_atom_fea_len", 1, most_units);
  if (learned && columns != n_elements)
    fail_input("model '{}': orig_atom_fea_len = {} of its architecture for {} elements", read.path(), columns,
               n_elements);
  c.n_features = learned ? 0 : columns;
  c.radius = read.real("radius", 0.1, 100.0);
  c.max_neighbors = read.integer("max_num_nbr", 0, 100000);
  c.n_gaussians = read.integer("nbr_fea_len", 1, most_units);
  c.gaussian_min = read.real("gaussian_min", 0.0, 100.0);
  c.gaussian_step = read.real("gaussian_step", 1e-3, 100.0);
  c.gaussian_width = read.real("gaussian_width", 1e-3, 100.0);
  const double last = read.real("gaussian_max", 0.0, 100.0);
  const double made = c.gaussian_min + static_cast<double>(c.n_gaussians - 1) * c.gaussian_step;
  if (std::abs(made - last) > 0.5 * c.gaussian_step)
    fail_input("model '{}': nbr_fea_len = {} Gaussians from {} by {} do not end at gaussian_max = {}", read.path(),
               c.n_gaussians, c.gaussian_min, c.gaussian_step, last);
}

void write_architecture(const PropertyArchitecture& a, json& values) {
  const CgcnnArchitecture& c = a.cgcnn;
  values.update({{"atom_fea_len", c.width},
                 {"n_conv", c.n_convolutions},
                 {"h_fea_len", c.hidden_width},
                 {"n_h", c.n_hidden},
                 {"element_embedding", c.n_features == 0},
                 {"orig_atom_fea_len", c.n_features > 0 ? c.n_features : static_cast<std::int64_t>(a.elements.size())},
                 {"radius", c.radius},
                 {"max_num_nbr", c.max_neighbors},
                 {"nbr_fea_len", c.n_gaussians},
                 {"gaussian_min", c.gaussian_min},
                 {"gaussian_step", c.gaussian_step},
                 {"gaussian_width", c.gaussian_width},
                 {"gaussian_max", c.gaussian_min + static_cast<double>(c.n_gaussians - 1) * c.gaussian_step}});
}

void describe(const ModelParameters& p, const std::vector<std::string>&, PropertyArchitecture& a) {
  a.cgcnn = {p.width, p.convolutions,  p.crystal_width, p.crystal_layers, 0, p.radius, p.max_neighbors, p.gaussians,
             0.0,     p.gaussian_step, p.gaussian_width};
}

}  // namespace

const PropertyKind cgcnn_kind = {
    "cgcnn",
    true,
    read_architecture,
    write_architecture,
    describe,
    [](const ModelFile& file, PropertyArchitecture architecture) -> std::unique_ptr<PropertyPredictor> {
      return std::make_unique<CgcnnPredictor>(file, std::move(architecture));
    }};

}  // namespace spinel
