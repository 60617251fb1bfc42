#include "source/structure_source.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/structure_bytes.hpp"
#include "io/dataset/dataset.hpp"
#include "parallel/on_root.hpp"
#include "source/formats.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

double number_of(const Structure& structure, const std::string& name) {
  const auto found = structure.info.find(name);
  double value = 0.0;
  return found != structure.info.end() && parse_number(found->second, value) ? value
                                                                             : std::numeric_limits<double>::quiet_NaN();
}

class MemoryList final : public StructureSource {
 public:
  MemoryList(std::vector<Structure> structures, std::vector<std::string> names)
      : structures_(std::move(structures)), names_(std::move(names)) {}
  std::string kind() const override { return "structures in memory"; }
  std::int64_t size() const override { return static_cast<std::int64_t>(structures_.size()); }
  std::string name(std::int64_t i) const override { return names_.at(static_cast<std::size_t>(i)); }
  double cost(std::int64_t i) const override { return static_cast<double>(at(i).size()); }
  Structure read(std::int64_t i) override { return at(i); }
  std::uint64_t fingerprint() const override {
    ContentHash hash;
    for (std::size_t i = 0; i < structures_.size(); ++i) {
      const auto bytes = pack(structures_[i]);
      hash.add(bytes.data(), bytes.size());
      hash.add(names_[i]);
    }
    return hash.value()[0];
  }

 private:
  const Structure& at(std::int64_t i) const { return structures_.at(static_cast<std::size_t>(i)); }

  std::vector<Structure> structures_;
  std::vector<std::string> names_;
};

using Opener = SourcePointer (*)(const std::string&, const SourceOptions&, const Communicator&);

/// On one rank. InputError where there is no such file or its name and `format` do not determine what it is.
Opener opener_of(const std::string& path, const std::string& format) {
  if (!fs::exists(path)) fail_input("there is no file or folder {}", path);
  const bool is_auto = format == "auto";
  if (fs::is_directory(path)) {
    if (!is_auto && format != "cif_folder") fail_input("{} is a folder, not a file of format '{}'", path, format);
    return fs::exists(fs::path(path) / "id_prop.csv") ? open_id_prop : open_folder;
  }
  if (format == "cif_folder") fail_input("{} is no folder", path);
  if (structure_format_named(format) != nullptr) return open_text;
  if (format == "csv" || (is_auto && has_extension(path, ".csv"))) return open_csv;
  if (format == "json" || (is_auto && is_json_name(path))) return open_json;
  if (is_dataset_name(path)) return open_dataset_list;
  if (structure_format(path) == nullptr)
    fail_input("{}: its name does not state what it is: {}, *.csv, *.json, *.jsonl (each also .gz), *.h5 or a folder",
               path, structure_file_names());
  return open_text;
}

}  // namespace

void to_record(const Structure& structure, CrystalRecord& record) {
  record.cell = structure.cell;
  record.periodic = structure.periodic;
  record.atomic_number.resize(structure.size());
  record.position.resize(3 * structure.size());
  for (std::size_t a = 0; a < structure.size(); ++a) {
    record.atomic_number[a] =
        static_cast<std::uint8_t>(structure.species[static_cast<std::size_t>(structure.type[a])].atomic_number);
    std::copy_n(structure.position[a].data(), 3, record.position.begin() + static_cast<std::ptrdiff_t>(3 * a));
  }
}

void StructureSource::read_crystal(std::int64_t i, CrystalRecord& record) {
  record.problem.clear();
  Structure structure;
  try {
    structure = read(i);
  } catch (const InputError& error) {
    record.id = name(i);
    record.problem = error.what();
    record.warnings.clear();
    record.atomic_number.clear();
    record.position.clear();
    record.scalar.assign(options_.scalars.size(), std::numeric_limits<double>::quiet_NaN());
    return;
  }
  const auto& keys = dataset_id_keys();
  const auto own = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return structure.info.count(key); });
  record.id = own == keys.end() ? name(i) : structure.info.at(*own);
  record.warnings = std::move(structure.warnings);
  to_record(structure, record);
  record.scalar.resize(options_.scalars.size());
  for (std::size_t s = 0; s < record.scalar.size(); ++s) record.scalar[s] = number_of(structure, options_.scalars[s]);
}

std::shared_ptr<StructureSource> open_structure_source(const std::string& path, const SourceOptions& options,
                                                       const Communicator& communicator) {
  static constexpr Opener openers[] = {open_text, open_json, open_csv, open_dataset_list, open_folder, open_id_prop};
  int which = 0;
  on_root(communicator, [&] {
    which = static_cast<int>(std::find(std::begin(openers), std::end(openers), opener_of(path, options.format)) -
                             std::begin(openers));
  });
  communicator.broadcast(&which, 1);
  auto source = openers[which](path, options, communicator);
  if (source->size() == 0) fail_input("{}: the file holds no records", path);
  return source;
}

std::shared_ptr<StructureSource> structures_in_memory(std::vector<Structure> structures,
                                                      std::vector<std::string> names) {
  return std::make_shared<MemoryList>(std::move(structures), std::move(names));
}

}  // namespace spinel
