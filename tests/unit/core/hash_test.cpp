#include <gtest/gtest.h>

#include "core/content_hash.hpp"

namespace spinel {
namespace {

std::uint64_t fnv(const char* text) {
  Fnv1a hash;
  hash.add(std::string(text));
  return hash.value();
}

// Values of the draft's test vectors.
TEST(Fnv1a, PublishedValues) {
  EXPECT_EQ(fnv(""), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(fnv("foobar"), 0x85944171f73967e8u);
}

TEST(Fnv1a, BytesOfANumberAreThoseOfItsText) {
  Fnv1a hash;
  hash.add_bytes_of(0x6867666564636261u);
  EXPECT_EQ(hash.value(), fnv("abcdefgh"));
}

}  // namespace
}  // namespace spinel
