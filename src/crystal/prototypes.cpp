#include "crystal/prototypes.hpp"

#include <cmath>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

using Sites = std::vector<Prototype::Site>;

const double ideal_hcp = std::sqrt(8.0 / 3.0);

const std::vector<Vec3> no_centering = {{0, 0, 0}};
const std::vector<Vec3> body = {{0, 0, 0}, {0.5, 0.5, 0.5}};
const std::vector<Vec3> face = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
const std::vector<Vec3> rhombohedral = {{0, 0, 0}, {2.0 / 3, 1.0 / 3, 1.0 / 3}, {1.0 / 3, 2.0 / 3, 2.0 / 3}};

/// Each site at every point of the centering, in [0, 1).
Sites centered(const std::vector<Vec3>& centering, const Sites& basis) {
  Sites sites;
  for (const auto& site : basis)
    for (const Vec3& t : centering) {
      Vec3 s = Vec3(site.x, site.y, site.z) + t;
      for (double& x : s) x -= std::floor(x + 1e-12);
      sites.push_back({site.species, s[0], s[1], s[2]});
    }
  return sites;
}

/// D0_24 and D0_19: Wyckoff position 6h (x, 2x, 1/4) of P6_3/mmc.
Sites sixfold_h(int species, double x) {
  return centered(no_centering, {{species, x, 2 * x, 0.25},
                                 {species, -2 * x, -x, 0.25},
                                 {species, x, -x, 0.25},
                                 {species, -x, -2 * x, 0.75},
                                 {species, 2 * x, x, 0.75},
                                 {species, -x, x, 0.75}});
}

Sites joined(Sites first, const Sites& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Wyckoff 32e (x, x, x) of Fd-3m, origin at the inversion center, without the centering.
Sites eightfold_e(int species, double x) {
  return {{species, x, x, x},
          {species, 0.75 - x, 0.25 - x, x + 0.5},
          {species, 0.25 - x, x + 0.5, 0.75 - x},
          {species, x + 0.5, 0.75 - x, 0.25 - x},
          {species, 0.75 + x, 0.25 + x, 0.5 - x},
          {species, -x, -x, -x},
          {species, 0.25 + x, 0.5 - x, 0.75 + x},
          {species, 0.5 - x, 0.75 + x, 0.25 + x}};
}

std::vector<Prototype> make_table() {
  const double u_rutile = 0.305, x_spinel = 0.2624;  // TiO2, MgAl2O4
  const Sites spinel_cations = {{0, 0.125, 0.125, 0.125}, {0, 0.875, 0.375, 0.375}, {1, 0.5, 0.5, 0.5},
                                {1, 0.25, 0.75, 0},       {1, 0.75, 0, 0.25},       {1, 0, 0.25, 0.75}};
  return {
      {"sc", {"A_h", "simple cubic", "alpha-Po"}, "A", 1.0, false, 221, {{0, 0, 0, 0}}},
      {"fcc",
       {"A1", "Cu", "face-centred cubic", "face-centered cubic"},
       "A",
       1.0,
       false,
       225,
       centered(face, {{0, 0, 0, 0}})},
      {"bcc",
       {"A2", "body-centred cubic", "body-centered cubic"},
       "A",
       1.0,
       false,
       229,
       centered(body, {{0, 0, 0, 0}})},
      {"hcp",
       {"A3", "hexagonal close-packed"},
       "A",
       ideal_hcp,
       true,
       194,
       {{0, 1.0 / 3, 2.0 / 3, 0.25}, {0, 2.0 / 3, 1.0 / 3, 0.75}}},
      {"dhcp",
       {"A3'", "alpha-La", "double hcp"},
       "A",
       2 * ideal_hcp,
       true,
       194,
       {{0, 0, 0, 0}, {0, 0, 0, 0.5}, {0, 1.0 / 3, 2.0 / 3, 0.25}, {0, 2.0 / 3, 1.0 / 3, 0.75}}},
      {"diamond", {"A4"}, "A", 1.0, false, 227, centered(face, {{0, 0, 0, 0}, {0, 0.25, 0.25, 0.25}})},
      {"beta-tin", {"A5", "white tin"}, "A", 0.5456, false, 141, centered(body, {{0, 0, 0, 0}, {0, 0, 0.5, 0.25}})},
      {"graphite",
       {"A9"},
       "A",
       2.726,
       true,
       194,
       {{0, 0, 0, 0.25}, {0, 0, 0, 0.75}, {0, 1.0 / 3, 2.0 / 3, 0.25}, {0, 2.0 / 3, 1.0 / 3, 0.75}}},
      {"rocksalt",
       {"B1", "NaCl", "rock salt", "halite"},
       "AB",
       1.0,
       false,
       225,
       centered(face, {{0, 0, 0, 0}, {1, 0.5, 0.5, 0.5}})},
      {"CsCl",
       {"B2", "cesium chloride", "caesium chloride"},
       "AB",
       1.0,
       false,
       221,
       {{0, 0, 0, 0}, {1, 0.5, 0.5, 0.5}}},
      {"zincblende",
       {"B3", "ZnS", "zinc blende", "sphalerite"},
       "AB",
       1.0,
       false,
       216,
       centered(face, {{0, 0, 0, 0}, {1, 0.25, 0.25, 0.25}})},
      {"wurtzite",
       {"B4"},
       "AB",
       ideal_hcp,
       true,
       186,
       {{0, 1.0 / 3, 2.0 / 3, 0},
        {0, 2.0 / 3, 1.0 / 3, 0.5},
        {1, 1.0 / 3, 2.0 / 3, 0.375},
        {1, 2.0 / 3, 1.0 / 3, 0.875}}},
      {"NiAs",
       {"B8_1", "nickeline"},
       "AB",
       ideal_hcp,
       true,
       194,
       {{0, 0, 0, 0}, {0, 0, 0, 0.5}, {1, 1.0 / 3, 2.0 / 3, 0.25}, {1, 2.0 / 3, 1.0 / 3, 0.75}}},
      {"WC", {"B_h", "tungsten carbide"}, "AB", 0.976, true, 187, {{0, 0, 0, 0}, {1, 1.0 / 3, 2.0 / 3, 0.5}}},
      {"fluorite",
       {"C1", "CaF2"},
       "AB2",
       1.0,
       false,
       225,
       centered(face, {{0, 0, 0, 0}, {1, 0.25, 0.25, 0.25}, {1, 0.75, 0.75, 0.75}})},
      {"antifluorite",
       {"Li2O", "Na2O"},
       "A2B",
       1.0,
       false,
       225,
       centered(face, {{0, 0.25, 0.25, 0.25}, {0, 0.75, 0.75, 0.75}, {1, 0, 0, 0}})},
      {"half-heusler",
       {"C1_b", "half Heusler", "MgAgAs"},
       "ABC",
       1.0,
       false,
       216,
       centered(face, {{0, 0.25, 0.25, 0.25}, {1, 0.5, 0.5, 0.5}, {2, 0, 0, 0}})},
      {"rutile",
       {"C4", "TiO2"},
       "AB2",
       0.644,
       false,
       136,
       {{0, 0, 0, 0},
        {0, 0.5, 0.5, 0.5},
        {1, u_rutile, u_rutile, 0},
        {1, 1 - u_rutile, 1 - u_rutile, 0},
        {1, 0.5 - u_rutile, 0.5 + u_rutile, 0.5},
        {1, 0.5 + u_rutile, 0.5 - u_rutile, 0.5}}},
      {"MoSi2",
       {"C11_b"},
       "AB2",
       std::sqrt(6.0),
       false,
       139,
       centered(body, {{0, 0, 0, 0}, {1, 0, 0, 1.0 / 3}, {1, 0, 0, 2.0 / 3}})},
      {"C15", {"cubic Laves", "MgCu2"}, "AB2", 1.0, false, 227, centered(face, spinel_cations)},
      {"AlB2",
       {"C32", "MgB2"},
       "AB2",
       1.08,
       true,
       191,
       {{0, 0, 0, 0}, {1, 1.0 / 3, 2.0 / 3, 0.5}, {1, 2.0 / 3, 1.0 / 3, 0.5}}},
      {"A15",
       {"beta-W", "Cr3Si", "Nb3Sn"},
       "A3B",
       1.0,
       false,
       223,
       {{0, 0.25, 0, 0.5},
        {0, 0.75, 0, 0.5},
        {0, 0.5, 0.25, 0},
        {0, 0.5, 0.75, 0},
        {0, 0, 0.5, 0.25},
        {0, 0, 0.5, 0.75},
        {1, 0, 0, 0},
        {1, 0.5, 0.5, 0.5}}},
      {"ReO3",
       {"D0_9", "alpha-ReO3"},
       "AB3",
       1.0,
       false,
       221,
       {{0, 0, 0, 0}, {1, 0.5, 0, 0}, {1, 0, 0.5, 0}, {1, 0, 0, 0.5}}},
      {"D0_3",
       {"Fe3Al", "BiF3"},
       "A3B",
       1.0,
       false,
       225,
       centered(face, {{0, 0.25, 0.25, 0.25}, {0, 0.75, 0.75, 0.75}, {0, 0.5, 0.5, 0.5}, {1, 0, 0, 0}})},
      {"D0_19",
       {"Ni3Sn", "Ti3Al"},
       "A3B",
       0.5 * ideal_hcp,
       true,
       194,
       joined(sixfold_h(0, 5.0 / 6), {{1, 1.0 / 3, 2.0 / 3, 0.25}, {1, 2.0 / 3, 1.0 / 3, 0.75}})},
      {"D0_22",
       {"Al3Ti"},
       "A3B",
       2.0,
       false,
       139,
       centered(body, {{0, 0.5, 0.5, 0}, {0, 0, 0.5, 0.25}, {0, 0.5, 0, 0.25}, {1, 0, 0, 0}})},
      {"D0_23",
       {"Al3Zr"},
       "A3B",
       4.0,
       false,
       139,
       centered(body, {{0, 0, 0.5, 0},
                       {0, 0.5, 0, 0},
                       {0, 0, 0.5, 0.25},
                       {0, 0.5, 0, 0.25},
                       {0, 0, 0, 0.375},
                       {0, 0, 0, 0.625},
                       {1, 0, 0, 0.125},
                       {1, 0, 0, 0.875}})},
      {"D0_24",
       {"Ni3Ti"},
       "A3B",
       ideal_hcp,
       true,
       194,
       joined(joined({{0, 0.5, 0, 0},
                      {0, 0, 0.5, 0},
                      {0, 0.5, 0.5, 0},
                      {0, 0.5, 0, 0.5},
                      {0, 0, 0.5, 0.5},
                      {0, 0.5, 0.5, 0.5}},
                     sixfold_h(0, 5.0 / 6)),
              {{1, 0, 0, 0}, {1, 0, 0, 0.5}, {1, 1.0 / 3, 2.0 / 3, 0.25}, {1, 2.0 / 3, 1.0 / 3, 0.75}})},
      {"L1_0",
       {"CuAu", "TiAl"},
       "AB",
       1.0,
       false,
       123,
       {{0, 0, 0, 0}, {0, 0.5, 0.5, 0}, {1, 0.5, 0, 0.5}, {1, 0, 0.5, 0.5}}},
      {"L1_1", {"CuPt"}, "AB", 2 * std::sqrt(6.0), true, 166, centered(rhombohedral, {{0, 0, 0, 0}, {1, 0, 0, 0.5}})},
      {"L1_2",
       {"Cu3Au", "Ni3Al"},
       "A3B",
       1.0,
       false,
       221,
       {{0, 0, 0.5, 0.5}, {0, 0.5, 0, 0.5}, {0, 0.5, 0.5, 0}, {1, 0, 0, 0}}},
      {"heusler",
       {"L2_1", "full Heusler", "Cu2MnAl"},
       "A2BC",
       1.0,
       false,
       225,
       centered(face, {{0, 0.25, 0.25, 0.25}, {0, 0.75, 0.75, 0.75}, {1, 0.5, 0.5, 0.5}, {2, 0, 0, 0}})},
      {"perovskite",
       {"E2_1", "CaTiO3", "SrTiO3"},
       "ABC3",
       1.0,
       false,
       221,
       {{0, 0, 0, 0}, {1, 0.5, 0.5, 0.5}, {2, 0, 0.5, 0.5}, {2, 0.5, 0, 0.5}, {2, 0.5, 0.5, 0}}},
      {"spinel",
       {"H1_1", "MgAl2O4"},
       "AB2C4",
       1.0,
       false,
       227,
       centered(face, joined(spinel_cations, eightfold_e(2, x_spinel)))},
  };
}

/// "L1_2", "l1-2" and "L12" are one name.
std::string normalized(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z')
      text += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'')
      text += c;
  }
  return text;
}

}  // namespace

const std::vector<Prototype>& prototypes() {
  static const std::vector<Prototype> table = make_table();
  return table;
}

const Prototype& find_prototype(std::string_view name) {
  const std::string wanted = normalized(name);
  std::string known;
  for (const Prototype& prototype : prototypes()) {
    if (normalized(prototype.name) == wanted) return prototype;
    for (const std::string& alias : prototype.aliases)
      if (normalized(alias) == wanted) return prototype;
    known += (known.empty() ? "" : ", ") + prototype.name;
  }
  fail_input("unknown prototype '{}'; known are {}", name, known);
}

Structure make_prototype(std::string_view name, const std::vector<std::string>& species, double a, double b, double c,
                         bool allow_labels) {
  const Prototype& prototype = find_prototype(name);
  int letters = 0;
  for (const auto& site : prototype.sites) letters = std::max(letters, site.species + 1);
  if (species.size() != static_cast<std::size_t>(letters))
    fail_input("prototype {} has the formula {}: it needs {} species, not {}", prototype.name, prototype.formula,
               letters, species.size());
  if (!(a > 0.0)) fail_input("prototype {} needs a lattice constant a above 0, not {}", prototype.name, a);
  if (b < 0.0 || c < 0.0) fail_input("the lattice constants b = {}, c = {} must not be negative", b, c);

  Structure structure;
  structure.cell = cell_from_parameters(
      {a, b > 0.0 ? b : a, c > 0.0 ? c : prototype.c_over_a * a, 90.0, 90.0, prototype.hexagonal ? 120.0 : 90.0});
  std::vector<std::int32_t> type;
  for (const std::string& label : species)
    type.push_back(add_species(structure, species_from_symbol(label, allow_labels)));
  for (const auto& site : prototype.sites) {
    structure.type.push_back(type[static_cast<std::size_t>(site.species)]);
    structure.position.push_back(to_cartesian(structure.cell, {site.x, site.y, site.z}));
  }
  return structure;
}

}  // namespace spinel
