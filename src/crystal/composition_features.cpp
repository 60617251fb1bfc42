#include "crystal/composition_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "crystal/elements.hpp"

namespace spinel {

namespace {

struct Row {
  int group, period;
  double electronegativity;  // Pauling's scale; 0 where none is assigned (He, Ne, Ar)
  double covalent_radius;  // Å: B. Cordero et al., Dalton Trans. 2832 (2008); C sp3, Mn, Fe and Co low spin; after Cm
                           // as Cm
  int sp_electrons, df_electrons;
};

constexpr int n_elements = 103;
constexpr std::array<Row, n_elements> table = {
    {{1, 1, 2.2, 0.31, 1, 0},    {18, 1, 0, 0.28, 2, 0},     {1, 2, 0.98, 1.28, 1, 0},   {2, 2, 1.57, 0.96, 2, 0},
     {13, 2, 2.04, 0.84, 3, 0},  {14, 2, 2.55, 0.76, 4, 0},  {15, 2, 3.04, 0.71, 5, 0},  {16, 2, 3.44, 0.66, 6, 0},
     {17, 2, 3.98, 0.57, 7, 0},  {18, 2, 0, 0.58, 8, 0},     {1, 3, 0.93, 1.66, 1, 0},   {2, 3, 1.31, 1.41, 2, 0},
     {13, 3, 1.61, 1.21, 3, 0},  {14, 3, 1.9, 1.11, 4, 0},   {15, 3, 2.19, 1.07, 5, 0},  {16, 3, 2.58, 1.05, 6, 0},
     {17, 3, 3.16, 1.02, 7, 0},  {18, 3, 0, 1.06, 8, 0},     {1, 4, 0.82, 2.03, 1, 0},   {2, 4, 1, 1.76, 2, 0},
     {3, 4, 1.36, 1.7, 2, 1},    {4, 4, 1.54, 1.6, 2, 2},    {5, 4, 1.63, 1.53, 2, 3},   {6, 4, 1.66, 1.39, 1, 5},
     {7, 4, 1.55, 1.39, 2, 5},   {8, 4, 1.83, 1.32, 2, 6},   {9, 4, 1.88, 1.26, 2, 7},   {10, 4, 1.91, 1.24, 2, 8},
     {11, 4, 1.9, 1.32, 1, 10},  {12, 4, 1.65, 1.22, 2, 10}, {13, 4, 1.81, 1.22, 3, 10}, {14, 4, 2.01, 1.2, 4, 10},
     {15, 4, 2.18, 1.19, 5, 10}, {16, 4, 2.55, 1.2, 6, 10},  {17, 4, 2.96, 1.2, 7, 10},  {18, 4, 3, 1.16, 8, 10},
     {1, 5, 0.82, 2.2, 1, 0},    {2, 5, 0.95, 1.95, 2, 0},   {3, 5, 1.22, 1.9, 2, 1},    {4, 5, 1.33, 1.75, 2, 2},
     {5, 5, 1.6, 1.64, 1, 4},    {6, 5, 2.16, 1.54, 1, 5},   {7, 5, 1.9, 1.47, 2, 5},    {8, 5, 2.2, 1.46, 1, 7},
     {9, 5, 2.28, 1.42, 1, 8},   {10, 5, 2.2, 1.39, 0, 10},  {11, 5, 1.93, 1.45, 1, 10}, {12, 5, 1.69, 1.44, 2, 10},
     {13, 5, 1.78, 1.42, 3, 10}, {14, 5, 1.96, 1.39, 4, 10}, {15, 5, 2.05, 1.39, 5, 10}, {16, 5, 2.1, 1.38, 6, 10},
     {17, 5, 2.66, 1.39, 7, 10}, {18, 5, 2.6, 1.4, 8, 10},   {1, 6, 0.79, 2.44, 1, 0},   {2, 6, 0.89, 2.15, 2, 0},
     {3, 6, 1.1, 2.07, 2, 1},    {3, 6, 1.12, 2.04, 2, 2},   {3, 6, 1.13, 2.03, 2, 3},   {3, 6, 1.14, 2.01, 2, 4},
     {3, 6, 1.13, 1.99, 2, 5},   {3, 6, 1.17, 1.98, 2, 6},   {3, 6, 1.2, 1.98, 2, 7},    {3, 6, 1.2, 1.96, 2, 8},
     {3, 6, 1.1, 1.94, 2, 9},    {3, 6, 1.22, 1.92, 2, 10},  {3, 6, 1.23, 1.92, 2, 11},  {3, 6, 1.24, 1.89, 2, 12},
     {3, 6, 1.25, 1.9, 2, 13},   {3, 6, 1.1, 1.87, 2, 14},   {3, 6, 1.27, 1.87, 2, 15},  {4, 6, 1.3, 1.75, 2, 16},
     {5, 6, 1.5, 1.7, 2, 17},    {6, 6, 2.36, 1.62, 2, 18},  {7, 6, 1.9, 1.51, 2, 19},   {8, 6, 2.2, 1.44, 2, 20},
     {9, 6, 2.2, 1.41, 2, 21},   {10, 6, 2.28, 1.36, 1, 23}, {11, 6, 2.54, 1.36, 1, 24}, {12, 6, 2, 1.32, 2, 24},
     {13, 6, 1.62, 1.45, 3, 24}, {14, 6, 2.33, 1.46, 4, 24}, {15, 6, 2.02, 1.48, 5, 24}, {16, 6, 2, 1.4, 6, 24},
     {17, 6, 2.2, 1.5, 7, 24},   {18, 6, 2.2, 1.5, 8, 24},   {1, 7, 0.7, 2.6, 1, 0},     {2, 7, 0.9, 2.21, 2, 0},
     {3, 7, 1.1, 2.15, 2, 1},    {3, 7, 1.3, 2.06, 2, 2},    {3, 7, 1.5, 2, 2, 3},       {3, 7, 1.38, 1.96, 2, 4},
     {3, 7, 1.36, 1.9, 2, 5},    {3, 7, 1.28, 1.87, 2, 6},   {3, 7, 1.3, 1.8, 2, 7},     {3, 7, 1.3, 1.69, 2, 8},
     {3, 7, 1.3, 1.69, 2, 9},    {3, 7, 1.3, 1.69, 2, 10},   {3, 7, 1.3, 1.69, 2, 11},   {3, 7, 1.3, 1.69, 2, 12},
     {3, 7, 1.3, 1.69, 2, 13},   {3, 7, 1.3, 1.69, 2, 14},   {3, 7, 1.3, 1.69, 3, 14}}};

}  // namespace

const char* const element_property_names[n_element_properties] = {
    "atomic number",     "atomic weight",    "group", "period", "electronegativity", "covalent radius",
    "s and p electrons", "d and f electrons"};

const double* element_properties(int atomic_number) {
  using Properties = std::array<double, n_element_properties>;
  static const std::vector<Properties> all = [] {
    std::vector<Properties> rows;
    for (int number = 1; number <= n_elements; ++number) {
      const Row& row = table[static_cast<std::size_t>(number - 1)];
      rows.push_back({static_cast<double>(number), atomic_weight(number), static_cast<double>(row.group),
                      static_cast<double>(row.period), row.electronegativity, row.covalent_radius,
                      static_cast<double>(row.sp_electrons), static_cast<double>(row.df_electrons)});
    }
    return rows;
  }();
  if (atomic_number < 1 || atomic_number > n_elements)
    fail_input("no properties of the element of atomic number {}: 1 to {} have some", atomic_number, n_elements);
  return all[static_cast<std::size_t>(atomic_number - 1)].data();
}

double pauling_electronegativity(int atomic_number) { return element_properties(atomic_number)[4]; }
double covalent_radius(int atomic_number) { return element_properties(atomic_number)[5]; }

void composition_statistics(const std::uint8_t* atomic_number, std::size_t n_atoms, float* out) {
  for (std::size_t p = 0; p < n_element_properties; ++p) {
    double mean = 0.0, deviation = 0.0, low = 1e300, high = -1e300;
    for (std::size_t i = 0; i < n_atoms; ++i) mean += element_properties(atomic_number[i])[p];
    mean /= static_cast<double>(n_atoms);
    for (std::size_t i = 0; i < n_atoms; ++i) {
      const double value = element_properties(atomic_number[i])[p];
      deviation += std::abs(value - mean);
      low = std::min(low, value);
      high = std::max(high, value);
    }
    for (const double value : {mean, deviation / static_cast<double>(n_atoms), low, high})
      *out++ = static_cast<float>(value);
  }
}

}  // namespace spinel
