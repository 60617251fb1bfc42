#include "core/byte_stream.hpp"

#include <gtest/gtest.h>

namespace spinel {

struct Inner {
  std::string name;
  std::vector<double> values;
};
struct Outer {
  std::int64_t number = 0;
  std::array<bool, 3> flags{};
  std::vector<Inner> inner;
  std::vector<std::string> texts;
  std::map<std::string, std::string> info;
  Mat3 matrix = Mat3::Zero();
};
static auto members(Inner& i) { return std::tie(i.name, i.values); }
static auto members(Outer& o) { return std::tie(o.number, o.flags, o.inner, o.texts, o.info, o.matrix); }

namespace {

TEST(ByteStream, MembersOfStructsComeBack) {
  const Outer given{7,           {true, false, true}, {{"a", {1.5, -2.0}}, {"", {}}},
                    {"x", "yz"}, {{"k", "v"}},        Mat3::Identity()};
  const Outer found = unpack<Outer>(pack(given));
  EXPECT_EQ(found.number, 7);
  EXPECT_EQ(found.flags, given.flags);
  ASSERT_EQ(found.inner.size(), 2U);
  EXPECT_EQ(found.inner[0].name, "a");
  EXPECT_EQ(found.inner[0].values, given.inner[0].values);
  EXPECT_EQ(found.texts, given.texts);
  EXPECT_EQ(found.info, given.info);
  EXPECT_EQ(found.matrix, given.matrix);
}

TEST(ByteStream, BytesThatEndTooSoonAreAnError) {
  const Outer given{7, {}, {{"a", {1.5, -2.0}}}, {"x"}, {{"k", "v"}}, Mat3::Identity()};
  const std::vector<char> whole = pack(given);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(unpack<Outer>({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}), Error) << size;
}

}  // namespace

}  // namespace spinel
