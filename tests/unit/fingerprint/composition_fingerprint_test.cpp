#include "fingerprint/composition_fingerprint.hpp"

#include "crystal/prototypes.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

using Amounts = std::vector<ElementAmount>;

TEST(CompositionFingerprint, ByHand) {
  // Fe2O3 as 2 : 3.
  const auto found = composition_fingerprint(Amounts{{26, 2.0}, {8, 3.0}});
  const double number[6] = {8.0, 26.0, 18.0, 15.2, 0.4 * 10.8 + 0.6 * 7.2, 8.0};
  for (std::size_t p = 0; p < 6; ++p) EXPECT_NEAR(found[p], number[p], 1e-12);
  EXPECT_EQ(composition_fingerprint_names()[0], "minimum Number");
  EXPECT_EQ(composition_fingerprint_names()[131], "mode SpaceGroupNumber");
  const std::size_t electronegativity = 6 * 7;
  EXPECT_EQ(composition_fingerprint_names()[electronegativity + 2], "range Electronegativity");
  EXPECT_NEAR(found[electronegativity + 2], 3.44 - 1.83, 1e-12);
  // Order and scale do not matter; of equal amounts the smaller value is the mode.
  EXPECT_EQ(composition_fingerprint(Amounts{{8, 0.6}, {26, 0.4}})[3], found[3]);
  const auto salt = composition_fingerprint(make_prototype("rocksalt", {"Na", "Cl"}, 5.64));
  EXPECT_EQ(salt[5], 11.0);
  EXPECT_EQ(salt[electronegativity + 5], 0.93);
}

TEST(CompositionFingerprint, Errors) {
  EXPECT_THROW(composition_fingerprint(Amounts{}), InputError);
  EXPECT_THROW(composition_fingerprint(Structure{}), InputError);
  EXPECT_THROW(composition_fingerprint(Amounts{{26, 0.0}}), InputError);
  EXPECT_THROW(composition_fingerprint(Amounts{{0, 1.0}}), InputError);
  EXPECT_THROW(composition_fingerprint(Amounts{{113, 1.0}}), InputError);
}

TEST(CompositionFingerprint, AgreesWithMatminer) {
  SKIP_WITHOUT_GOLDEN_DATA();
  for (const std::string& name : golden_names) {
    const Golden& set = *golden(name);
    for (std::size_t p = 0; p < n_composition_fingerprint; ++p)
      EXPECT_EQ(set.file["magpie_labels"][p], "MagpieData " + composition_fingerprint_names()[p]);
    for (const auto& [which, part] : set.sets)
      for (std::size_t i = 0; i < part.structures.size(); ++i) {
        const auto found = composition_fingerprint(part.structures[i]);
        for (std::size_t p = 0; p < n_composition_fingerprint; ++p) {
          const double expected = part.described[i]["composition_fp"][p];
          EXPECT_NEAR(found[p], expected, rounding(expected, 9)) << name << " " << which << " " << i << " " << p;
        }
        const auto scaled = standardized(found);
        const double mean = set.file["comp_scaler_mean"][7], deviation = set.file["comp_scaler_std"][7];
        EXPECT_NEAR(scaled[7], (found[7] - mean) / deviation, 1e-12);
      }
  }
}

/// The table is large; a slip in it would show in sums that anyone can check against matminer's.
TEST(CompositionFingerprint, TableIsWhole) {
  SKIP_WITHOUT_GOLDEN_DATA();
  LineReader lines((data_folder() / "generation" / "magpie_elements.csv").string());
  std::string_view line;
  ASSERT_TRUE(lines.next(line));
  for (int number = 1; number <= n_magpie_elements; ++number) {
    ASSERT_TRUE(lines.next(line));
    std::string text(line);
    std::size_t at = text.find(',', text.find(',') + 1);  // after symbol and Z
    for (int p = 0; p < n_magpie_properties; ++p) {
      EXPECT_EQ(magpie_properties(number)[p], std::stod(text.substr(at + 1)))
          << number << " " << magpie_property_names[p];
      at = text.find(',', at + 1);
    }
  }
}

}  // namespace
