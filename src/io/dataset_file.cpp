#include "io/dataset_file.hpp"

#include <algorithm>
#include <functional>

#include "core/text.hpp"
#include "io/attempt.hpp"
#include "io/dataset_arrays.hpp"
#include "io/hdf5_handle.hpp"
#include "io/hdf_reader.hpp"
#include "io/posix_file.hpp"

namespace spinel {

namespace {

using hdf5::Handle;

constexpr const char* format_name = "Spinel dataset";
constexpr const char* format_version = "1";

/// Opens the file on all ranks together.
Handle open_together(const std::string& path, unsigned flags, const Communicator& communicator) {
  hdf5::start();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_mpio(access, communicator.mpi(), MPI_INFO_NULL);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_all_coll_metadata_ops(access, 1);
  return hdf5::checked(H5Fopen(path.c_str(), flags, access), H5Fclose, fmt::format("cannot open '{}'", path));
}

/// Reads or writes rows first … first + rows − 1 of a dataset [row] or [row][width…], all ranks together: rows of 256
/// MB at a time, as one collective transfer of more than 2 GB is more than some MPI libraries can do.
template <class T, class Data>
void transfer(hid_t file, const std::string& path, hsize_t first, hsize_t rows, Data* data, bool writes,
              const Communicator& communicator) {
  const Handle dataset = hdf5::open_dataset(file, path);
  const auto dims = hdf5::dims_of(dataset);
  hsize_t width = 1;
  for (std::size_t k = 1; k < dims.size(); ++k) width *= dims[k];
  const Handle how(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Pset_dxpl_mpio(how, H5FD_MPIO_COLLECTIVE);
  const hsize_t at_once = std::max<hsize_t>(1, (hsize_t{1} << 28) / (sizeof(T) * std::max<hsize_t>(1, width)));
  const auto rounds = communicator.max(static_cast<std::uint64_t>((rows + at_once - 1) / at_once));
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const hsize_t begin = std::min(rows, round * at_once), n = std::min(rows - begin, at_once);
    const Handle in_file(H5Dget_space(dataset), H5Sclose);
    std::vector<hsize_t> start(dims.size(), 0), count = dims;
    start[0] = first + begin, count[0] = n;
    const Handle in_memory = hdf5::dataspace({n * width});
    if (n * width == 0) {
      H5Sselect_none(in_file);
      H5Sselect_none(in_memory);
    } else {
      H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    }
    herr_t status;
    if constexpr (std::is_const_v<Data>)
      status = H5Dwrite(dataset, hdf5::native_type<T>(), in_memory, in_file, how, data + begin * width);
    else
      status = H5Dread(dataset, hdf5::native_type<T>(), in_memory, in_file, how, data + begin * width);
    hdf5::check(status, fmt::format("cannot {} '{}'", writes ? "write" : "read", path));
  }
}

/// One array of the file: what rank 0 makes room for, and what each rank then puts there.
struct Array {
  std::string path;
  std::vector<hsize_t> dims;
  hid_t type;
  std::string unit, description;
  std::function<void(hid_t file, const Communicator&)> write;
};

/// Collects the arrays of a file and their place in it.
class Layout {
 public:
  explicit Layout(const Communicator& communicator) : communicator_(communicator) {}

  /// Rows of this rank, `width` values each (shape: how a row is seen).
  template <class T>
  void add(const std::string& path, const std::vector<T>& values, std::vector<hsize_t> row_shape,
           const std::string& unit, const std::string& description) {
    hsize_t width = 1;
    for (const hsize_t n : row_shape) width *= n;
    const auto rows = static_cast<std::int64_t>(values.size() / width);
    const auto first = static_cast<hsize_t>(communicator_.exclusive_scan(rows));
    row_shape.insert(row_shape.begin(), static_cast<hsize_t>(communicator_.sum(rows)));
    arrays_.push_back({path, row_shape, hdf5::native_type<T>(), unit, description,
                       [path, first, rows, data = values.data()](hid_t file, const Communicator& all) {
                         transfer<T>(file, path, first, static_cast<hsize_t>(rows), data, true, all);
                       }});
  }

  /// [n + 1] offsets from those of this rank's rows, which begin at 0.
  void add_offsets(const std::string& path, const std::vector<std::int64_t>& own, const std::string& description) {
    const std::int64_t before = communicator_.exclusive_scan(own.back());
    auto& offsets = kept_.emplace_back(std::make_unique<std::vector<std::int64_t>>());
    if (communicator_.is_root()) offsets->push_back(0);
    for (std::size_t i = 1; i < own.size(); ++i) offsets->push_back(before + own[i]);
    add(path, *offsets, {}, "", description);
  }

  void add_texts(const std::string& path, const std::vector<std::string>& texts, const std::string& description) {
    std::vector<std::int64_t> offset = {0};
    auto& bytes = kept_bytes_.emplace_back(std::make_unique<std::vector<std::uint8_t>>());
    for (const std::string& text : texts) {
      bytes->insert(bytes->end(), text.begin(), text.end());
      offset.push_back(static_cast<std::int64_t>(bytes->size()));
    }
    add_offsets(path + "/offset", offset, "[structure + 1] first byte of a text");
    add(path + "/bytes", *bytes, {}, "", description);
  }

  /// On rank 0: the file with room for everything.
  void create(const std::string& path, const std::map<std::string, std::string>& notes) const {
    hdf5::start();
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
    H5Pset_alignment(access, 64 * 1024, 4096);
    Handle file = hdf5::checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose,
                                fmt::format("cannot create '{}'", path));
    hdf5::write_attribute(file, "format", format_name);
    hdf5::write_attribute(file, "version", format_version);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose), links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(creation, 0);
    H5Pset_create_intermediate_group(links, 1);
    for (const Array& array : arrays_) {
      const Handle space = hdf5::dataspace(array.dims);
      const Handle dataset =
          hdf5::checked(H5Dcreate2(file, array.path.c_str(), array.type, space, links, creation, H5P_DEFAULT), H5Dclose,
                        fmt::format("cannot create '{}'", array.path));
      hdf5::write_attribute(dataset, "unit", array.unit);
      if (!array.description.empty()) hdf5::write_attribute(dataset, "description", array.description);
    }
    const Handle provenance = hdf5::create_group(file, "/provenance");
    for (const auto& [name, text] : notes) hdf5::write_attribute(provenance, name, text);
    if (!file.reset()) fail("cannot close: {}", hdf5::last_error());
  }

  /// Collective.
  void write(const std::string& path) const {
    Handle file = open_together(path, H5F_ACC_RDWR, communicator_);
    for (const Array& array : arrays_) array.write(file, communicator_);
    hdf5::check(H5Fflush(file, H5F_SCOPE_GLOBAL), "cannot flush");
    if (!file.reset()) fail("cannot close: {}", hdf5::last_error());
  }

 private:
  Communicator communicator_;
  std::vector<Array> arrays_;
  std::vector<std::unique_ptr<std::vector<std::int64_t>>> kept_;
  std::vector<std::unique_ptr<std::vector<std::uint8_t>>> kept_bytes_;
};

/// On rank 0. InputError where `path` is no dataset file.
void check_is_dataset(const std::string& path) {
  if (!file_exists(path)) fail_input("there is no file {}", path);
  std::string format, version;
  try {
    const HdfReader file(path);
    format = file.attribute("/", "format");
    version = file.attribute("/", "version");
  } catch (const Error&) {
  }
  if (format != format_name)
    fail_input(
        "{} is no dataset: calculation = 'convert' makes one, and extended XYZ (*.xyz, *.extxyz, also .gz) is "
        "read as it is",
        path);
  if (version != format_version)
    fail_input("{} is a dataset of version {}, which this version of Spinel does not know", path, version);
}

}  // namespace

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
  Layout layout(communicator);
  layout.add_offsets("/structure/atom_offset", records.atom_offset, "[structure + 1] first atom of a structure");
  layout.add("/structure/cell", records.cell, {3, 3}, "Å", "rows are the lattice vectors a, b, c");
  layout.add("/structure/periodic", records.periodic, {}, "", "bit 0, 1, 2: periodic along a, b, c");
  layout.add("/atom/atomic_number", records.atomic_number, {}, "", "");
  layout.add("/atom/position", records.position, {3}, "Å", "Cartesian");
  if (columns.has_force) layout.add("/atom/force", records.force, {3}, "eV/Å", "NaN where a record has none");
  if (columns.has_stress)
    layout.add("/structure/stress", records.stress, {6}, "eV/Å³",
               "xx yy zz yz xz xy, tension positive; NaN where a record has none");
  layout.add_texts("/id", records.id, "ids, UTF-8, one after the other");
  for (const auto& [name, values] : columns.scalar) {
    const auto given = units.find(name);
    layout.add("/scalar/" + name, values, {}, given != units.end() ? given->second : usual_unit(name),
               "NaN where a record has none");
  }
  for (const auto& [name, texts] : columns.text) layout.add_texts("/text/" + name, texts, "UTF-8, one after the other");

  const std::string temporary = path + ".part";
  const auto step = [&](bool here, const std::function<void()>& work) {
    const std::string problem = here ? attempt(work) : std::string();
    const bool failed = communicator.max(problem.empty() ? 0 : 1) == 1;
    if (failed && communicator.is_root()) attempt([&] { remove_file(temporary); });
    communicator.fail_together(problem.empty() ? problem : fmt::format("cannot write '{}': {}", path, problem));
  };
  step(communicator.is_root(), [&] {
    layout.create(temporary, notes);
    const PosixFile disk(temporary, PosixFile::Mode::update);
    disk.reserve(disk.size());
  });
  step(true, [&] { layout.write(temporary); });
  step(communicator.is_root(), [&] {
    PosixFile(temporary, PosixFile::Mode::update).sync();
    rename_file(temporary, path);
  });
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
    const Handle file = open_together(path, H5F_ACC_RDONLY, all);
    const Communicator& node = a.group.node();
    const auto load = [&](auto& target, const std::string& name, std::int64_t expected_rows, hsize_t width) {
      using T = std::remove_reference_t<decltype(target[0])>;
      const auto dims = hdf5::dims_of(hdf5::open_dataset(file, name));
      hsize_t found_width = 1;
      for (std::size_t k = 1; k < dims.size(); ++k) found_width *= dims[k];
      if (dims.empty() || found_width != width ||
          (expected_rows >= 0 && static_cast<std::int64_t>(dims[0]) != expected_rows))
        fail("'{}' has not the shape that the other arrays ask for", name);
      target = NodeShared<T>(a.group, dims[0] * width);
      // Each rank of a node its share; every node all of it.
      const hsize_t part = static_cast<hsize_t>(node.rank()), parts = static_cast<hsize_t>(node.size());
      const hsize_t first = dims[0] * part / parts, end = dims[0] * (part + 1) / parts;
      transfer<T>(file, name, first, end - first, target.data() + first * width, false, all);
      target.fence();
    };
    const auto load_texts = [&](Arrays::Texts& target, const std::string& name) {
      load(target.offset, name + "/offset", n_structures_ + 1, 1);
      load(target.bytes, name + "/bytes", -1, 1);
      check_offsets(target.offset, target.bytes.size(), name);
    };
    load(a.atom_offset, "/structure/atom_offset", -1, 1);
    load(a.atomic_number, "/atom/atomic_number", -1, 1);
    n_structures_ = static_cast<std::int64_t>(a.atom_offset.size()) - 1;
    n_atoms_ = static_cast<std::int64_t>(a.atomic_number.size());
    check_offsets(a.atom_offset, a.atomic_number.size(), "/structure/atom_offset");
    for (std::size_t i = 0; i < a.atomic_number.size(); ++i)
      if (a.atomic_number[i] < 1 || a.atomic_number[i] > 118)
        fail("no element has the atomic number {} of atom {}", a.atomic_number[i], i);
    load(a.cell, "/structure/cell", n_structures_, 9);
    load(a.periodic, "/structure/periodic", n_structures_, 1);
    load(a.position, "/atom/position", n_atoms_, 3);
    if (hdf5::exists(file, "/atom/force")) load(a.force, "/atom/force", n_atoms_, 3);
    if (hdf5::exists(file, "/structure/stress")) load(a.stress, "/structure/stress", n_structures_, 6);
    load_texts(a.id, "/id");
    if (hdf5::exists(file, "/scalar"))
      for (const std::string& name : hdf5::list_group(file, "/scalar")) {
        load(a.scalar[name], "/scalar/" + name, n_structures_, 1);
        unit_[name] = hdf5::read_text_attribute(hdf5::open_dataset(file, "/scalar/" + name), "unit");
      }
    if (hdf5::exists(file, "/text"))
      for (const std::string& name : hdf5::list_group(file, "/text")) load_texts(a.text[name], "/text/" + name);
  });
  all.fail_together(problem.empty() ? problem : fmt::format("{}: {}", path, problem));
}

void Dataset::check_offsets(const NodeShared<std::int64_t>& offset, std::size_t n, const std::string& name) {
  bool good = offset.size() > 0 && offset[0] == 0 && offset[offset.size() - 1] == static_cast<std::int64_t>(n);
  for (std::size_t i = 1; good && i < offset.size(); ++i) good = offset[i] >= offset[i - 1];
  if (!good) fail("the offsets of '{}' do not ascend from 0 to {}", name, n);
}

}  // namespace spinel
