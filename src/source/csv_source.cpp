#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/json/json_labels.hpp"
#include "crystal/formats/json/json_parse.hpp"
#include "crystal/formats/json/json_structures.hpp"
#include "io/dataset/dataset_records.hpp"
#include "source/formats.hpp"
#include "source/table_rows.hpp"

namespace spinel {

namespace {

/// A table with a column of CIF, or of JSON in any of the forms of JsonForm.
class CsvSource final : public StructureSource {
 public:
  CsvSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options), rows_(path, communicator), titles_(rows_.first()) {
    const std::string& where = rows_.place_of_first();
    std::vector<std::string> names = {"structure", "cif", "cif_string", "cif.conventional"};
    if (!options.structure_key.empty()) names = {options.structure_key};
    structure_ = column(names);
    if (structure_ == titles_.size())
      fail_input("{}: no column of structures: none of {} among {}", where, quoted_list(names), quoted_list(titles_));
    id_ = column(options.id_key.empty() ? dataset_id_keys() : std::vector<std::string>{options.id_key});
    if (id_ == titles_.size() && !options.id_key.empty())
      fail_input("{}: no column '{}' among {}", where, options.id_key, quoted_list(titles_));
  }

  std::string kind() const override { return "CSV"; }
  std::int64_t size() const override { return rows_.size() - 1; }
  std::string name(std::int64_t i) const override {
    return fmt::format("{} row {}", std::filesystem::path(rows_.text().path()).filename().string(), i);
  }
  double cost(std::int64_t i) const override { return static_cast<double>(rows_.bytes(i + 1)); }
  std::string default_id(std::int64_t i) override {
    std::string where;
    if (id_ < titles_.size())
      if (const auto cells = rows_.read(i + 1, where); id_ < cells.size() && !cells[id_].empty()) return cells[id_];
    return fmt::format("{}-{}", stem_of(rows_.text().path()), i);
  }
  Structure read(std::int64_t i) override {
    std::string where;
    const auto cells = rows_.read(i + 1, where);
    if (cells.size() != titles_.size())
      fail_input("{}: {} cells, where the titles are {}", where, cells.size(), titles_.size());
    try {
      return structure_of(cells);
    } catch (const InputError& error) {
      fail_input("{}: {}", where, error.what());
    }
  }
  void close() override { rows_.close(); }
  std::uint64_t fingerprint() const override { return rows_.text().fingerprint(); }

 private:
  /// The first column with one of these titles.
  std::size_t column(const std::vector<std::string>& names) const {
    for (const std::string& name : names)
      for (std::size_t c = 0; c < titles_.size(); ++c)
        if (lower_case(titles_[c]) == lower_case(name)) return c;
    return titles_.size();
  }

  Structure structure_of(const std::vector<std::string>& cells) const {
    if (trim(cells[structure_]).empty()) fail_input("the column {} is empty", titles_[structure_]);
    const ReadOptions& read = options_.read;
    Structure structure = structure_from_string(cells[structure_], titles_[structure_], read);
    structure.info.clear();
    // Lists of the atoms, as pandas writes them; they outlive `labels`.
    std::vector<nlohmann::json> lists(cells.size());
    JsonLabels labels(structure, read);
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c == structure_ || titles_[c].empty()) continue;
      if (is_atom_list(titles_[c], cells[c], lists[c]))
        labels.add(titles_[c], lists[c]);
      else
        structure.info[titles_[c]] = cells[c];
    }
    labels.finish();
    ReadOptions own = read;
    if (read.stress_unit == StressUnit::automatic && structure.info.count("matpes_id") > 0) {
      own.stress_unit = StressUnit::kbar;
      if (structure.info.count(read.keys.stress.empty() ? "stress" : read.keys.stress) > 0)
        warn(structure.warnings, "the stress of MatPES is taken as kilobar, pressure positive");
    }
    take_labels(structure, own);
    return structure;
  }

  bool is_atom_list(const std::string& title, const std::string& cell, nlohmann::json& list) const {
    int rank = 0;
    if (json_kind(cell) != '[' || atom_label(title, options_.read.keys, rank) == AtomLabel::none) return false;
    try {
      list = parse_json(cell);
    } catch (const InputError&) {
      // NumPy's way to print an array is a text like any other.
    }
    return list.is_array();
  }

  TableRows rows_;
  std::vector<std::string> titles_;
  std::size_t structure_ = 0, id_ = 0;
};

}  // namespace

SourcePointer open_csv(const std::string& path, const SourceOptions& options, const Communicator& communicator) {
  return std::make_shared<CsvSource>(path, options, communicator);
}

}  // namespace spinel
