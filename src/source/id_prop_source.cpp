#include <algorithm>
#include <filesystem>
#include <set>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/structure_file.hpp"
#include "io/dataset/dataset_records.hpp"
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

/// The rows of id_prop.csv: id, value, …, as CGCNN has it, each with <id>.cif (or the file that the id names). A first
/// row that names no file, and of whose other cells none is a number, is one of titles.
class IdPropSource final : public StructureSource {
 public:
  IdPropSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options), folder_(path), rows_((fs::path(path) / "id_prop.csv").string(), communicator) {
    titles_ = rows_.first();
    int has_titles = 0;
    on_root(communicator, [&] {
      std::string where;
      has_titles = are_titles(titles_) ? 1 : 0;
      if (rows_.size() == has_titles) fail_input("{}: no row names a file", rows_.text().path());
      std::set<std::string> used = {(fs::path(folder_) / "id_prop.csv").string()};
      for (std::int64_t row = has_titles; row < rows_.size(); ++row) {
        used.insert(path_of(rows_.read(row, where)[0]));
        cost_.push_back(bytes_of(path_of(rows_.read(row, where)[0])));
      }
      std::vector<std::string> others;
      for (const auto& entry : fs::directory_iterator(folder_))
        if (is_structure_file(entry.path().string()) && used.count(entry.path().string()) == 0)
          others.push_back(entry.path().filename().string());
      if (!others.empty())
        passed_over_.push_back(
            sentence_of_files(folder_, std::move(others), "structure files that id_prop.csv does not name"));
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
    return id_of(rows_.read(first_ + i, where)[0]);
  }
  std::vector<std::string> passed_over() const override { return passed_over_; }
  Structure read(std::int64_t i) override {
    std::string where;
    const auto cells = rows_.read(first_ + i, where);
    if (cells.size() != titles_.size())
      fail_input("{}: {} cells, where the first row has {}", where, cells.size(), titles_.size());
    if (cells[0].empty()) fail_input("{}: the id is empty", where);
    const std::string path = path_of(cells[0]);
    if (!fs::exists(path)) fail_input("{}: there is no file {}", where, path);
    Structure structure = read_structure(path, -1, options_.read);
    structure.info.erase("data_block");
    structure.info.erase("comment");
    for (std::size_t c = 1; c < cells.size(); ++c) structure.info[titles_[c]] = cells[c];
    structure.info["id"] = id_of(cells[0]);
    return structure;
  }
  void close() override { rows_.close(); }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  /// The file of an id: <id>.cif, <id>.cif.gz, or the id itself where that is the name of a structure file.
  std::string path_of(const std::string& id) const {
    const std::string path = (fs::path(folder_) / (id + ".cif")).string(), own = (fs::path(folder_) / id).string();
    if (fs::exists(path)) return path;
    if (fs::exists(path + ".gz")) return path + ".gz";
    return structure_format(id) != nullptr ? own : path;
  }
  static std::string id_of(const std::string& cell) { return structure_format(cell) != nullptr ? stem_of(cell) : cell; }

  bool are_titles(const std::vector<std::string>& row) const {
    if (row.empty() || row[0].empty() || fs::exists(path_of(row[0]))) return false;
    double ignored = 0.0;
    if (row.size() > 1)
      return std::none_of(row.begin() + 1, row.end(),
                          [&](const std::string& cell) { return parse_number(cell, ignored); });
    const auto& names = dataset_id_keys();
    return std::find(names.begin(), names.end(), lower_case(row[0])) != names.end();
  }

  std::string folder_;
  TableRows rows_;
  std::vector<std::string> titles_;
  std::vector<double> cost_;
  std::int64_t first_ = 0;  // row of the first record
  std::vector<std::string> passed_over_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace

SourcePointer open_id_prop(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  return std::make_shared<IdPropSource>(path, options, communicator);
}

}  // namespace spinel
