#include "model/model_file.hpp"

#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.hpp"
#include "io/hdf_reader.hpp"
#include "io/posix_file.hpp"
#include "io/result_file.hpp"

namespace spinel {

namespace {

ModelWeight read_weight(const HdfReader& reader, const std::string& path, const std::string& file) {
  if (reader.is_group(path)) fail_input("'{}': '{}' is a group where an array of weights is expected", file, path);
  if (reader.is_text(path)) fail_input("'{}': weight '{}' is text", file, path);
  ModelWeight weight{reader.dims(path), reader.read<double>(path)};
  for (const double value : weight.values)
    if (!std::isfinite(value)) fail_input("'{}': weight '{}' holds a number that is not finite", file, path);
  return weight;
}

ModelFile read_on_root(const std::string& path) {
  if (!file_exists(path)) fail_input("model file '{}' does not exist", path);
  const HdfReader reader(path);
  ModelFile model;
  model.path = path;
  for (const auto& name : reader.attribute_names("/")) {
    auto text = reader.attribute("/", name);
    if (name == "architecture")
      model.architecture = std::move(text);
    else
      model.attributes[name] = std::move(text);
  }
  if (model.architecture.empty() || !reader.is_group("/weights"))
    fail_input("'{}' is no model file: it lacks {} (scripts/import_model.py makes one)", path,
               model.architecture.empty() ? "the attribute 'architecture'" : "the group /weights");
  const auto json = nlohmann::json::parse(model.architecture, nullptr, false);
  if (!json.is_object() || !json.contains("kind") || !json["kind"].is_string())
    fail_input("'{}': the attribute 'architecture' is not JSON with a text \"kind\"", path);
  for (const auto& name : reader.list("/weights")) model.weights[name] = read_weight(reader, "/weights/" + name, path);
  return model;
}

void broadcast(ModelFile& model, const Communicator& communicator) {
  communicator.broadcast(model.path);
  communicator.broadcast(model.architecture);
  const auto each = [&](auto& entries, const auto& send) {
    auto n = static_cast<std::uint64_t>(entries.size());
    communicator.broadcast(&n, 1);
    auto entry = entries.begin();
    for (std::uint64_t k = 0; k < n; ++k) {
      std::string name = communicator.is_root() ? entry->first : std::string();
      communicator.broadcast(name);
      send(entries[name]);
      if (communicator.is_root()) ++entry;
    }
  };
  each(model.attributes, [&](std::string& text) { communicator.broadcast(text); });
  each(model.weights, [&](ModelWeight& weight) {
    communicator.broadcast(weight.dims);
    communicator.broadcast(weight.values);
  });
}

template <class T>
void write_weight(ResultFile& file, const std::string& name, const ModelWeight& weight) {
  std::vector<T> values(weight.values.begin(), weight.values.end());
  if (weight.dims.empty() && values.size() == 1)
    file.write("/weights/" + name, values[0], {});
  else
    file.write("/weights/" + name, std::move(values), {}, weight.dims);
}

}  // namespace

ModelFile read_model_file(const std::string& path, const Communicator& communicator) {
  ModelFile model;
  std::string problem;
  if (communicator.is_root()) {
    try {
      model = read_on_root(path);
    } catch (const InputError& error) {
      problem = error.what();
    } catch (const std::exception& error) {
      problem = fmt::format("cannot read model file '{}': {}", path, error.what());
    }
  }
  communicator.broadcast(problem);
  if (!problem.empty()) throw InputError(problem);
  broadcast(model, communicator);
  return model;
}

void write_model_file(const std::string& path, const ModelFile& model, bool single, const Communicator& communicator) {
  ResultFile file(communicator, path);
  std::string problem;
  if (communicator.is_root()) {
    try {
      for (const auto& [name, text] : model.attributes) file.set_attribute("/", name, text);
      file.set_attribute("/", "architecture", model.architecture);
      for (const auto& [name, weight] : model.weights) {
        if (name.empty() || name.find('/') != std::string::npos)
          fail("cannot write model file '{}': '{}' cannot name a weight", path, name);
        single ? write_weight<float>(file, name, weight) : write_weight<double>(file, name, weight);
      }
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }
  communicator.fail_together(problem);
  file.save();
}

}  // namespace spinel
