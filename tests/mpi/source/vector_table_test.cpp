// Vectors of files and toys: what is read, what is refused, and that toys are drawn from their densities.
#include "source/vector_table.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "../temporary_folder.hpp"
#include "core/error.hpp"

namespace spinel {
namespace {

TEST(VectorTable, FilesOfBothKinds) {
  const Communicator world = Communicator::world();
  const Folder folder("spinel-vectors-");
  const std::string csv = folder / "a.csv", plain = folder / "a.txt";
  write_text(csv, "a,\"b, c\",d\n1,2,3\n\n4,5,6.5e1\n");
  write_text(plain, "# comment\n 1 2\t3\n-4 5 6\n7 8 9\n");
  const VectorTitles titles = read_vector_titles(csv, world);
  EXPECT_TRUE(titles.has_names);
  EXPECT_EQ(titles.columns, (std::vector<std::string>{"a", "b, c", "d"}));
  const VectorTable table = read_vectors(csv, {2, 0}, {"d", "a"}, world);
  ASSERT_EQ(table.size, 2);
  EXPECT_EQ(table.vector(1)[0], 65.0);
  EXPECT_EQ(table.vector(1)[1], 4.0);
  const VectorTitles numbers = read_vector_titles(plain, world);
  EXPECT_FALSE(numbers.has_names);
  EXPECT_EQ(numbers.columns.at(2), "3");
  const VectorTable three = read_vectors(plain, {0, 1, 2}, numbers.columns, world);
  ASSERT_EQ(three.size, 3);
  EXPECT_EQ(three.vector(1)[0], -4.0);
  EXPECT_NE(three.hash, table.hash);
}

TEST(VectorTable, SaysWhatIsWrongAndWhere) {
  const Communicator world = Communicator::world();
  const Folder folder("spinel-vectors-");
  for (const auto& [text, words] : {std::pair("a,b\n1,2\n3\n", ":3: 1 cells where the first row has 2"),
                                    {"a,b\n1,x\n", ":2: 'x' is no finite number"},
                                    {"1 2\n3 nan\n", ":2: 'nan' is no finite number"},
                                    {"a,b\n", "no vectors"},
                                    {"", "no vectors"}}) {
    const std::string path = folder / "wrong.csv";
    write_text(path, text);
    try {
      const VectorTitles titles = read_vector_titles(path, world);
      read_vectors(path, {0, 1}, titles.columns, world);
      FAIL() << text;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
}

/// Over [−6, 6)², or a period, by the midpoint rule.
template <class Function>
void on_grid(const ToyVectors& toy, std::size_t n, Function&& f) {
  const double low = toy.period > 0.0 ? 0.0 : -6.0, width = (toy.period > 0.0 ? 1.0 : 12.0) / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double x[2] = {low + (static_cast<double>(i) + 0.5) * width, low + (static_cast<double>(j) + 0.5) * width};
      f(x, std::exp(toy.log_density(x)) * width * width);
    }
}

TEST(ToyVectors, AreDrawnFromTheirDensities) {
  const Communicator world = Communicator::world();
  for (const char* name : {"two_moons", "checkerboard", "eight_gaussians", "torus"}) {
    const ToyVectors& toy = *find_toy(name);
    constexpr std::size_t cells = 12, fine = 120;
    std::vector<double> expected(cells * cells, 0.0), found(cells * cells, 0.0);
    const double low = toy.period > 0.0 ? 0.0 : -6.0, length = toy.period > 0.0 ? 1.0 : 12.0;
    const auto cell = [&](const double* x) {
      const auto of = [&](double value) {
        return std::min(cells - 1, static_cast<std::size_t>((value - low) / length * static_cast<double>(cells)));
      };
      return of(x[0]) * cells + of(x[1]);
    };
    double sum = 0.0;
    on_grid(toy, fine, [&](const double* x, double p) {
      sum += p;
      expected[cell(x)] += p;
    });
    EXPECT_NEAR(sum, 1.0, 1e-3) << name;
    constexpr std::int64_t n = 20000;
    const VectorTable table = draw_vectors(toy, n, 3, world);
    for (std::int64_t k = 0; k < n; ++k) found[cell(table.vector(k))] += 1.0;
    double chi_squared = 0.0, degrees = -1.0;
    for (std::size_t c = 0; c < cells * cells; ++c)
      if (const double e = expected[c] * n; e > 5.0) {
        chi_squared += (found[c] - e) * (found[c] - e) / e;
        degrees += 1.0;
      }
    EXPECT_LT(chi_squared, degrees + 4.0 * std::sqrt(2.0 * degrees)) << name;
    // The same of any number, and of each number alone.
    const VectorTable fewer = draw_vectors(toy, 10, 3, world);
    EXPECT_EQ(fewer.vector(9)[1], table.vector(9)[1]);
  }
}

}  // namespace
}  // namespace spinel
