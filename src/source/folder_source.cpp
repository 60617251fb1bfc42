#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/structure_file.hpp"
#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"
#include "source/formats.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

/// All structures of the structure files of a folder, in the order of the names of the files.
class FolderSource final : public StructureSource {
 public:
  FolderSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options), folder_(path) {
    on_root(communicator, [&] { list(); });
    broadcast_texts(communicator, names_);
    communicator.broadcast(bytes_);
    count(communicator);
    ContentHash hash;
    for (std::size_t f = 0; f < names_.size(); ++f) {
      hash.add(names_[f]);
      hash.add(&bytes_[f], sizeof(double));
    }
    fingerprint_ = hash.value()[0];
  }

  std::string kind() const override { return "folder of structure files"; }
  std::vector<std::string> passed_over() const override { return passed_over_; }
  std::int64_t size() const override { return before_.back(); }
  std::string name(std::int64_t i) const override {
    const std::size_t f = file_of(i);
    return count_of(f) == 1 ? names_[f]
                            : fmt::format("{} {} {}", names_[f], structure_format(names_[f])->record, i - before_[f]);
  }
  double cost(std::int64_t i) const override {
    const std::size_t f = file_of(i);
    return bytes_[f] / static_cast<double>(count_of(f));
  }
  std::string default_id(std::int64_t i) override {
    const std::size_t f = file_of(i);
    if (count_of(f) == 1) return stem_of(names_[f]);
    open(f);
    return name_of_record(names_[f], *structure_format(names_[f]), file_->index().names, count_of(f), i - before_[f]);
  }
  Structure read(std::int64_t i) override {
    const std::size_t f = file_of(i);
    open(f);
    const auto k = static_cast<std::size_t>(i - before_[f]);
    if (k >= file_->size()) fail("{} changed while it was read", file_->path());
    Structure structure = file_->read(k, options_.read);
    if (options_.file_ids && (count_of(f) == 1 || structure_format(names_[f])->names_file)) {
      structure.info.erase("data_block");
      structure.info.erase("comment");
      structure.info["id"] = default_id(i);
    }
    return structure;
  }
  void close() override { file_.reset(); }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  /// On rank 0.
  void list() {
    std::vector<std::string> others, paths;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const std::string path = entry.path().string(), name = entry.path().filename().string();
      if (is_structure_file(path))
        paths.push_back(path);
      else if (name.front() != '.')
        others.push_back(entry.is_directory() ? name + "/" : name);
    }
    if (paths.empty()) fail_input("{}: the folder holds neither id_prop.csv nor structure files", folder_);
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) {
      std::error_code error;
      const auto size = fs::file_size(path, error);
      // Long files hold many atoms; no need to read them for that.
      bytes_.push_back(error ? 0.0 : static_cast<double>(size));
      names_.push_back(fs::path(path).filename().string());
    }
    if (!others.empty())
      passed_over_.push_back(sentence_of_files(folder_, std::move(others), "by their names no structure files"));
  }

  /// Collective. How many structures each file holds; one that cannot be looked through has one, which cannot be read.
  void count(const Communicator& communicator) {
    std::vector<std::int64_t> n(names_.size(), 0);
    const auto rank = static_cast<std::size_t>(communicator.rank()),
               size = static_cast<std::size_t>(communicator.size());
    for (std::size_t f = rank; f < names_.size(); f += size) {
      try {
        const StructureFormat& format = *structure_format(names_[f]);
        n[f] = format.is_single ? 1 : static_cast<std::int64_t>(StructureFile(path_of(f), format).size());
      } catch (const InputError&) {
        n[f] = 1;
      }
    }
    communicator.sum(n.data(), n.size());
    for (const std::int64_t more : n) before_.push_back(before_.back() + more);
  }

  std::string path_of(std::size_t f) const { return (fs::path(folder_) / names_[f]).string(); }
  std::size_t file_of(std::int64_t i) const {
    return static_cast<std::size_t>(std::upper_bound(before_.begin(), before_.end(), i) - before_.begin()) - 1;
  }
  std::int64_t count_of(std::size_t f) const { return before_[f + 1] - before_[f]; }

  void open(std::size_t f) {
    if (file_ != nullptr && open_ == f) return;
    file_ = std::make_unique<StructureFile>(path_of(f), *structure_format(names_[f]));
    open_ = f;
  }

  std::string folder_;
  std::vector<std::string> names_;          // [file]
  std::vector<double> bytes_;               // [file]
  std::vector<std::int64_t> before_ = {0};  // [file + 1] structures of all files before it
  std::vector<std::string> passed_over_;
  std::unique_ptr<StructureFile> file_;  // the one read last
  std::size_t open_ = 0;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace

std::string sentence_of_files(const std::string& folder, std::vector<std::string> names, const char* why) {
  constexpr std::size_t shown = 5;
  std::sort(names.begin(), names.end());
  const std::size_t n = names.size();
  names.resize(std::min(n, shown));
  return fmt::format("{}: {} passed over, {}: {}{}", fs::path(folder).filename().string(), n, why,
                     fmt::join(names, ", "), n > shown ? " …" : "");
}

SourcePointer open_folder(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  return std::make_shared<FolderSource>(path, options, communicator);
}

}  // namespace spinel
