#include "source/xyz_index.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "core/error.hpp"

namespace spinel {
namespace {

class XyzIndexTest : public testing::Test {
 protected:
  // Tests of this file run side by side.
  void SetUp() override { path_ = testing::TempDir() + "index_test." + std::to_string(getpid()) + ".xyz"; }
  void TearDown() override { std::remove(path_.c_str()); }
  /// Frames of 1, 2, 3, 1, 2, 3, … atoms.
  std::string frames(int n) {
    std::string text;
    for (int k = 0; k < n; ++k) {
      text += std::to_string(1 + k % 3) + "\ncomment " + std::to_string(k) + "\n";
      for (int i = 0; i <= k % 3; ++i) text += "H 0 0 " + std::to_string(i) + "\n";
    }
    return text;
  }
  XyzIndex index_of(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return index_xyz(path_);
  }
  std::string error_of(const std::string& text) {
    try {
      index_of(text);
      return "";
    } catch (const InputError& error) {
      return std::string(error.what()).substr(path_.size());
    }
  }
  std::string path_;
};

TEST_F(XyzIndexTest, PlacesAreWhereFramesBegin) {
  for (const int n : {1, 8, 9, 2047, 2048, 2049, 5000, 40000}) {
    const std::string text = frames(n);
    const XyzIndex index = index_of(text);
    ASSERT_EQ(index.n_frames, n);
    EXPECT_EQ(index.stride & (index.stride - 1), 0);
    EXPECT_LE(index.stride, std::max(8, n / 128));
    ASSERT_EQ(static_cast<std::int64_t>(index.offset.size()), (n + index.stride - 1) / index.stride + 1);
    EXPECT_EQ(index.offset.back(), static_cast<std::int64_t>(text.size()));
    for (std::size_t k = 0; k + 1 < index.offset.size(); ++k) {
      const auto frame = static_cast<std::int64_t>(k) * index.stride;
      const std::string begin = std::to_string(1 + frame % 3) + "\ncomment " + std::to_string(frame) + "\n";
      EXPECT_EQ(text.compare(static_cast<std::size_t>(index.offset[k]), begin.size(), begin), 0);
      EXPECT_EQ(index.line[k], std::count(text.begin(), text.begin() + index.offset[k], '\n'));
    }
  }
}

TEST_F(XyzIndexTest, BlankLinesBetweenFramesAndNoneAtTheEnd) {
  EXPECT_EQ(index_of("\n1\nc\nH 0 0 0\n\n\n2\nc\nH 0 0 0\nH 0 0 1").n_frames, 2);
}

TEST_F(XyzIndexTest, WhatCannotBeFound) {
  EXPECT_EQ(error_of(""), ": the file is empty");
  EXPECT_EQ(error_of("1\nc\nH 0 0 0\nx\n"), ":4: expected the number of atoms, found 'x'");
  EXPECT_EQ(error_of("0\nc\n"), ":1: the number of atoms is 0");
  EXPECT_EQ(error_of("2\nc\nH 0 0 0\n"), ":4: the file ends after 1 of 2 atoms");
  EXPECT_EQ(error_of("2\n"), ":2: the file ends where the comment line should be");
}

}  // namespace
}  // namespace spinel
