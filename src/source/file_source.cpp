#include <algorithm>
#include <filesystem>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/structure_file.hpp"
#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"
#include "source/formats.hpp"
#include "source/table_rows.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

/// Long files hold many atoms; no need to read them for that. 0 where there is none.
double bytes_of(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0.0 : static_cast<double>(size);
}

/// The last structure of a file, as a record of a list.
Structure read_file(const std::string& path, const SourceOptions& options) {
  Structure structure = read_structure(path, {-1, options.allow_labels, {}});
  if (!options.file_ids) return structure;
  structure.info.erase("data_block");
  structure.info.erase("comment");
  structure.info["id"] = stem_of(path);
  return structure;
}

/// Files of one structure each, read when it is their turn.
class FileSource final : public StructureSource {
 public:
  FileSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options) {
    int folder = 0;
    on_root(communicator, [&] {
      std::vector<std::string> paths = {path};
      folder = fs::is_directory(path) ? 1 : 0;
      if (folder == 1) {
        paths.clear();
        for (const auto& entry : fs::directory_iterator(path))
          if (is_structure_file(entry.path().string())) paths.push_back(entry.path().string());
        if (paths.empty()) fail_input("{}: the folder holds neither id_prop.csv nor structure files", path);
        std::sort(paths.begin(), paths.end());
      }
      for (const std::string& one : paths) {
        cost_.push_back(bytes_of(one));
        names_.push_back(fs::path(one).filename().string());
      }
    });
    broadcast_texts(communicator, names_);
    communicator.broadcast(cost_);
    communicator.broadcast(&folder, 1);
    is_folder_ = folder == 1;
    folder_ = is_folder_ ? path : fs::path(path).parent_path().string();
    ContentHash hash;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      hash.add(names_[i]);
      hash.add(&cost_[i], sizeof(double));
    }
    fingerprint_ = hash.value()[0];
  }

  std::string kind() const override { return is_folder_ ? "folder of structure files" : "structure file"; }
  std::int64_t size() const override { return static_cast<std::int64_t>(names_.size()); }
  std::string name(std::int64_t i) const override { return names_.at(static_cast<std::size_t>(i)); }
  double cost(std::int64_t i) const override { return cost_.at(static_cast<std::size_t>(i)); }
  std::string default_id(std::int64_t i) override { return stem_of(name(i)); }
  Structure read(std::int64_t i) override { return read_file((fs::path(folder_) / name(i)).string(), options_); }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  std::string folder_;
  bool is_folder_ = false;
  std::vector<std::string> names_;
  std::vector<double> cost_;
  std::uint64_t fingerprint_ = 0;
};

/// The rows of id_prop.csv: id, value, …, as CGCNN has it, each with <id>.cif; a first row that names no file is one of
/// titles.
class IdPropSource final : public StructureSource {
 public:
  IdPropSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options), folder_(path), rows_((fs::path(path) / "id_prop.csv").string(), communicator) {
    titles_ = rows_.first();
    int has_titles = 0;
    on_root(communicator, [&] {
      std::string where;
      has_titles = fs::exists(path_of(titles_[0])) ? 0 : 1;
      if (rows_.size() == has_titles) fail_input("{}: no row names a file", rows_.text().path());
      for (std::int64_t row = has_titles; row < rows_.size(); ++row)
        cost_.push_back(bytes_of(path_of(rows_.read(row, where)[0])));
    });
    communicator.broadcast(&has_titles, 1);
    communicator.broadcast(cost_);
    first_ = has_titles;
    ContentHash hash(rows_.text().fingerprint());
    hash.add(cost_.data(), cost_.size() * sizeof(double));
    fingerprint_ = hash.value()[0];
    const std::size_t n = titles_.size();
    const bool are_named = options.properties.size() + 1 == n;
    for (std::size_t c = 1; first_ == 0 && c < n; ++c)
      titles_[c] = are_named ? options.properties[c - 1] : n == 2 ? "target" : fmt::format("target_{}", c);
  }

  std::string kind() const override { return "folder of CIF with id_prop.csv"; }
  std::int64_t size() const override { return rows_.size() - first_; }
  std::string name(std::int64_t i) const override {
    return fmt::format("{} row {}", (fs::path(folder_).filename() / "id_prop.csv").string(), i);
  }
  double cost(std::int64_t i) const override { return cost_.at(static_cast<std::size_t>(i)); }
  std::string default_id(std::int64_t i) override {
    std::string where;
    return rows_.read(first_ + i, where)[0];
  }
  Structure read(std::int64_t i) override {
    std::string where;
    const auto cells = rows_.read(first_ + i, where);
    if (cells.size() != titles_.size())
      fail_input("{}: {} cells, where the first row has {}", where, cells.size(), titles_.size());
    if (cells[0].empty()) fail_input("{}: the id is empty", where);
    const std::string path = path_of(cells[0]);
    if (!fs::exists(path)) fail_input("{}: there is no file {}", where, path);
    Structure structure = read_file(path, options_);
    for (std::size_t c = 1; c < cells.size(); ++c) structure.info[titles_[c]] = cells[c];
    structure.info["id"] = cells[0];
    return structure;
  }
  void close() override { rows_.close(); }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  std::string path_of(const std::string& id) const {
    const std::string path = (fs::path(folder_) / (id + ".cif")).string();
    return fs::exists(path) || !fs::exists(path + ".gz") ? path : path + ".gz";
  }

  std::string folder_;
  TableRows rows_;
  std::vector<std::string> titles_;
  std::vector<double> cost_;
  std::int64_t first_ = 0;  // row of the first record
  std::uint64_t fingerprint_ = 0;
};

}  // namespace

SourcePointer open_files(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  return std::make_shared<FileSource>(path, options, communicator);
}

SourcePointer open_id_prop(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  return std::make_shared<IdPropSource>(path, options, communicator);
}

}  // namespace spinel
