// Latent vectors of a crystal_vae without torch: what a model file says of them, and the search for a property.
#include "generate/latent_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "generate/crystal_encoder.hpp"
#include "model/property_kinds.hpp"

namespace spinel {
namespace {

constexpr std::int64_t size = 5;

GeneratorArchitecture architecture() {
  GeneratorArchitecture a;
  a.kind = "crystal_vae";
  a.width = 16;
  a.layers = 1;
  a.frequencies = 2;
  a.elements = {"O", "Ti", "Sr"};
  a.lattice_std.fill(0.1);
  a.latent.size = size;
  a.latent.head_width = 8;
  a.latent.max_atoms = 6;
  a.latent.encoder.kind = "cgcnn";
  a.latent.encoder.task = "classification";
  a.latent.encoder.n_classes = 2 * size;
  a.latent.encoder.elements = a.elements;
  a.latent.encoder.cgcnn.width = 4;
  a.latent.encoder.cgcnn.n_convolutions = 1;
  a.latent.encoder.cgcnn.hidden_width = 6;
  LatentProperty energy{"energy", "eV", false, -1.5, 0.7, -4.0, 0.5}, gap{"gap", "eV", true, 0.6, 1.8, 0.0, 7.0};
  a.latent.properties = {energy, gap};
  return a;
}

/// A model of random weights.
ModelFile model_file(const GeneratorArchitecture& a) {
  ModelFile file;
  file.path = "random";
  file.architecture = to_json(a);
  std::uint64_t number = 0;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> dims, double scale, double offset = 0.0) {
    RandomSequence random(Random(3, RandomPurpose::test), 0, number++);
    ModelWeight weight{dims, {}};
    std::int64_t n = 1;
    for (const std::int64_t dim : dims) n *= dim;
    for (std::int64_t i = 0; i < n; ++i) weight.values.push_back(offset + scale * random.normal());
    file.weights[name] = std::move(weight);
  };
  const CgcnnArchitecture& c = a.latent.encoder.cgcnn;
  const auto n_elements = static_cast<std::int64_t>(a.elements.size());
  add("encoder.embedding.weight", {c.width, n_elements}, 1.0);
  add("encoder.embedding.bias", {c.width}, 0.1);
  add("encoder.convs.0.fc_full.weight", {2 * c.width, 2 * c.width + c.n_gaussians}, 0.3);
  add("encoder.convs.0.fc_full.bias", {2 * c.width}, 0.1);
  for (const auto& [norm, width] : {std::pair{"bn1", 2 * c.width}, {"bn2", c.width}}) {
    const std::string path = std::string("encoder.convs.0.") + norm;
    add(path + ".weight", {width}, 0.1, 1.0);
    add(path + ".bias", {width}, 0.1);
    add(path + ".running_mean", {width}, 0.1);
    add(path + ".running_var", {width}, 0.01, 1.0);
  }
  add("encoder.conv_to_fc.weight", {c.hidden_width, c.width}, 0.5);
  add("encoder.conv_to_fc.bias", {c.hidden_width}, 0.1);
  add("encoder.fc_out.weight", {2 * size, c.hidden_width}, 0.5);
  add("encoder.fc_out.bias", {2 * size}, 0.1);
  const auto head = [&](const std::string& name, std::size_t out) {
    add("heads." + name + "_1.weight", {8, size}, 0.6);
    add("heads." + name + "_1.bias", {8}, 0.3);
    add("heads." + name + "_2.weight", {8, 8}, 0.6);
    add("heads." + name + "_2.bias", {8}, 0.3);
    add("heads." + name + "_3.weight", {static_cast<std::int64_t>(out), 8}, 0.6);
    add("heads." + name + "_3.bias", {static_cast<std::int64_t>(out)}, 0.3);
  };
  head("contents", a.latent.n_contents(a.elements.size()));
  head("properties", a.latent.n_property_outputs());
  add("latent_codes", {3, size}, 1.0);
  file.weights["latent_deviation"] = {{size}, {0.3, 0.4, 0.5, 0.6, 0.7}};
  return file;
}

std::vector<double> some_vector(std::uint64_t number) {
  RandomSequence random(Random(4, RandomPurpose::test), 0, number);
  std::vector<double> z(size);
  for (double& x : z) x = random.normal();
  return z;
}

TEST(LatentModel, ArchitectureIsReadAsItWasWritten) {
  const GeneratorArchitecture a = architecture();
  const GeneratorArchitecture b = parse_generator_architecture(to_json(a), "test");
  EXPECT_EQ(to_json(a), to_json(b));
  EXPECT_EQ(b.shape().n_crystal, n_time_features + 6 + size + 1);
  EXPECT_TRUE(b.latent.properties[1].has_zeros);
}

TEST(LatentModel, GradientsOfAllThatIsSearchedFor) {
  const GeneratorArchitecture a = architecture();
  const LatentModel model(a, model_file(a));
  LatentSearch search;
  search.prior_weight = 0.3;
  for (const auto& [property, wanted] : {std::pair{0, -2.0}, {1, 1.5}, {1, 0.0}}) {
    search.property = static_cast<std::size_t>(property);
    search.wanted = wanted;
    for (std::uint64_t k = 0; k < 5; ++k) {
      std::vector<double> z = some_vector(k), gradient(size);
      latent_objective(model, search, z.data(), gradient.data());
      for (std::size_t j = 0; j < size; ++j) {
        constexpr double step = 1e-5;
        auto plus = z, minus = z;
        plus[j] += step;
        minus[j] -= step;
        const double difference = (latent_objective(model, search, plus.data(), nullptr) -
                                   latent_objective(model, search, minus.data(), nullptr)) /
                                  (2.0 * step);
        EXPECT_NEAR(gradient[j], difference, 1e-8 * (1.0 + std::abs(difference))) << property << " " << wanted;
      }
    }
  }
}

TEST(LatentModel, APropertyWithZerosIsNeverNegative) {
  const GeneratorArchitecture a = architecture();
  const LatentModel model(a, model_file(a));
  for (std::uint64_t k = 0; k < 200; ++k) EXPECT_GE(model.properties(some_vector(k).data())[1], 0.0);
}

TEST(LatentModel, DrawsAreDistributedAsTheFileSays) {
  const GeneratorArchitecture a = architecture();
  const ModelFile file = model_file(a);
  const LatentModel model(a, file);
  constexpr int n = 20000;
  const auto &codes = file.weights.at("latent_codes").values, &deviation = file.weights.at("latent_deviation").values;
  std::vector<double> mean(size, 0.0), square(size, 0.0), z(size);
  for (int k = 0; k < n; ++k) {
    RandomSequence random(Random(5, RandomPurpose::test), 0, static_cast<std::uint64_t>(k));
    model.draw(random, z.data());
    for (std::size_t j = 0; j < size; ++j) {
      mean[j] += z[j] / n;
      square[j] += z[j] * z[j] / n;
    }
  }
  for (std::size_t j = 0; j < size; ++j) {
    double expected = 0.0, expected_square = deviation[j] * deviation[j];
    for (std::size_t k = 0; k < 3; ++k) {
      expected += codes[k * size + j] / 3.0;
      expected_square += codes[k * size + j] * codes[k * size + j] / 3.0;
    }
    EXPECT_NEAR(mean[j], expected, 6.0 * std::sqrt(expected_square / n));
    EXPECT_NEAR(square[j], expected_square, 6.0 * 2.0 * expected_square / std::sqrt(n));
  }
  // At one of them, with nothing of the others or all of them as near.
  EXPECT_LE(model.distance_from_crystals(codes.data(), nullptr), 0.0);
  EXPECT_GE(model.distance_from_crystals(codes.data(), nullptr), -std::log(3.0));
}

/// The heads' last layers alone decide where the weights before them are zero.
LatentModel model_that_says(const std::vector<double>& contents) {
  const GeneratorArchitecture a = architecture();
  ModelFile file = model_file(a);
  for (double& x : file.weights["heads.contents_3.weight"].values) x = 0.0;
  file.weights["heads.contents_3.bias"].values = contents;
  return {a, file};
}

TEST(LatentModel, ContentsAreWholeNumbersOfTheLikeliestSize) {
  // Logits of 1 … 6 atoms, of shares of O, Ti, Sr, of their presence, then the cell.
  const auto contents = [](std::vector<double> sizes, const std::vector<double>& shares, std::vector<double> present) {
    for (const double share : shares) sizes.push_back(std::log(share));
    sizes.insert(sizes.end(), present.begin(), present.end());
    sizes.insert(sizes.end(), 6, 0.0);
    const std::vector<double> z(size, 0.0);
    return model_that_says(sizes).contents(z.data());
  };
  const std::vector<double> five = {-9, -9, -9, -9, 2, -9}, all = {5, 5, 5};
  EXPECT_EQ(contents(five, {0.6, 0.2, 0.2}, all), (std::vector<std::int32_t>{0, 0, 0, 1, 2}));
  EXPECT_EQ(contents(five, {0.57, 0.22, 0.21}, all), (std::vector<std::int32_t>{0, 0, 0, 1, 2}));
  // What is absent is left out, and the others share its place.
  EXPECT_EQ(contents(five, {0.5, 0.3, 0.2}, {5, 5, -5}), (std::vector<std::int32_t>{0, 0, 0, 1, 1}));
  // Of two sizes that are nearly as likely that which fits the shares.
  EXPECT_EQ(contents({-9, -9, 0.1, 0.0, -9, -9}, {0.5, 0.25, 0.25}, all), (std::vector<std::int32_t>{0, 0, 1, 2}));
  EXPECT_EQ(contents({5, -9, -9, -9, -9, -9}, {0.2, 0.5, 0.3}, all), (std::vector<std::int32_t>{1}));
}

TEST(CrystalEncoder, ACrystalHasOneLatentVectorHoweverItIsDescribed) {
  const GeneratorArchitecture a = architecture();
  LatentModel model(a, model_file(a));
  CrystalEncoder encoder(model);
  const auto encode = [&](const Mat3& cell, const std::vector<std::uint8_t>& number, const std::vector<double>& x) {
    std::vector<double> mean(size), deviation(size);
    encoder.encode(cell, number, x, {true, true, true}, mean.data(), deviation.data());
    mean.insert(mean.end(), deviation.begin(), deviation.end());
    return mean;
  };
  Mat3 cell;
  cell << 4.0, 0.1, 0.0, 0.0, 4.1, 0.2, 0.3, 0.0, 3.9;
  const std::vector<double> x = {0.0, 0.0, 0.0, 2.0, 2.1, 1.9, 2.1, 0.1, 2.0};
  const auto first = encode(cell, {38, 22, 8}, x);
  // Another order, a translation, another cell of the same lattice, a rotation.
  std::vector<double> other = {x[6], x[7], x[8], x[0], x[1], x[2], x[3], x[4], x[5]};
  for (std::size_t i = 0; i < other.size(); ++i) other[i] += 0.7;
  Mat3 sheared = cell;
  sheared.row(1) += cell.row(0);
  const Mat3 rotation = Eigen::AngleAxisd(0.8, Vec3(1.0, 2.0, -1.0).normalized()).toRotationMatrix();
  std::vector<double> turned;
  for (std::size_t i = 0; i < other.size(); i += 3) {
    const Vec3 y = rotation * Vec3(other[i], other[i + 1], other[i + 2]);
    turned.insert(turned.end(), y.begin(), y.end());
  }
  const auto second = encode(sheared * rotation.transpose(), {8, 38, 22}, turned);
  for (std::size_t j = 0; j < first.size(); ++j) EXPECT_NEAR(first[j], second[j], 2e-4) << j;
  EXPECT_THROW(encode(cell, {38, 26, 8}, x), Error);
}

TEST(LatentSearch, FindsWhatIsAskedFor) {
  const GeneratorArchitecture a = architecture();
  const LatentModel model(a, model_file(a));
  LatentSearch search;
  search.property = 0;
  search.wanted = model.properties(some_vector(2).data())[0];  // within its reach
  search.prior_weight = 0.01;
  const auto objective = [&](LatentSearch::Method method, std::uint64_t start) {
    search.method = method;
    RandomSequence random(Random(6, RandomPurpose::test), 0, start);
    const auto z = search_latent(model, search, random);
    return latent_objective(model, search, z.data(), nullptr);
  };
  double random = 0.0, screened = 0.0, climbed = 0.0;
  for (std::uint64_t start = 0; start < 20; ++start) {
    random += objective(LatentSearch::Method::random, start);
    screened += objective(LatentSearch::Method::screening, start);
    climbed += objective(LatentSearch::Method::gradient, start);
  }
  EXPECT_LT(screened, 0.5 * random);
  EXPECT_LT(climbed, 0.5 * random);
  // The same arguments give the same vector.
  EXPECT_EQ(objective(LatentSearch::Method::gradient, 3), objective(LatentSearch::Method::gradient, 3));
}

}  // namespace
}  // namespace spinel
