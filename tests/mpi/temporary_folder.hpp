#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "parallel/communicator.hpp"

namespace spinel {

/// A folder for one test, the same on all ranks; removed at the end.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              (name + std::to_string(Communicator::world().size()) + "." + parent_id())) {
    if (Communicator::world().is_root()) std::filesystem::create_directories(path_);
    Communicator::world().barrier();
  }
  ~Folder() {
    Communicator::world().barrier();
    std::error_code ignored;
    if (Communicator::world().is_root()) std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  static std::string parent_id() {
    std::int64_t id = getpid();
    Communicator::world().broadcast(&id, 1);
    return std::to_string(id);
  }
  std::filesystem::path path_;
};

inline void write_text(const std::string& path, const std::string& text) {
  Communicator::world().barrier();  // others may still read what was there before
  if (Communicator::world().is_root()) std::ofstream(path) << text;
  Communicator::world().barrier();
}

}  // namespace spinel
