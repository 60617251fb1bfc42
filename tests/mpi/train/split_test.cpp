#include "train/data/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "crystal/elements.hpp"

namespace spinel {
namespace {

/// 300 structures of many compositions, some of which come several times.
Dataset some_data() {
  const auto world = Communicator::world();
  DatasetRecords records;
  for (int n = 0; n < 300; ++n) {
    if (n * world.size() / 300 != world.rank()) continue;
    Structure s;
    s.cell = 9.0 * Mat3::Identity();
    const int first = 3 + n % 17, second = 8 + (n / 17) % 9, times = 1 + n % 3;
    for (int i = 0; i < times; ++i)
      for (const int z : {first, second, n % 5 == 0 ? 26 : second}) {
        s.type.push_back(add_species(s, species_from_number(z)));
        s.position.emplace_back(i, static_cast<double>(s.position.size()), 0.5);
      }
    records.add(s, n < 298 ? "s" + std::to_string(n) : "twice");
  }
  return Dataset(std::move(records), "some", world);
}

void expect_parts(const Split& parts, std::size_t n) {
  std::set<std::int64_t> all;
  for (const auto* part : {&parts.train, &parts.validation, &parts.test}) {
    EXPECT_TRUE(std::is_sorted(part->begin(), part->end()));
    all.insert(part->begin(), part->end());
  }
  EXPECT_EQ(parts.train.size() + parts.validation.size() + parts.test.size(), n);
  EXPECT_EQ(all.size(), n);
}

/// The reduced composition or the elements.
std::string key(const Dataset& data, std::int64_t i, bool amounts) {
  std::map<int, int> count;
  for (auto atom = data.atom_offset()[i]; atom < data.atom_offset()[i + 1]; ++atom) ++count[data.atomic_number()[atom]];
  int divisor = 1000;
  for (const auto& [z, c] : count) divisor = std::min(divisor, c);
  for (; divisor > 1; --divisor)
    if (std::all_of(count.begin(), count.end(), [&](const auto& part) { return part.second % divisor == 0; })) break;
  std::string text;
  for (const auto& [z, c] : count) text += std::to_string(z) + "_" + (amounts ? std::to_string(c / divisor) : "") + " ";
  return text;
}

TEST(Split, RandomHasTheSizesAskedFor) {
  const Dataset data = some_data();
  const Split parts = split(data, {});
  expect_parts(parts, 300);
  EXPECT_EQ(parts.test.size(), 30u);
  EXPECT_EQ(parts.validation.size(), 30u);
  EXPECT_EQ(parts.description, "random, seed 1");
  EXPECT_EQ(split(data, {}).test, parts.test);
  SplitSettings other;
  other.seed = 2;
  EXPECT_NE(split(data, other).test, parts.test);
  // By numbers of structures and seed alone, so the same on any number of ranks; and only among those asked for.
  EXPECT_EQ(std::vector<std::int64_t>(parts.test.begin(), parts.test.begin() + 5),
            (std::vector<std::int64_t>{7, 8, 18, 25, 40}));
  const Split few = split(data, {}, {0, 5, 7, 9, 11, 100, 200, 250, 251, 299});
  expect_parts(few, 10);
  EXPECT_EQ(few.test.size(), 1u);
}

TEST(Split, GroupsAreKeptWhole) {
  const Dataset data = some_data();
  for (const bool amounts : {true, false}) {
    SplitSettings settings;
    settings.kind = amounts ? "composition" : "chemical_system";
    settings.test_fraction = 0.2;
    const Split parts = split(data, settings);
    expect_parts(parts, 300);
    EXPECT_NEAR(static_cast<double>(parts.test.size()), 60.0, 6.0);
    EXPECT_NEAR(static_cast<double>(parts.validation.size()), 30.0, 6.0);
    std::map<std::string, int> seen;
    int bit = 1;
    for (const auto* part : {&parts.train, &parts.validation, &parts.test}) {
      for (const std::int64_t i : *part) seen[key(data, i, amounts)] |= bit;
      bit *= 2;
    }
    for (const auto& [name, bits] : seen) EXPECT_TRUE(bits == 1 || bits == 2 || bits == 4) << name;
    EXPECT_EQ(split(data, settings).train, parts.train);
  }
}

TEST(Split, LeavesAnElementOut) {
  const Dataset data = some_data();
  SplitSettings settings;
  settings.kind = "leave_element";
  settings.elements = {"fe", "Li"};
  const Split parts = split(data, settings);
  expect_parts(parts, 300);
  const std::set<std::int64_t> test(parts.test.begin(), parts.test.end());
  for (std::int64_t i = 0; i < 300; ++i) {
    bool has = false;
    for (auto atom = data.atom_offset()[i]; atom < data.atom_offset()[i + 1]; ++atom)
      has |= data.atomic_number()[atom] == 26 || data.atomic_number()[atom] == 3;
    EXPECT_EQ(test.count(i) == 1, has) << i;
  }
  EXPECT_EQ(parts.validation.size(), (300 - parts.test.size() + 5) / 10);
  EXPECT_EQ(parts.description, "structures with Fe, Li left out, seed 1");
}

TEST(Split, LeavesAClusterOut) {
  const Dataset data = some_data();
  SplitSettings settings;
  settings.kind = "leave_cluster";
  settings.clusters = 5;
  std::vector<std::size_t> sizes;
  std::set<std::int64_t> all;
  for (settings.left_cluster = 1; settings.left_cluster <= 5; ++settings.left_cluster) {
    const Split parts = split(data, settings);
    expect_parts(parts, 300);
    sizes.push_back(parts.test.size());
    all.insert(parts.test.begin(), parts.test.end());
  }
  EXPECT_TRUE(std::is_sorted(sizes.rbegin(), sizes.rend()));
  EXPECT_EQ(all.size(), 300u);
  settings.left_cluster = 0;
  expect_parts(split(data, settings), 300);
}

TEST(Split, ListedIds) {
  const Dataset data = some_data();
  const Split parts = split_by_ids(data, {"s3", "s250"}, {"s0"});
  EXPECT_EQ(parts.validation, (std::vector<std::int64_t>{3, 250}));
  EXPECT_EQ(parts.test, (std::vector<std::int64_t>{0}));
  EXPECT_EQ(parts.train.size(), 297u);
  const auto message = [&](const std::vector<std::string>& validation, const std::vector<std::string>& test) {
    try {
      split_by_ids(data, validation, test);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message({"s3"}, {"x"}), "some has no structure 'x'");
  EXPECT_EQ(message({"s3"}, {"s3"}), "'s3' is listed for validation and for test");
  EXPECT_EQ(message({"twice"}, {}), "some has several structures 'twice'");
}

TEST(Split, SaysWhatIsWrong) {
  const Dataset data = some_data();
  const auto message = [&](const SplitSettings& settings) {
    try {
      split(data, settings);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message({"random", 0.5, 0.5, 1, {}}).find("leave nothing to train on"), std::string::npos);
  EXPECT_NE(message({"random", 0.001, 0.1, 1, {}}).find("the validation part of 300 structures stays empty"),
            std::string::npos);
  EXPECT_NE(message({"leave_element", 0.1, 0.1, 1, {}}).find("needs the elements"), std::string::npos);
  EXPECT_NE(message({"leave_element", 0.1, 0.1, 1, {"Xx"}}).find("'Xx' is no element"), std::string::npos);
  EXPECT_NE(message({"leave_element", 0.1, 0.1, 1, {"U"}}).find("the test part of 300 structures stays empty"),
            std::string::npos);
  EXPECT_NE(message({"leave_cluster", 0.1, 0.1, 1, {}, 301}).find("301 clusters cannot be made"), std::string::npos);
  EXPECT_NE(message({"leave_cluster", 0.1, 0.1, 1, {}, 4, 5}).find("there is no cluster 5 of 4"), std::string::npos);
  EXPECT_NE(message({"sorted", 0.1, 0.1, 1, {}}).find("there is no split 'sorted'"), std::string::npos);
}

TEST(Split, PeriodGroupAndBlock) {
  const auto numbers = [](int z) {
    const auto number = static_cast<std::uint8_t>(z);
    const auto all = composition_numbers(&number, 1);
    for (std::size_t k = 6; k < 12; ++k) EXPECT_EQ(all[k], 0.0);
    int block = 0;
    while (all[2 + static_cast<std::size_t>(block)] == 0.0) ++block;
    return std::array<int, 3>{static_cast<int>(all[0]), static_cast<int>(all[1]), block};
  };
  using A = std::array<int, 3>;
  EXPECT_EQ(numbers(1), (A{1, 1, 0}));
  EXPECT_EQ(numbers(2), (A{1, 18, 0}));
  EXPECT_EQ(numbers(3), (A{2, 1, 0}));
  EXPECT_EQ(numbers(8), (A{2, 16, 1}));
  EXPECT_EQ(numbers(13), (A{3, 13, 1}));
  EXPECT_EQ(numbers(21), (A{4, 3, 2}));
  EXPECT_EQ(numbers(30), (A{4, 12, 2}));
  EXPECT_EQ(numbers(56), (A{6, 2, 0}));
  EXPECT_EQ(numbers(57), (A{6, 3, 3}));
  EXPECT_EQ(numbers(70), (A{6, 3, 3}));
  EXPECT_EQ(numbers(71), (A{6, 3, 2}));
  EXPECT_EQ(numbers(79), (A{6, 11, 2}));
  EXPECT_EQ(numbers(92), (A{7, 3, 3}));
  EXPECT_EQ(numbers(118), (A{7, 18, 1}));
  const std::uint8_t water[] = {1, 8, 1};
  const auto mixed = composition_numbers(water, 3);
  EXPECT_NEAR(mixed[0], 4.0 / 3.0, 1e-12);
  EXPECT_NEAR(mixed[6], std::sqrt(2.0) / 3.0, 1e-12);
}

}  // namespace
}  // namespace spinel
