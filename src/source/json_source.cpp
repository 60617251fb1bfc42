#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/formats/cif.hpp"
#include "crystal/formats/json_items.hpp"
#include "crystal/formats/pymatgen_json.hpp"
#include "crystal/formats/text_file.hpp"
#include "io/dataset/dataset_records.hpp"
#include "source/record_source.hpp"

namespace spinel {

namespace {

using nlohmann::json;

/// A number, logical or short text as info has it; empty where it is none.
std::string scalar_text(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number_float()) return std::isfinite(value.get<double>()) ? fmt::format("{}", value.get<double>()) : "";
  if (value.is_number()) return value.dump();
  if (value.is_string()) return value.get<std::string>();
  // An identifier as an object of its own.
  if (value.is_object() && value.contains("string") && value["string"].is_string())
    return value["string"].get<std::string>();
  return "";
}

/// Numbers of nested lists one after the other, "1 0 0 0 1 0 0 0 1".
void append_numbers(const json& value, std::string& text) {
  if (value.is_array())
    for (const json& part : value) append_numbers(part, text);
  else
    text += (text.empty() ? "" : " ") + value.dump();
}

class JsonSource : public RecordSource {
 public:
  JsonSource(const std::string& path, const ConvertParameters& parameters)
      : path_(path), parameters_(parameters), text_(read_text(path)) {
    try {
      find_records();
    } catch (const InputError& error) {
      fail_input("{}: {}", path, error.what());
    } catch (const json::exception& error) {
      fail_input("{}: {}", path, error.what());
    }
  }

  std::string kind() const override { return kind_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(records_.size()); }
  void read(std::int64_t first, std::int64_t end, RecordSink& sink) const override {
    for (std::int64_t i = first; i < end; ++i) {
      const JsonItem& item = records_[static_cast<std::size_t>(i)];
      std::string id = item.key;
      if (id.empty()) id = fmt::format("{}-{}", stem(), i);
      const std::string where = fmt::format("{} record {}", path_, i);
      Structure structure;
      try {
        json record = json::parse(item.text);
        if (!columns_.empty()) record = by_columns(record);
        std::string own = id_of(record);
        if (!own.empty()) id = own;
        structure = structure_of(record, where);
      } catch (const InputError& error) {
        sink.reject(id, fmt::format("{}: {}", where, error.what()));
        continue;
      } catch (const json::exception& error) {
        sink.reject(id, fmt::format("{}: {}", where, error.what()));
        continue;
      }
      sink.take(std::move(structure), id);
    }
  }

 private:
  std::string stem() const {
    std::filesystem::path name = std::filesystem::path(path_).filename();
    while (!name.extension().empty() && name.stem() != name) name = name.stem();
    return name.string();
  }

  void find_records() {
    const char open = json_kind(text_);
    if (open == '\0') fail_input("the file is empty");
    auto items = json_items(text_);
    if (open == '[') {
      records_ = std::move(items);
      kind_ = "JSON list";
      return;
    }
    const auto find = [&](const char* key) -> const JsonItem* {
      for (const JsonItem& item : items)
        if (item.key == key) return &item;
      return nullptr;
    };
    if (find("columns") != nullptr && find("data") != nullptr) {  // pandas: orient = 'split'
      columns_ = json::parse(find("columns")->text).get<std::vector<std::string>>();
      records_ = json_items(find("data")->text);
      if (const JsonItem* index = find("index")) {
        const json names = json::parse(index->text);
        for (std::size_t i = 0; i < std::min(names.size(), records_.size()); ++i)
          if (names[i].is_string()) records_[i].key = names[i].get<std::string>();
      }
      kind_ = "JSON table";
      return;
    }
    if (find("lattice") != nullptr || find("structure") != nullptr ||
        (!parameters_.structure_key.empty() && find(parameters_.structure_key.c_str()) != nullptr)) {
      records_ = {{"", text_}};
      kind_ = "JSON structure";
      return;
    }
    for (const char* key : {"data", "docs", "entries", "structures", "results"})
      if (const JsonItem* list = find(key); list != nullptr && json_kind(list->text) == '[') {
        records_ = json_items(list->text);
        kind_ = "JSON list";
        return;
      }
    for (const JsonItem& item : items)
      if (json_kind(item.text) == '{') records_.push_back(item);
    kind_ = "JSON by id";
    if (records_.empty())
      fail_input("neither a structure nor a list of them, at the top or under data, docs, entries or structures");
  }

  json by_columns(const json& row) const {
    if (!row.is_array() || row.size() != columns_.size())
      fail_input("the row has not the {} values that columns name", columns_.size());
    json record = json::object();
    for (std::size_t c = 0; c < columns_.size(); ++c) record[columns_[c]] = row[c];
    return record;
  }

  std::string id_of(const json& record) const {
    if (!record.is_object()) return "";
    const auto keys = parameters_.id_key.empty() ? dataset_id_keys() : std::vector<std::string>{parameters_.id_key};
    for (const std::string& key : keys)
      if (const auto found = record.find(key); found != record.end())
        if (std::string text = scalar_text(*found); !text.empty()) return text;
    return "";
  }

  Structure structure_of(const json& record, const std::string& where) const {
    if (!record.is_object()) fail_input("it is no object");
    if (parameters_.structure_key.empty() && is_pymatgen_structure(record)) {
      Structure structure = structure_from_pymatgen(record);
      if (const auto labels = record.find("properties"); labels != record.end() && labels->is_object())
        add_labels(*labels, structure);
      return structure;
    }
    Structure structure;
    std::string used;
    for (const std::string& key : parameters_.structure_key.empty()
                                      ? std::vector<std::string>{"structure", "cif"}
                                      : std::vector<std::string>{parameters_.structure_key})
      if (const auto found = record.find(key); used.empty() && found != record.end() && !found->is_null()) {
        used = key;
        if (found->is_string()) {
          const std::string text = found->get<std::string>();
          structure = json_kind(text) == '{' ? structure_from_pymatgen(json::parse(text)) : parse_cif(text, where);
          structure.info.clear();
        } else {
          structure = structure_from_pymatgen(*found);
        }
      }
    if (used.empty())
      fail_input("it has no {}",
                 parameters_.structure_key.empty() ? "structure" : "'" + parameters_.structure_key + "'");
    for (const auto& [key, value] : record.items()) {
      if (key == used || key.rfind('@', 0) == 0) continue;
      if ((key == "forces" || key == "force") && value.is_array()) {
        read_forces(value, structure);
      } else if ((key == "stress" || key == "virial" || key == "virials") && value.is_array()) {
        append_numbers(value, structure.info[key]);
      } else if (key == "data" && value.is_object()) {
        add_labels(value, structure);
      } else if (value.is_object() && scalar_text(value).empty() && key == "symmetry") {
        for (const auto& [name, part] : value.items())
          if (std::string text = scalar_text(part); !text.empty() && name.rfind('@', 0) != 0)
            structure.info[key + "." + name] = std::move(text);
      } else if (std::string text = scalar_text(value); !text.empty()) {
        structure.info[key] = std::move(text);
      }
    }
    return structure;
  }

  static void add_labels(const json& labels, Structure& structure) {
    for (const auto& [name, value] : labels.items())
      if (std::string text = scalar_text(value); !text.empty() && name.rfind('@', 0) != 0)
        structure.info.emplace(name, std::move(text));
  }

  static void read_forces(const json& value, Structure& structure) {
    if (value.size() != structure.size()) fail_input("{} forces for {} atoms", value.size(), structure.size());
    structure.force.clear();
    for (const json& row : value) {
      if (!row.is_array() || row.size() != 3) fail_input("a force is not three numbers");
      Vec3 force;
      for (std::size_t k = 0; k < 3; ++k) {
        if (!row[k].is_number()) fail_input("'{}' in a force is no number", row[k].dump().substr(0, 40));
        force[static_cast<Eigen::Index>(k)] = row[k].get<double>();
      }
      structure.force.push_back(force);
    }
  }

  std::string path_;
  ConvertParameters parameters_;
  std::string text_;
  std::string kind_;
  std::vector<std::string> columns_;  // of a table; empty: records are objects
  std::vector<JsonItem> records_;
};

}  // namespace

std::unique_ptr<RecordSource> open_json_source(const std::string& path, const ConvertParameters& parameters) {
  return std::make_unique<JsonSource>(path, parameters);
}

}  // namespace spinel
