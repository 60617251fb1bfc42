#include "model/model_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "core/error.hpp"
#include "io/hdf_reader.hpp"
#include "io/result_file.hpp"

namespace spinel {
namespace {

/// A folder of all ranks, removed at the end.
class Folder {
 public:
  explicit Folder(const Communicator& comm) : comm_(comm) {
    if (comm.is_root()) {
      std::string pattern = (std::filesystem::temp_directory_path() / "spinel_model_XXXXXX").string();
      path_ = mkdtemp(pattern.data());
    }
    comm.broadcast(path_);
  }
  ~Folder() {
    comm_.barrier();
    std::error_code ignored;
    if (comm_.is_root()) std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  Communicator comm_;
  std::string path_;
};

ModelFile sample() {
  ModelFile model;
  model.architecture = R"({"kind": "m3gnet", "units": 64, "element_types": ["H", "Pu"]})";
  model.attributes = {{"name", "ein Modell"}, {"licence", "BSD-3-Clause"}, {"citation", "Chen & Ong, 2022"}};
  model.weights["a.weight"] = {{2, 3}, {0.1f, -2.5f, 1e-42f, 3e38f, 0, -1}};
  model.weights["a.bias"] = {{3}, {1, 2, 3}};
  model.weights["cutoff"] = {{}, {5}};
  model.weights["empty"] = {{0, 4}, {}};
  model.weights["one"] = {{1}, {0.5}};
  return model;
}

/// Message of an InputError of read_model_file, on every rank; empty where there was none.
std::string refusal(const std::string& path, const Communicator& comm) {
  try {
    read_model_file(path, comm);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(ModelFile, ComesBackOnEveryRank) {
  const auto world = Communicator::world();
  const Folder folder(world);
  for (const bool single : {true, false}) {
    const std::string path = folder.file("model.h5");
    const ModelFile model = sample();
    write_model_file(path, world.is_root() ? model : ModelFile(), single, world);
    const ModelFile read = read_model_file(path, world);
    EXPECT_EQ(read.path, path);
    EXPECT_EQ(read.architecture, model.architecture);
    EXPECT_EQ(read.attributes, model.attributes);
    ASSERT_EQ(read.weights.size(), model.weights.size());
    for (const auto& [name, weight] : model.weights) {
      EXPECT_EQ(read.weights.at(name).dims, weight.dims) << name;
      EXPECT_EQ(read.weights.at(name).values, weight.values) << name;
    }
    if (world.is_root()) {
      EXPECT_EQ(HdfReader(path).is_single("/weights/a.weight"), single);
    }
  }
}

TEST(ModelFile, KeepsDoublesWhereAskedTo) {
  const auto world = Communicator::world();
  const Folder folder(world);
  ModelFile model = sample();
  model.weights["a.bias"].values = {1.0 / 3, 1e-200, 1e200};
  write_model_file(folder.file("model.h5"), model, false, world);
  EXPECT_EQ(read_model_file(folder.file("model.h5"), world).weights.at("a.bias").values,
            model.weights.at("a.bias").values);
}

TEST(ModelFile, RefusesWhatIsNoModel) {
  const auto world = Communicator::world();
  const Folder folder(world);
  const auto expect = [&](const std::string& name, const std::string& words) {
    const std::string message = refusal(folder.file(name), world);
    EXPECT_NE(message.find(words), std::string::npos) << name << ": " << message;
    EXPECT_NE(message.find(folder.file(name)), std::string::npos) << message;
  };
  const auto write = [&](const std::string& name, const std::string& architecture, auto fill) {
    ResultFile file(world, folder.file(name));
    if (!architecture.empty()) file.set_attribute("/", "architecture", architecture);
    fill(file);
    file.save();
    return name;
  };
  const std::string kind = R"({"kind": "m3gnet"})";
  const auto good = [](ResultFile& file) { file.write("/weights/a", 1.0, {}); };

  expect("none.h5", "does not exist");
  if (world.is_root()) std::ofstream(folder.file("text.h5")) << "&control\n/\n";
  expect("text.h5", "HDF5");
  if (world.is_root()) std::ofstream(folder.file("empty.h5")).flush();
  expect("empty.h5", "HDF5");
  expect(write("plain.h5", "", good), "attribute 'architecture'");
  expect(write("no_weights.h5", kind, [](ResultFile& file) { file.write("/energy", 1.0, {}); }), "group /weights");
  expect(write("not_group.h5", kind, [](ResultFile& file) { file.write("/weights", 1.0, {}); }), "group /weights");
  for (const char* architecture : {"{", "[]", "{}", R"({"kind": 3})", "kind = 'm3gnet'"})
    expect(write("json.h5", architecture, good), "JSON");
  expect(write("text_weight.h5", kind, [](ResultFile& file) { file.write_text("/weights/a", "1"); }), "is text");
  expect(write("nested.h5", kind, [](ResultFile& file) { file.write("/weights/a/b", 1.0, {}); }), "is a group");
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    expect(write("nan.h5", kind,
                 [&](ResultFile& file) {
                   file.write("/weights/a", std::vector<double>{1, bad}, {});
                 }),
           "not finite");
  write("good.h5", kind, good);
  EXPECT_EQ(refusal(folder.file("good.h5"), world), "");
}

TEST(ModelFile, RefusesATruncatedFile) {
  const auto world = Communicator::world();
  const Folder folder(world);
  write_model_file(folder.file("model.h5"), sample(), true, world);
  const std::string cut = folder.file("cut.h5");
  if (world.is_root()) {
    std::filesystem::copy_file(folder.file("model.h5"), cut);
    std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2);
  }
  world.barrier();
  EXPECT_NE(refusal(cut, world).find("cannot"), std::string::npos);
}

TEST(ModelFile, LeavesTheOldFileWhereItCannotWrite) {
  const auto world = Communicator::world();
  const Folder folder(world);
  const std::string path = folder.file("model.h5");
  write_model_file(path, sample(), true, world);
  ModelFile bad = sample();
  bad.weights["a/b"] = {{}, {1}};
  EXPECT_THROW(write_model_file(path, bad, true, world), Error);
  bad = sample();
  bad.weights["a.bias"].dims = {4};
  EXPECT_THROW(write_model_file(path, bad, true, world), Error);
  EXPECT_THROW(write_model_file(folder.file("none/model.h5"), sample(), true, world), Error);
  EXPECT_EQ(read_model_file(path, world).weights.size(), sample().weights.size());
}

}  // namespace
}  // namespace spinel
