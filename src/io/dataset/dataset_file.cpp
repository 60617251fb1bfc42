#include "io/dataset/dataset_file.hpp"

#include "core/text.hpp"
#include "io/attempt.hpp"
#include "io/collective_file.hpp"
#include "io/dataset/dataset_arrays.hpp"
#include "io/hdf_reader.hpp"
#include "io/posix_file.hpp"
#include "io/result_file.hpp"

namespace spinel {

namespace {

constexpr const char* format_name = "Spinel dataset";
constexpr const char* format_version = "1";

/// Empty where there is none, or no HDF5 file.
std::string attribute_of(const std::string& path, const std::string& name) {
  try {
    return HdfReader(path).attribute("/", name);
  } catch (const Error&) {
    return "";
  }
}

/// On rank 0. InputError where `path` is no dataset file.
void check_is_dataset(const std::string& path) {
  if (!file_exists(path)) fail_input("there is no file {}", path);
  const std::string format = attribute_of(path, "format"), version = attribute_of(path, "version");
  if (format != format_name)
    fail_input(
        "{} is no dataset: calculation = 'convert' makes one; files of structures of other kinds are read as they are",
        path);
  if (version != format_version)
    fail_input("{} is a dataset of version {}, which this version of Spinel does not know", path, version);
}

}  // namespace

bool is_dataset_file(const std::string& path) {
  return file_exists(path) && attribute_of(path, "format") == format_name;
}

void set_dataset_format(ResultFile& file) {
  file.set_attribute("/", "format", format_name);
  file.set_attribute("/", "version", format_version);
}

void write_dataset(const std::string& path, DatasetRecords records, const std::map<std::string, std::string>& units,
                   const std::map<std::string, std::string>& notes, const Communicator& communicator) {
  DatasetColumns columns = take_columns(records, communicator);
  for (const auto& [name, unit] : units) {
    if (columns.scalar.count(name) > 0) continue;
    std::vector<std::string> names;
    for (const auto& [known, values] : columns.scalar) names.push_back(known);
    fail_input("units: there are no numbers '{}'; there are {}", name, quoted_list(names));
  }
  if (communicator.sum(records.n_structures()) == 0) fail("no records for '{}'", path);
  CollectiveWriter file(communicator);
  file.set_attribute("/", "format", format_name);
  file.set_attribute("/", "version", format_version);
  for (const auto& [name, text] : notes) file.set_attribute("/provenance", name, text);
  file.add_offsets("/structure/atom_offset", records.atom_offset, "first atom of each structure, and the end");
  file.add("/structure/cell", records.cell, {3, 3}, "Å", "rows are the lattice vectors a, b, c");
  file.add("/structure/periodic", records.periodic, {}, "", "bit 0, 1, 2: periodic along a, b, c");
  file.add("/atom/atomic_number", records.atomic_number, {}, "", "");
  file.add("/atom/position", records.position, {3}, "Å", "Cartesian");
  if (columns.has_force) file.add("/atom/force", records.force, {3}, "eV/Å", "NaN where a record has none");
  if (columns.has_stress)
    file.add("/structure/stress", records.stress, {6}, "eV/Å³",
             "xx yy zz yz xz xy, tension positive; NaN where a record has none");
  if (columns.has_magnetic_moment)
    file.add("/atom/magnetic_moment", records.magnetic_moment, {3}, "μB",
             "collinear ones along z; NaN where a record has none");
  if (columns.has_charge) file.add("/atom/charge", records.charge, {}, "e", "NaN where a record has none");
  file.add_texts("/id", records.id, "ids, UTF-8, one after the other");
  for (const auto& [name, values] : columns.scalar) {
    const auto given = units.find(name);
    file.add("/scalar/" + name, values, {}, given != units.end() ? given->second : usual_unit(name),
             "NaN where a record has none");
  }
  for (const auto& [name, texts] : columns.text) file.add_texts("/text/" + name, texts, "UTF-8, one after the other");
  file.save(path);
}

void Dataset::read(const std::string& path) {
  Arrays& a = *arrays_;
  const Communicator& all = a.group.all();
  std::string problem;
  if (all.is_root()) {
    try {
      check_is_dataset(path);
    } catch (const InputError& error) {
      problem = error.what();
    }
  }
  all.broadcast(problem);
  if (!problem.empty()) throw InputError(problem);

  problem = attempt([&] {
    const CollectiveReader file(path, a.group);
    const auto read_texts = [&](const std::string& name) {
      Arrays::Texts texts{file.read<std::int64_t>(name + "/offset", n_structures_ + 1, 1),
                          file.read<std::uint8_t>(name + "/bytes", -1, 1)};
      check_offsets(texts.offset, texts.bytes.size(), name);
      return texts;
    };
    a.atom_offset = file.read<std::int64_t>("/structure/atom_offset", -1, 1);
    a.atomic_number = file.read<std::uint8_t>("/atom/atomic_number", -1, 1);
    n_structures_ = static_cast<std::int64_t>(a.atom_offset.size()) - 1;
    n_atoms_ = static_cast<std::int64_t>(a.atomic_number.size());
    check_offsets(a.atom_offset, a.atomic_number.size(), "/structure/atom_offset");
    for (std::size_t i = 0; i < a.atomic_number.size(); ++i)
      if (a.atomic_number[i] < 1 || a.atomic_number[i] > 118)
        fail("no element has the atomic number {} of atom {}", a.atomic_number[i], i);
    a.cell = file.read<double>("/structure/cell", n_structures_, 9);
    a.periodic = file.read<std::uint8_t>("/structure/periodic", n_structures_, 1);
    a.position = file.read<double>("/atom/position", n_atoms_, 3);
    if (file.exists("/atom/force")) a.force = file.read<double>("/atom/force", n_atoms_, 3);
    if (file.exists("/atom/magnetic_moment"))
      a.magnetic_moment = file.read<double>("/atom/magnetic_moment", n_atoms_, 3);
    if (file.exists("/atom/charge")) a.charge = file.read<double>("/atom/charge", n_atoms_, 1);
    if (file.exists("/structure/stress")) a.stress = file.read<double>("/structure/stress", n_structures_, 6);
    a.id = read_texts("/id");
    if (file.exists("/scalar"))
      for (const std::string& name : file.list("/scalar")) {
        a.scalar[name] = file.read<double>("/scalar/" + name, n_structures_, 1);
        unit_[name] = file.attribute("/scalar/" + name, "unit");
      }
    if (file.exists("/text"))
      for (const std::string& name : file.list("/text")) a.text[name] = read_texts("/text/" + name);
  });
  all.fail_together(problem.empty() ? problem : fmt::format("{}: {}", path, problem));
}

void Dataset::check_offsets(const NodeShared<std::int64_t>& offset, std::size_t n, const std::string& name) {
  bool good = offset.size() > 0 && offset[0] == 0 && offset[offset.size() - 1] == static_cast<std::int64_t>(n);
  for (std::size_t i = 1; good && i < offset.size(); ++i) good = offset[i] >= offset[i - 1];
  if (!good) fail("the offsets of '{}' do not ascend from 0 to {}", name, n);
}

}  // namespace spinel
