#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/cif.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/pymatgen_json.hpp"
#include "io/dataset/dataset_records.hpp"
#include "source/formats.hpp"
#include "source/table_rows.hpp"

namespace spinel {

namespace {

/// A table with a column of CIF, or of pymatgen's dictionaries as JSON.
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
    Structure structure = structure_in(cells[structure_], where);
    structure.info.clear();
    for (std::size_t c = 0; c < cells.size(); ++c)
      if (c != structure_ && !titles_[c].empty()) structure.info[titles_[c]] = cells[c];
    return structure;
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

  Structure structure_in(const std::string& text, const std::string& where) const {
    if (trim(text).empty()) fail_input("{}: the column {} is empty", where, titles_[structure_]);
    if (text[text.find_first_not_of(" \n\t\r")] != '{') return parse_cif(text, where, {"", -1, options_.allow_labels});
    try {
      return structure_from_pymatgen(nlohmann::json::parse(text), options_.allow_labels);
    } catch (const InputError& error) {
      fail_input("{}: {}", where, error.what());
    } catch (const nlohmann::json::exception& error) {
      fail_input("{}: {}", where, error.what());
    }
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
