#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "campaign/campaign_journal.hpp"
#include "campaign/structure_result.hpp"
#include "core/error.hpp"

namespace spinel {
namespace {

namespace fs = std::filesystem;

class StructureListTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("spinel-list-{}", getpid());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

StructureResult some_result(std::int64_t number) {
  StructureResult r;
  r.number = number;
  r.name = "set.xyz frame 3";
  r.status = StructureStatus::not_converged;
  r.reason = "not yet";
  r.evaluations = 12;
  r.energy = -1.25;
  r.stress = {1, 2, 3, 4, 5, 6};
  r.initial_cell = Mat3::Identity() * 3.0;
  r.structure.cell << 1, 2, 3, 4, 5, 7, 7, 8, 10;
  r.structure.periodic = {true, false, true};
  r.structure.species = {{"Ar", 18, 39.95}, {"D", 1, 2.014}};
  r.structure.type = {0, 1};
  r.structure.position = {Vec3(1, 2, 3), Vec3(4, 5, 6)};
  r.structure.force = {Vec3(0.1, 0.2, 0.3), Vec3(-0.1, -0.2, -0.3)};
  r.structure.fixed = {0, 7};
  r.structure.info = {{"id", "x"}, {"note", "two words"}};
  r.series.evaluation = {1, 2};
  r.series.energy = {-1.0, -1.25};
  r.series.fmax = r.series.smax = r.series.volume = {0.5, 0.25};
  r.frames.push_back({1, -1.0, r.structure.cell, r.structure.position, r.structure.force});
  return r;
}

Bytes pack(const StructureResult& result) {
  ByteWriter out;
  put_result(out, result);
  return out.take();
}
StructureResult unpack_result(const Bytes& bytes) {
  ByteReader in(bytes);
  return get_result(in);
}

void expect_equal(const StructureResult& a, const StructureResult& b) {
  EXPECT_TRUE(pack(a) == pack(b));
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.stress, b.stress);
  EXPECT_EQ(a.structure.cell, b.structure.cell);
  EXPECT_EQ(a.structure.periodic, b.structure.periodic);
  EXPECT_EQ(a.structure.species.at(1).symbol, b.structure.species.at(1).symbol);
  EXPECT_EQ(a.structure.info, b.structure.info);
  EXPECT_EQ(a.series.energy, b.series.energy);
  EXPECT_EQ(a.frames.at(0).position.at(1), b.frames.at(0).position.at(1));
}

TEST_F(StructureListTest, ResultsArePackedWhole) {
  const auto bytes = pack(some_result(5));
  expect_equal(unpack_result(bytes), some_result(5));
  for (std::size_t n = 0; n < bytes.size(); n += 7)
    EXPECT_THROW(unpack_result(std::vector<char>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n))),
                 Error);
}

TEST_F(StructureListTest, JournalOfSeveralPools) {
  const std::string folder = (folder_ / "journal").string();
  fs::create_directories(folder);
  EXPECT_FALSE(CampaignJournal(folder).scan());
  const CampaignJournal::Header header{"&control /", 9, {{"the list is", 77}, {"the models are", 78}}};
  for (const int pool : {0, 3}) {
    CampaignJournal writer(folder);
    writer.open(pool, 0, header);
    for (const std::int64_t number : {4 + pool, 1 + pool}) writer.append(number, pack(some_result(number)));
    writer.close();
  }
  { std::ofstream(fs::path(folder) / "3", std::ios::app) << "torn"; }
  { std::ofstream(fs::path(folder) / "5") << "Spn"; }
  CampaignJournal reader(folder);
  const auto found = reader.scan();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->content, header.content);
  EXPECT_EQ(found->n_items, 9);
  EXPECT_EQ(found->input, "&control /");
  // Number 4 is in both; either will do.
  EXPECT_EQ(reader.count(9), 3);
  EXPECT_EQ(reader.count(5), 2);
  for (const std::int64_t number : {1, 4, 7}) expect_equal(unpack_result(reader.read(number)), some_result(number));
  EXPECT_FALSE(reader.has(0));
  EXPECT_EQ(reader.end_of(2), 0U);
  EXPECT_EQ(reader.end_of(5), 0U);
  CampaignJournal more(folder);
  more.open(3, reader.end_of(3), header);
  more.append(8, pack(some_result(8)));
  more.close();
  ASSERT_TRUE(reader.scan());
  EXPECT_EQ(reader.count(9), 4);
  expect_equal(unpack_result(reader.read(8)), some_result(8));
}

}  // namespace
}  // namespace spinel
