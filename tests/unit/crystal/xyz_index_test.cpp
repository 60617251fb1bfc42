#include "crystal/formats/xyz/extended_xyz.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"

namespace spinel {
namespace {

std::vector<TextPiece> index_of(const std::string& text) {
  LineReader lines(text, "x.xyz");
  return index_xyz(lines).pieces;
}

std::string error_of(const std::string& text) {
  try {
    index_of(text);
    return "";
  } catch (const InputError& error) {
    return std::string(error.what()).substr(5);
  }
}

/// Frames of 1, 2, 3, 1, 2, 3, … atoms.
std::string frames(int n) {
  std::string text;
  for (int k = 0; k < n; ++k) {
    text += std::to_string(1 + k % 3) + "\ncomment " + std::to_string(k) + "\n";
    for (int i = 0; i <= k % 3; ++i) text += "H 0 0 " + std::to_string(i) + "\n";
  }
  return text;
}

TEST(XyzIndex, PlacesAreWhereFramesBegin) {
  const std::string text = frames(500);
  const auto index = index_of(text);
  ASSERT_EQ(index.size(), 500u);
  std::int64_t at = 0;
  for (std::size_t k = 0; k < index.size(); ++k) {
    EXPECT_EQ(index[k].offset, at);
    at += index[k].size;
    const std::string begin = std::to_string(1 + k % 3) + "\ncomment " + std::to_string(k) + "\n";
    EXPECT_EQ(text.compare(static_cast<std::size_t>(index[k].offset), begin.size(), begin), 0);
    EXPECT_EQ(index[k].lines_before, std::count(text.begin(), text.begin() + index[k].offset, '\n'));
  }
  EXPECT_EQ(at, static_cast<std::int64_t>(text.size()));
}

TEST(XyzIndex, BlankLinesBetweenFramesAndNoneAtTheEnd) {
  const auto index = index_of("\n1\nc\nH 0 0 0\n\n\r\n2\nc\nH 0 0 0\nH 0 0 1");
  ASSERT_EQ(index.size(), 2u);
  EXPECT_EQ(index[0].offset, 1);
  EXPECT_EQ(index[0].size, 12);
  EXPECT_EQ(index[1].offset, 16);
  EXPECT_EQ(index[1].lines_before, 6);
  EXPECT_TRUE(index_of("").empty());
  EXPECT_TRUE(index_of("\n\n").empty());
}

TEST(XyzIndex, WhatCannotBeFound) {
  EXPECT_EQ(error_of("1\nc\nH 0 0 0\nx\n"), ":4: expected the number of atoms, found 'x'");
  EXPECT_EQ(error_of("-1\nc\n"), ":1: the number of atoms is -1");
  EXPECT_EQ(index_of("0\nc\n1\nc\nH 0 0 0\n").size(), 2u);
  EXPECT_EQ(error_of("2\nc\nH 0 0 0\n"), ":4: the file ends after 1 of 2 atoms");
  EXPECT_EQ(error_of("2\n"), ":2: the file ends where the comment line should be");
}

}  // namespace
}  // namespace spinel
