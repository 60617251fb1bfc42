#include "io/dataset/dataset_stream.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "../temporary_folder.hpp"
#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_file.hpp"

using namespace spinel;

namespace {

/// Structure `number` of the set: 1 to 4 atoms, some without a number or a text.
Structure sample(std::int64_t number) {
  Structure s;
  s.cell = (3.0 + 0.1 * static_cast<double>(number)) * Mat3::Identity();
  s.periodic = {true, number % 2 == 0, true};
  for (std::int64_t a = 0; a <= number % 4; ++a) {
    s.type.push_back(add_species(s, species_from_number(static_cast<int>(1 + number % 7 + a))));
    s.position.emplace_back(0.5 * static_cast<double>(a), 0.1, 0.2 * static_cast<double>(number));
  }
  s.info = {{"id", fmt::format("s{}", number)}, {"kind", number % 3 == 0 ? "ä" : "other"}};
  if (number % 5 != 0) s.info["value"] = fmt::format("{}", 0.25 * static_cast<double>(number));
  return s;
}

}  // namespace

TEST(DatasetStream, WritesWhatAWholeSetIs) {
  const auto world = Communicator::world();
  const Folder folder("spinel-stream");
  // Unequal parts, and none on the last of several ranks.
  const std::int64_t own = world.rank() + 1 == world.size() && world.size() > 1 ? 0 : 5 + world.rank(),
                     first = world.exclusive_scan(own);
  DatasetRecords all, part;
  DatasetStreamPlan plan;
  plan.scalars = {"value"};
  auto& kind = plan.text_bytes["kind"];
  for (std::int64_t k = first; k < first + own; ++k) {
    const Structure s = sample(k);
    all.add(s, "");
    plan.atoms.push_back(static_cast<std::int64_t>(s.size()));
    plan.id_bytes.push_back(static_cast<std::int64_t>(s.info.at("id").size()));
    kind.push_back(static_cast<std::int64_t>(s.info.at("kind").size()));
  }
  write_dataset(folder / "whole.h5", std::move(all), {}, {}, world);
  DatasetStream stream(folder / "stream.h5", plan, {{"title", "a"}}, world);
  for (std::int64_t k = first; k < first + own; ++k) {
    part.add(sample(k), "");
    if (k % 3 != 2 && k + 1 != first + own) continue;
    stream.append(part);
    part = {};
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "stream.h5"));
  stream.finish();
  const Dataset whole(folder / "whole.h5", world), streamed(folder / "stream.h5", world);
  EXPECT_EQ(streamed.hash(), whole.hash());
  EXPECT_EQ(streamed.structure_hash(), whole.structure_hash());
  EXPECT_EQ(streamed.n_structures(), whole.n_structures());
  EXPECT_EQ(streamed.text("kind", 0), "ä");
  EXPECT_TRUE(is_dataset_file(folder / "stream.h5"));
}

TEST(DatasetStream, IsNotWholeWithFewerRecords) {
  const auto world = Communicator::world();
  const Folder folder("spinel-stream-part");
  DatasetStreamPlan plan;
  const Structure s = sample(3);
  if (world.is_root()) {
    plan.atoms = {static_cast<std::int64_t>(s.size()), 1};
    plan.id_bytes = {2, 2};
  }
  DatasetStream stream(folder / "part.h5", plan, {}, world);
  DatasetRecords one;
  one.add(s, "");
  if (world.is_root()) stream.append(one);
  EXPECT_THROW(stream.finish(), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "part.h5"));
  EXPECT_THROW(DatasetStream(folder / "none.h5", {}, {}, world), Error);
}
