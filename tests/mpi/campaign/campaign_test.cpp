#include "campaign/campaign.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "core/stop_signal.hpp"
#include "input/schema.hpp"

namespace spinel {
namespace {

namespace fs = std::filesystem;

class CampaignTest : public testing::Test {
 protected:
  CampaignTest() : world_(Communicator::world()), log_(false) {
    std::int64_t id = getpid();
    world_.broadcast(&id, 1);
    folder_ = (fs::temp_directory_path() / fmt::format("spinel-campaign-{}", id)).string();
    input_ = parse_input(
        fmt::format("&control calculation = 'energy' prefix = 'c' outdir = '{}' restart_mode = 'auto' /\n&structure "
                    "file = 'a.xyz' all = "
                    ".true. /\n&potential style = 'lennard_jones' pairs = 'Ar-Ar' epsilon = 0.01 sigma = 3.4 cutoff = "
                    "8.0 /\n",
                    folder_),
        "test.nml");
  }
  void TearDown() override {
    world_.barrier();
    if (world_.is_root()) fs::remove_all(folder_);
    world_.barrier();
  }
  RunContext context() { return {world_, input_, UnitSystem::by_name("metal"), log_}; }
  CampaignPlan plan(std::uint64_t content = 5) const {
    CampaignPlan p;
    p.journal = folder_ + "/c.journal";
    p.n_items = 23;
    p.n_pools = world_.size();
    p.content = {{"the list is", world_.is_root() ? content : 0}};
    p.group = "structure";
    p.key = "file";
    return p;
  }
  static Bytes bytes_of(std::int64_t item) {
    return Bytes(static_cast<std::size_t>(item + 1), static_cast<char>(item));
  }

  Communicator world_;
  Log log_;
  std::string folder_;
  Input input_;
};

TEST_F(CampaignTest, EveryItemOnceAndNoneAgain) {
  const RunContext here = context();
  const RunFiles files(here);
  std::int64_t n_worked = 0;
  {
    Campaign campaign(here, files, plan());
    EXPECT_TRUE(campaign.run([&](std::int64_t item, const Campaign::Pulse&) -> std::optional<Bytes> {
      ++n_worked;
      return bytes_of(item);
    }));
    EXPECT_EQ(world_.sum(n_worked), 23);
    if (world_.is_root()) {
      for (std::int64_t item = 0; item < 23; ++item) EXPECT_EQ(campaign.result(item), bytes_of(item));
      EXPECT_FALSE(campaign.result(23));
      campaign.keep(23, bytes_of(3));
    }
  }
  world_.barrier();
  Campaign again(here, files, plan());
  EXPECT_EQ(again.n_before(), 23);
  EXPECT_TRUE(again.run([](std::int64_t, const Campaign::Pulse&) -> std::optional<Bytes> {
    ADD_FAILURE() << "worked again";
    return Bytes();
  }));
  if (world_.is_root()) {
    EXPECT_EQ(again.result(23), bytes_of(3));
  }
}

TEST_F(CampaignTest, EveryRankReadsResultsAndTheJournalGoes) {
  const RunContext here = context();
  const RunFiles files(here);
  Campaign campaign(here, files, plan());
  EXPECT_TRUE(
      campaign.run([](std::int64_t item, const Campaign::Pulse&) -> std::optional<Bytes> { return bytes_of(item); }));
  campaign.share_results();
  for (std::int64_t item = world_.rank(); item < 23; item += 2) EXPECT_EQ(campaign.result(item), bytes_of(item));
  if (world_.is_root()) {
    EXPECT_EQ(campaign.n_done(), 23);
  }
  campaign.remove_journal();
  EXPECT_FALSE(fs::exists(plan().journal));
}

TEST_F(CampaignTest, AnotherListIsRefusedAndTheJournalStays) {
  const RunContext here = context();
  const RunFiles files(here);
  const auto work = [](std::int64_t item, const Campaign::Pulse&) -> std::optional<Bytes> { return bytes_of(item); };
  { EXPECT_TRUE(Campaign(here, files, plan()).run(work)); }
  try {
    Campaign other(here, files, plan(6));
    ADD_FAILURE() << "taken for the same";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("the list is no longer the same"), std::string::npos) << error.what();
  }
  Campaign same(here, files, plan());
  EXPECT_EQ(same.n_before(), 23);
}

TEST_F(CampaignTest, StopsBetweenItemsAndGoesOn) {
  const RunContext here = context();
  const RunFiles files(here);
  std::int64_t first_part = 0;
  {
    const StopSignal signals;
    Campaign campaign(here, files, plan());
    std::int64_t worked = 0;
    const bool complete = campaign.run([&](std::int64_t item, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
      if (world_.is_root() && worked == 2) std::raise(SIGUSR1);
      // The others wait in their second item for the stop, so that something is left.
      while (!world_.is_root() && worked == 1 && pulse(0.5) == 0.0) {
      }
      if (pulse(0.5) > 0.0) return std::nullopt;
      ++worked;
      return bytes_of(item);
    });
    first_part = world_.sum(worked);
    EXPECT_FALSE(complete);
    EXPECT_EQ(campaign.stop_reason(), "SIGUSR1");
  }
  EXPECT_GE(first_part, 2);
  EXPECT_LT(first_part, 23);
  const StopSignal signals;
  Campaign campaign(here, files, plan());
  EXPECT_EQ(campaign.n_before(), first_part);
  EXPECT_TRUE(
      campaign.run([](std::int64_t item, const Campaign::Pulse&) -> std::optional<Bytes> { return bytes_of(item); }));
}

TEST_F(CampaignTest, PoolsShareRanksEqually) {
  const RunContext here = context();
  EXPECT_EQ(pools_for(here, 0, 100), world_.size());
  EXPECT_EQ(pools_for(here, 0, 1), 1);
  EXPECT_EQ(world_.size() % pools_for(here, 0, 3), 0);
  EXPECT_THROW(pools_for(here, world_.size() + 1, 5), InputError);
}

}  // namespace
}  // namespace spinel
