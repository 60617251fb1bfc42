#include "database/page_store.hpp"

#include <filesystem>
#include <system_error>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "io/posix_file.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

std::string name_of(const std::string& description) {
  ContentHash hash;
  hash.add(description);
  return hash.hex().substr(0, 16);
}

void write_whole(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  {
    const PosixFile file(part, PosixFile::Mode::create);
    file.write(text.data(), text.size(), 0);
    file.sync();
  }
  rename_file(part, path);
}

}  // namespace

PageStore::PageStore(const std::string& folder, std::string description)
    : all_(folder), folder_((fs::path(folder) / name_of(description)).string()), description_(std::move(description)) {}

bool PageStore::has_others() const {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(all_, none))
    if (entry.is_directory(none) && entry.path() != fs::path(folder_)) return true;
  return false;
}

void PageStore::clear() const {
  std::error_code error;
  fs::remove_all(folder_, error);
  if (error) fail("cannot remove {}: {}", folder_, error.message());
}

std::string PageStore::path(std::size_t part, std::size_t page) const {
  return (fs::path(folder_) / fmt::format("{:05}-{:06}.json", part, page)).string();
}

bool PageStore::has(std::size_t part, std::size_t page) const { return file_exists(path(part, page)); }

std::string PageStore::read(std::size_t part, std::size_t page) const {
  const PosixFile file(path(part, page), PosixFile::Mode::read);
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  text.resize(file.read(text.data(), text.size(), 0));
  return text;
}

void PageStore::write(std::size_t part, std::size_t page, const std::string& body) {
  if (!is_made_) {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (!fs::is_directory(folder_)) fail("cannot make the folder {}: {}", folder_, error.message());
    write_whole((fs::path(folder_) / "query.txt").string(), description_);
    is_made_ = true;
  }
  write_whole(path(part, page), body);
}

void PageStore::remove(std::size_t part, std::size_t page) const { remove_file(path(part, page)); }

}  // namespace spinel
