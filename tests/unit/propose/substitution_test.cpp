#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "propose/oxidation_guess.hpp"
#include "propose/substitution_search.hpp"

namespace spinel {
namespace {

const SubstitutionModel& model() { return SubstitutionModel::shipped(); }
int number(const std::string& ion) { return model().find(parse_ionic_species(ion)); }

/// What pymatgen computes; none where the shared data are not there.
nlohmann::json reference() {
  const char* folder = std::getenv("SPINEL_DATA");
  std::ifstream file(std::string(folder != nullptr ? folder : SPINEL_SOURCE_DIR "/../shared/data") +
                     "/discovery/substitution_reference.json");
  return file ? nlohmann::json::parse(file) : nlohmann::json();
}

void expect_near(double value, double wanted) { EXPECT_NEAR(value / wanted, 1.0, 1e-12); }

TEST(IonicSpecies, AreReadAndNamed) {
  EXPECT_EQ(parse_ionic_species("Fe3+"), (IonicSpecies{26, 3}));
  EXPECT_EQ(parse_ionic_species("Na1+"), parse_ionic_species("Na+"));
  for (const char* text : {"O2-", "Na+", "W6+", "F-"}) EXPECT_EQ(name(parse_ionic_species(text)), text);
  for (const char* text : {"", "Fe", "Fe3", "3+", "Xx2+", "Fe0+", "Fe+3", "+", "-"})
    EXPECT_THROW(parse_ionic_species(text), InputError) << text;
}

TEST(SubstitutionModel, IsThatOfPymatgen) {
  const auto wanted = reference();
  if (wanted.is_null()) GTEST_SKIP() << "no shared data";
  ASSERT_EQ(model().size(), wanted["n_species"].get<int>());
  expect_near(model().z(), wanted["Z"]);
  for (const auto& [ion, p_x] : wanted["px"].items()) expect_near(model().p_x(number(ion)), p_x);
  EXPECT_EQ(wanted["pairs"].size(), 200u);
  for (const auto& pair : wanted["pairs"]) {
    const int a = number(pair["a"]), b = number(pair["b"]);
    EXPECT_EQ(model().weight(a, b), pair["lambda"].get<double>());
    expect_near(model().probability(a, b), pair["prob"]);
    expect_near(model().conditional(a, b), pair["cond_prob_a_given_b"]);
    expect_near(model().conditional(b, a), pair["cond_prob_b_given_a"]);
    expect_near(model().pair_correlation(a, b), pair["pair_corr"]);
  }
}

/// Substitutions as pymatgen lists them against those found, of which at most as many are listed.
void compare(const nlohmann::json& listed, const std::vector<Substitution>& found,
             const std::vector<std::string>& given) {
  ASSERT_LE(listed.size(), found.size());
  // Of equal probabilities (to rounding) the order is not defined.
  std::map<std::vector<int>, double> by_species;
  for (const Substitution& one : found) by_species[one.species] = one.probability;
  for (std::size_t k = 0; k < listed.size(); ++k) {
    expect_near(found[k].probability, listed[k]["probability"]);
    std::vector<int> species;
    for (const std::string& ion : given) species.push_back(number(listed[k]["substitutions"][ion].get<std::string>()));
    ASSERT_EQ(by_species.count(species), 1u);
    expect_near(by_species[species], listed[k]["probability"]);
  }
}

TEST(SubstitutionSearch, FindsWhatPymatgenFinds) {
  const auto wanted = reference();
  if (wanted.is_null()) GTEST_SKIP() << "no shared data";
  EXPECT_EQ(wanted["structures"].size(), 9u);
  for (const auto& structure : wanted["structures"]) {
    const auto names = structure["species"].get<std::vector<std::string>>();
    const auto amounts = structure["amounts"].get<std::vector<double>>();
    std::vector<int> given;
    for (const std::string& ion : names) given.push_back(number(ion));
    SubstitutionQuery query;
    query.threshold = structure["threshold"];
    const auto from = find_substitutions(model(), given, query).found;
    EXPECT_EQ(from.size(), structure["n_from_this"].get<std::size_t>()) << structure["id"];
    compare(structure["from_this"], from, names);
    double sum = 0.0;
    std::vector<Substitution> balanced;
    for (const Substitution& one : from) {
      sum += one.probability;
      double charge = 0.0;
      for (std::size_t k = 0; k < given.size(); ++k)
        charge += amounts[k] * model().species()[static_cast<std::size_t>(one.species[k])].charge;
      if (std::abs(charge) < 1e-6) balanced.push_back(one);
    }
    expect_near(sum, structure["sum_probability_from_this"]);
    EXPECT_EQ(balanced.size(), structure["n_charge_balanced_from_this"].get<std::size_t>());
    SubstitutionQuery neutral = query;
    neutral.amounts = amounts;
    const SubstitutionList kept = find_substitutions(model(), given, neutral);
    ASSERT_EQ(kept.found.size(), balanced.size());
    EXPECT_EQ(static_cast<std::size_t>(kept.n_charged), from.size() - balanced.size());
    for (std::size_t k = 0; k < balanced.size(); ++k) EXPECT_EQ(kept.found[k].species, balanced[k].species);
    compare(structure["charge_balanced_from_this"], balanced, names);
    query.direction = SubstitutionDirection::to_wanted;
    EXPECT_EQ(find_substitutions(model(), given, query).found.size(), structure["n_to_this"].get<std::size_t>());
  }
}

TEST(SubstitutionSearch, IsWhatBruteForceFinds) {
  const std::vector<int> given = {number("Ca2+"), number("Ti4+")};
  for (const auto direction : {SubstitutionDirection::from_known, SubstitutionDirection::to_wanted}) {
    SubstitutionQuery query;
    query.threshold = 5e-4;
    query.direction = direction;
    std::map<std::vector<int>, double> wanted;
    for (int s = 0; s < model().size(); ++s)
      for (int t = 0; t < model().size(); ++t) {
        const bool from = direction == SubstitutionDirection::from_known;
        const double p = from ? model().conditional(given[0], s) * model().conditional(given[1], t)
                              : model().conditional(s, given[0]) * model().conditional(t, given[1]);
        if (s != t && p > query.threshold) wanted[{s, t}] = p;
      }
    const auto all = find_substitutions(model(), given, query).found;
    ASSERT_EQ(all.size(), wanted.size());
    for (std::size_t k = 0; k < all.size(); ++k) {
      EXPECT_EQ(all[k].probability, wanted.at(all[k].species));
      if (k > 0) {
        EXPECT_LE(all[k].probability, all[k - 1].probability);
      }
    }
    query.allowed.assign(static_cast<std::size_t>(model().size()), false);
    for (const char* ion : {"Ca2+", "Sr2+", "Ti4+", "Zr4+"})
      query.allowed[static_cast<std::size_t>(number(ion))] = true;
    std::size_t n = 0;
    for (const auto& [species, p] : wanted)
      n += query.allowed[static_cast<std::size_t>(species[0])] && query.allowed[static_cast<std::size_t>(species[1])];
    EXPECT_EQ(find_substitutions(model(), given, query).found.size(), n);
    query.most = static_cast<std::int64_t>(n) - 1;
    EXPECT_TRUE(find_substitutions(model(), given, query).is_cut);
  }
}

TEST(OxidationGuess, IsTheLikeliestNeutralOne) {
  const auto guess = [](const char* formula) { return guess_oxidation_states(parse_formula(formula)); };
  using States = std::vector<int>;
  // In the order of atomic numbers.
  EXPECT_EQ(guess("NaCl"), (States{1, -1}));
  EXPECT_EQ(guess("Fe2O3"), (States{-2, 3}));
  EXPECT_EQ(guess("FeO"), (States{-2, 2}));
  EXPECT_EQ(guess("SrTiO3"), (States{-2, 4, 2}));
  EXPECT_EQ(guess("LiFePO4"), (States{1, -2, 5, 2}));
  EXPECT_FALSE(guess("Ti3Al"));  // no anion
  EXPECT_FALSE(guess("Na2Cl"));  // not neutral
  EXPECT_FALSE(guess("Fe3O4"));  // not by one state an element
  EXPECT_FALSE(guess("NeHe"));
}

}  // namespace
}  // namespace spinel
