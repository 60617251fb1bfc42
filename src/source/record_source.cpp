#include "source/record_source.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/cif.hpp"
#include "crystal/formats/csv_file.hpp"
#include "crystal/formats/extended_xyz.hpp"
#include "crystal/formats/pymatgen_json.hpp"
#include "crystal/formats/structure_file.hpp"
#include "io/dataset/dataset.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

/// Name without folder and extensions.
std::string stem_of(const std::string& path) {
  fs::path name = fs::path(path).filename();
  while (!name.extension().empty() && name.stem() != name) name = name.stem();
  return name.string();
}

/// name.ext or name.ext.gz
bool has_extension(const std::string& path, const char* extension) {
  fs::path name = lower_case(fs::path(path).filename().string());
  if (name.extension() == ".gz") name = name.stem();
  return name.extension() == extension;
}

class XyzSource : public RecordSource {
 public:
  XyzSource(std::string path, std::int64_t known_size)
      : path_(std::move(path)), size_(known_size >= 0 ? known_size : count_xyz_frames(path_)) {}

  std::string kind() const override { return "extended XYZ"; }
  std::int64_t size() const override { return size_; }
  void read(std::int64_t first, std::int64_t end, RecordSink& sink) const override {
    XyzReader reader(path_);
    for (std::int64_t frame = 0; frame < first; ++frame) reader.skip();
    for (std::int64_t frame = first; frame < end; ++frame) {
      const std::string id = fmt::format("{}-{}", stem_of(path_), frame);
      Structure structure;
      try {
        reader.next(structure);
      } catch (const InputError& error) {
        if (!reader.skip_rest()) throw;
        sink.reject(id, error.what());
        continue;
      }
      sink.take(std::move(structure), id);
    }
  }

 private:
  std::string path_;
  std::int64_t size_;
};

/// Files of one structure each, with the labels that a table has for them.
class FileSource : public RecordSource {
 public:
  struct File {
    std::string path, id;
    std::map<std::string, std::string> labels;
    std::string problem;
  };
  FileSource(std::vector<File> files, std::string kind) : files_(std::move(files)), kind_(std::move(kind)) {}

  std::string kind() const override { return kind_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(files_.size()); }
  void read(std::int64_t first, std::int64_t end, RecordSink& sink) const override {
    for (std::int64_t i = first; i < end; ++i) {
      const File& file = files_[static_cast<std::size_t>(i)];
      Structure structure;
      try {
        if (!file.problem.empty()) throw InputError(file.problem);
        structure = read_structure(file.path);
      } catch (const InputError& error) {
        sink.reject(file.id, error.what());
        continue;
      }
      structure.info.erase("data_block");
      structure.info.erase("comment");
      for (const auto& [name, value] : file.labels) structure.info[name] = value;
      structure.info["id"] = file.id;
      sink.take(std::move(structure), file.id);
    }
  }

 private:
  std::vector<File> files_;
  std::string kind_;
};

/// The rows of id_prop.csv: id, value, …, as CGCNN has it; a first row that names no file is one of titles.
std::vector<FileSource::File> read_id_prop(const std::string& folder, const ConvertParameters& parameters) {
  const std::string table = (fs::path(folder) / "id_prop.csv").string();
  CsvReader rows(table);
  std::vector<std::string> cells, titles;
  std::vector<FileSource::File> files;
  const auto path_of = [&](const std::string& id) {
    const fs::path name = fs::path(folder) / (id + ".cif");
    return fs::exists(name) || !fs::exists(name.string() + ".gz") ? name.string() : name.string() + ".gz";
  };
  while (rows.next(cells)) {
    const bool is_first = titles.empty();
    if (is_first) {
      const bool has_titles = !fs::exists(path_of(cells[0]));
      titles = cells;
      const bool named = parameters.properties.size() + 1 == cells.size();
      for (std::size_t c = 1; !has_titles && c < cells.size(); ++c)
        titles[c] = named ? parameters.properties[c - 1] : cells.size() == 2 ? "target" : fmt::format("target_{}", c);
      if (has_titles) continue;
    }
    FileSource::File file;
    file.id = cells[0];
    file.path = path_of(file.id);
    if (cells.size() != titles.size())
      file.problem = fmt::format("{}:{}: {} cells, where the first row has {}", table, rows.line_number(), cells.size(),
                                 titles.size());
    else if (file.id.empty())
      file.problem = fmt::format("{}:{}: the id is empty", table, rows.line_number());
    else if (!fs::exists(file.path))
      file.problem = fmt::format("{}:{}: there is no file {}", table, rows.line_number(), file.path);
    for (std::size_t c = 1; c < std::min(cells.size(), titles.size()); ++c) file.labels[titles[c]] = cells[c];
    files.push_back(std::move(file));
  }
  if (files.empty()) fail_input("{}: no row names a file", table);
  return files;
}

bool is_structure_file(const fs::path& path) {
  if (!fs::is_regular_file(path) || path.filename().string().front() == '.') return false;
  try {
    check_structure_format(path.string());
    return true;
  } catch (const InputError&) {
    return false;
  }
}

std::unique_ptr<RecordSource> open_folder(const std::string& path, const ConvertParameters& parameters) {
  if (fs::exists(fs::path(path) / "id_prop.csv"))
    return std::make_unique<FileSource>(read_id_prop(path, parameters), "folder of CIF with id_prop.csv");
  std::vector<FileSource::File> files;
  for (const auto& entry : fs::directory_iterator(path))
    if (is_structure_file(entry.path()))
      files.push_back({entry.path().string(), stem_of(entry.path().string()), {}, ""});
  if (files.empty()) fail_input("{}: the folder holds neither id_prop.csv nor structure files", path);
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return std::make_unique<FileSource>(std::move(files), "folder of structure files");
}

/// A table with a column of CIF, or of pymatgen's dictionaries as JSON.
class CsvSource : public RecordSource {
 public:
  CsvSource(const std::string& path, const ConvertParameters& parameters, std::int64_t known_size) : path_(path) {
    CsvReader rows(path);
    if (!rows.next(titles_)) fail_input("{}: the file is empty", path);
    const auto column = [&](const std::vector<std::string>& names) {
      for (const std::string& name : names)
        for (std::size_t c = 0; c < titles_.size(); ++c)
          if (lower_case(titles_[c]) == lower_case(name)) return c;
      return titles_.size();
    };
    std::vector<std::string> names = {"structure", "cif", "cif_string", "cif.conventional"};
    if (!parameters.structure_key.empty()) names = {parameters.structure_key};
    structure_ = column(names);
    if (structure_ == titles_.size())
      fail_input("{}:{}: no column of structures: none of {} among {}", path, rows.line_number(), quoted_list(names),
                 quoted_list(titles_));
    id_ = column(parameters.id_key.empty() ? dataset_id_keys() : std::vector<std::string>{parameters.id_key});
    if (id_ == titles_.size() && !parameters.id_key.empty())
      fail_input("{}:{}: no column '{}' among {}", path, rows.line_number(), parameters.id_key, quoted_list(titles_));
    std::vector<std::string> cells;
    size_ = known_size;
    if (known_size < 0)
      for (size_ = 0; rows.next(cells);) ++size_;
  }

  std::string kind() const override { return "CSV"; }
  std::int64_t size() const override { return size_; }
  void read(std::int64_t first, std::int64_t end, RecordSink& sink) const override {
    CsvReader rows(path_);
    std::vector<std::string> cells;
    rows.next(cells);
    for (std::int64_t row = 0; row < end; ++row) {
      rows.next(cells);
      if (row < first) continue;
      std::string id = fmt::format("{}-{}", stem_of(path_), row);
      if (id_ < cells.size() && !cells[id_].empty()) id = cells[id_];
      const std::string where = fmt::format("{}:{}", path_, rows.line_number());
      Structure structure;
      try {
        structure = read_row(cells, where);
      } catch (const InputError& error) {
        sink.reject(id, error.what());
        continue;
      }
      sink.take(std::move(structure), id);
    }
  }

 private:
  Structure read_row(const std::vector<std::string>& cells, const std::string& where) const {
    if (cells.size() != titles_.size())
      fail_input("{}: {} cells, where the titles are {}", where, cells.size(), titles_.size());
    const std::string& text = cells[structure_];
    Structure structure;
    if (trim(text).empty()) fail_input("{}: the column {} is empty", where, titles_[structure_]);
    if (text[text.find_first_not_of(" \n\t\r")] == '{') {
      try {
        structure = structure_from_pymatgen(nlohmann::json::parse(text));
      } catch (const InputError& error) {
        fail_input("{}: {}", where, error.what());
      } catch (const nlohmann::json::exception& error) {
        fail_input("{}: {}", where, error.what());
      }
    } else {
      structure = parse_cif(text, where);
    }
    structure.info.clear();
    for (std::size_t c = 0; c < cells.size(); ++c)
      if (c != structure_ && !titles_[c].empty()) structure.info[titles_[c]] = cells[c];
    return structure;
  }

  std::string path_;
  std::vector<std::string> titles_;
  std::size_t structure_ = 0, id_ = 0;
  std::int64_t size_ = 0;
};

}  // namespace

bool is_ising_source(const std::string& path, const ConvertParameters& parameters) {
  return parameters.format == "ising" || (parameters.format == "auto" && has_extension(path, ".h5"));
}

std::unique_ptr<RecordSource> open_record_source(const std::string& path, const ConvertParameters& parameters,
                                                 std::int64_t known_size) {
  const std::string& format = parameters.format;
  if (!fs::exists(path)) fail_input("there is no file or folder {}", path);
  std::unique_ptr<RecordSource> source;
  const bool is_auto = format == "auto";
  if (fs::is_directory(path)) {
    if (!is_auto && format != "cif_folder") fail_input("{} is a folder, not a file of format '{}'", path, format);
    source = open_folder(path, parameters);
  } else if (format == "cif_folder") {
    fail_input("{} is no folder", path);
  } else if (format == "xyz" || (is_auto && is_xyz_name(path))) {
    source = std::make_unique<XyzSource>(path, known_size);
  } else if (format == "csv" || (is_auto && has_extension(path, ".csv"))) {
    source = std::make_unique<CsvSource>(path, parameters, known_size);
  } else if (format == "json" || (is_auto && has_extension(path, ".json"))) {
    source = open_json_source(path, parameters);
  } else {
    try {
      check_structure_format(path);
    } catch (const InputError&) {
      fail_input(
          "{}: its name does not tell what it is: *.xyz, *.extxyz, *.csv, *.json, *.cif, POSCAR* (each also .gz), "
          "*.samples.h5 or a folder; or say format",
          path);
    }
    source =
        std::make_unique<FileSource>(std::vector<FileSource::File>{{path, stem_of(path), {}, ""}}, "structure file");
  }
  if (source->size() == 0) fail_input("{}: the file holds no records", path);
  return source;
}

}  // namespace spinel
