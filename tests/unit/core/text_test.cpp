#include "core/text.hpp"

#include <gtest/gtest.h>

namespace spinel {
namespace {

TEST(Text, EditDistance) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("timestep", "tiemstep"), 1u);  // a swap is one edit
  EXPECT_EQ(edit_distance("ca", "abc"), 3u);             // optimal string alignment, not full Damerau (2)
}

TEST(Text, NearestMatch) {
  const std::vector<std::string> names = {"timestep", "temperature", "steps", "a"};
  EXPECT_EQ(nearest_match("timstep", names), "timestep");
  EXPECT_EQ(nearest_match("TEMPERATUR", names), "temperature");
  EXPECT_EQ(nearest_match("step", names), "steps");
  EXPECT_EQ(nearest_match("wavelength", names), std::nullopt);
  EXPECT_EQ(nearest_match("x", names), std::nullopt);  // one letter is not near another
  EXPECT_EQ(nearest_match("", names), std::nullopt);
  EXPECT_EQ(nearest_match(std::string(100000, 't'), names), std::nullopt);
}

TEST(Text, Grouped) {
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(grouped(-1000), "-1,000");
}

TEST(Text, HumanBytes) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1024), "1.0 KB");
  EXPECT_EQ(human_bytes(1024.0 * 1024.0 - 1.0), "1.0 MB");
  EXPECT_EQ(human_bytes(3.25 * 1024 * 1024 * 1024), "3.2 GB");
}

TEST(Text, HumanDuration) {
  EXPECT_EQ(human_duration(0.424), "0.42 s");
  EXPECT_EQ(human_duration(9.999), "10 s");
  EXPECT_EQ(human_duration(59.7), "1 min 00 s");
  EXPECT_EQ(human_duration(125), "2 min 05 s");
  EXPECT_EQ(human_duration(3 * 3600 + 12 * 60), "3 h 12 min");
  EXPECT_EQ(human_duration(86399), "1 d 00 h");
  EXPECT_EQ(human_duration(52 * 3600), "2 d 04 h");
  EXPECT_EQ(human_duration(-1), "?");
}

TEST(Text, PaddingCountsCharactersNotBytes) {
  EXPECT_EQ(display_width("ε/σ³"), 4u);
  EXPECT_EQ(pad_left("Å", 3), "  Å");
  EXPECT_EQ(pad_right("σ", 3), "σ  ");
  EXPECT_EQ(pad_left("long", 2), "long");
}

}  // namespace
}  // namespace spinel
