#include "run/setup/find_file.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "parallel/on_root.hpp"

namespace spinel {

namespace fs = std::filesystem;

std::string find_file(const KeyPlace& place, const std::string& key, const std::string& given) {
  const fs::path beside = fs::path(place.locations->file).parent_path() / given;
  std::error_code ignored;
  if (fs::exists(beside, ignored)) return beside.string();
  if (fs::exists(given, ignored)) return given;
  const bool same = beside.lexically_normal() == fs::path(given).lexically_normal();
  place.fail(key, same ? fmt::format("there is no file {}", given)
                       : fmt::format("there is no file {}, nor {} from the current folder", beside.string(), given));
}

std::string find_file(const KeyPlace& place, const std::string& key, const std::string& given,
                      const Communicator& communicator) {
  return find_files(place, key, {given}, communicator).front();
}

std::vector<std::string> find_files(const KeyPlace& place, const std::string& key,
                                    const std::vector<std::string>& given, const Communicator& communicator) {
  std::vector<std::string> paths(given.size());
  on_root(communicator, [&] {
    for (std::size_t k = 0; k < given.size(); ++k) paths[k] = find_file(place, key, given[k]);
  });
  for (std::string& path : paths) communicator.broadcast(path);
  return paths;
}

}  // namespace spinel
