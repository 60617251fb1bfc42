#include "io/collective_file.hpp"

#include <algorithm>

#include "io/attempt.hpp"
#include "io/hdf5_handle.hpp"
#include "io/posix_file.hpp"

namespace spinel {

namespace {

using hdf5::Handle;

/// Opens the file on all ranks together.
Handle open_together(const std::string& path, unsigned flags, const Communicator& communicator) {
  hdf5::start();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_mpio(access, communicator.mpi(), MPI_INFO_NULL);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_all_coll_metadata_ops(access, true);
  return hdf5::checked(H5Fopen(path.c_str(), flags, access), H5Fclose, fmt::format("cannot open '{}'", path));
}

hsize_t width_of(const std::vector<hsize_t>& dims) {
  hsize_t width = 1;
  for (std::size_t k = 1; k < dims.size(); ++k) width *= dims[k];
  return width;
}

/// Reads or writes rows first … first + rows − 1 of a dataset [row][width…], all ranks together: 256 MB at a time, as
/// one collective transfer of more than 2 GB is more than some MPI libraries can do. Where one rank fails, all do.
template <class Data>
void transfer(hid_t file, const std::string& path, hsize_t first, hsize_t rows, Data* data,
              const Communicator& communicator) {
  using T = std::remove_const_t<Data>;
  const Handle dataset = hdf5::open_dataset(file, path);
  const auto dims = hdf5::dims_of(dataset);
  const hsize_t width = width_of(dims);
  const Handle how(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Pset_dxpl_mpio(how, H5FD_MPIO_COLLECTIVE);
  const hsize_t at_once = std::max<hsize_t>(1, (hsize_t{1} << 28) / (sizeof(T) * std::max<hsize_t>(1, width)));
  const auto rounds = communicator.max(static_cast<std::uint64_t>((rows + at_once - 1) / at_once));
  std::string problem;
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
    if (status < 0 && problem.empty())
      problem = fmt::format("cannot {} '{}': {}", std::is_const_v<Data> ? "write" : "read", path, hdf5::last_error());
  }
  communicator.fail_together(problem);
}

}  // namespace

template <class T>
void CollectiveWriter::add(const std::string& path, const T* values, std::int64_t rows,
                           std::vector<std::int64_t> row_shape, const std::string& unit,
                           const std::string& description) {
  const auto first = static_cast<hsize_t>(communicator_.exclusive_scan(rows));
  row_shape.insert(row_shape.begin(), communicator_.sum(rows));
  arrays_.push_back({path, std::move(row_shape), unit, description, [] { return hdf5::native_type<T>(); },
                     [path, first, rows, values, all = communicator_](std::int64_t file) {
                       transfer(file, path, first, static_cast<hsize_t>(rows), values, all);
                     }});
}

void CollectiveWriter::add_offsets(const std::string& path, const std::vector<std::int64_t>& own,
                                   const std::string& description) {
  const std::int64_t before = communicator_.exclusive_scan(own.back());
  auto offsets = std::make_shared<std::vector<std::int64_t>>();
  if (communicator_.is_root()) offsets->push_back(0);
  for (std::size_t i = 1; i < own.size(); ++i) offsets->push_back(before + own[i]);
  kept_.push_back(offsets);
  add(path, *offsets, {}, "", description);
}

void CollectiveWriter::add_texts(const std::string& path, const std::vector<std::string>& texts,
                                 const std::string& description) {
  std::vector<std::int64_t> offset = {0};
  auto bytes = std::make_shared<std::vector<std::uint8_t>>();
  for (const std::string& text : texts) {
    bytes->insert(bytes->end(), text.begin(), text.end());
    offset.push_back(static_cast<std::int64_t>(bytes->size()));
  }
  kept_.push_back(bytes);
  add_offsets(path + "/offset", offset, "first byte of each text, and the end of the last");
  add(path + "/bytes", *bytes, {}, "", description);
}

/// On rank 0: the file with room for every array.
void CollectiveWriter::create(const std::string& path) const {
  hdf5::start();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  H5Pset_alignment(access, 64 * 1024, 4096);
  Handle file = hdf5::checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose,
                              fmt::format("cannot create '{}'", path));
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose), links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(creation, false);
  H5Pset_create_intermediate_group(links, 1);
  for (const Array& array : arrays_) {
    const Handle space = hdf5::dataspace({array.dims.begin(), array.dims.end()});
    const Handle dataset =
        hdf5::checked(H5Dcreate2(file, array.path.c_str(), array.type(), space, links, creation, H5P_DEFAULT), H5Dclose,
                      fmt::format("cannot create '{}'", array.path));
    hdf5::write_attribute(dataset, "unit", array.unit);
    if (!array.description.empty()) hdf5::write_attribute(dataset, "description", array.description);
  }
  for (const auto& [path_of, attributes] : attributes_) {
    if (path_of != "/" && !hdf5::exists(file, path_of)) hdf5::create_group(file, path_of);
    const Handle object = hdf5::checked(H5Oopen(file, path_of.c_str(), H5P_DEFAULT), H5Oclose, "cannot open an object");
    for (const auto& [name, text] : attributes) hdf5::write_attribute(object, name, text);
  }
  if (!file.reset()) fail("cannot close: {}", hdf5::last_error());
}

void CollectiveWriter::save(const std::string& path) const {
  const std::string temporary = path + ".part";
  const auto step = [&](bool here, const std::function<void()>& work) {
    const std::string problem = here ? attempt(work) : std::string();
    const bool failed = communicator_.max(problem.empty() ? 0 : 1) == 1;
    if (failed && communicator_.is_root()) attempt([&] { remove_file(temporary); });
    communicator_.fail_together(problem.empty() ? problem : fmt::format("cannot write '{}': {}", path, problem));
  };
  step(communicator_.is_root(), [&] {
    create(temporary);
    const PosixFile disk(temporary, PosixFile::Mode::update);
    disk.reserve(disk.size());
  });
  step(true, [&] {
    Handle file = open_together(temporary, H5F_ACC_RDWR, communicator_);
    for (const Array& array : arrays_) array.write(file);
    hdf5::check(H5Fflush(file, H5F_SCOPE_GLOBAL), "cannot flush");
    if (!file.reset()) fail("cannot close: {}", hdf5::last_error());
  });
  step(communicator_.is_root(), [&] {
    PosixFile(temporary, PosixFile::Mode::update).sync();
    rename_file(temporary, path);
  });
}

struct CollectiveReader::Impl {
  const NodeGroup& group;
  Handle file;
};

CollectiveReader::CollectiveReader(const std::string& path, const NodeGroup& group) : impl_(new Impl{group, Handle()}) {
  group.all().fail_together(attempt([&] { impl_->file = open_together(path, H5F_ACC_RDONLY, group.all()); }));
}
CollectiveReader::~CollectiveReader() = default;

bool CollectiveReader::exists(const std::string& path) const { return hdf5::exists(impl_->file, path); }

std::vector<std::string> CollectiveReader::list(const std::string& group) const {
  return hdf5::list_group(impl_->file, group);
}

std::string CollectiveReader::attribute(const std::string& object, const std::string& name) const {
  const Handle opened = hdf5::checked(H5Oopen(impl_->file, object.c_str(), H5P_DEFAULT), H5Oclose,
                                      fmt::format("there is no '{}'", object));
  return hdf5::read_text_attribute(opened, name);
}

std::vector<std::int64_t> CollectiveReader::dims(const std::string& path) const {
  const auto dims = hdf5::dims_of(hdf5::open_dataset(impl_->file, path));
  return {dims.begin(), dims.end()};
}

template <class T>
NodeShared<T> CollectiveReader::read(const std::string& path, std::int64_t rows, std::int64_t width) const {
  std::vector<hsize_t> shape;
  impl_->group.all().fail_together(attempt([&] { shape = hdf5::dims_of(hdf5::open_dataset(impl_->file, path)); }));
  const auto w = static_cast<hsize_t>(width);
  if (shape.empty() || width_of(shape) != w || (rows >= 0 && shape[0] != static_cast<hsize_t>(rows)))
    fail("'{}' has not the shape that the other arrays ask for", path);
  const Communicator& node = impl_->group.node();
  NodeShared<T> target(impl_->group, shape[0] * w);
  // Each rank of a node its share; every node all of it.
  const auto part = static_cast<hsize_t>(node.rank()), parts = static_cast<hsize_t>(node.size());
  const hsize_t first = shape[0] * part / parts, end = shape[0] * (part + 1) / parts;
  transfer(impl_->file, path, first, end - first, target.data() + first * w, impl_->group.all());
  target.fence();
  return target;
}

#define SPINEL_INSTANTIATE(T)                                                                                \
  template void CollectiveWriter::add(const std::string&, const T*, std::int64_t, std::vector<std::int64_t>, \
                                      const std::string&, const std::string&);                               \
  template NodeShared<T> CollectiveReader::read(const std::string&, std::int64_t, std::int64_t) const;
SPINEL_INSTANTIATE(double)
SPINEL_INSTANTIATE(float)
SPINEL_INSTANTIATE(std::int32_t)
SPINEL_INSTANTIATE(std::int64_t)
SPINEL_INSTANTIATE(std::uint8_t)
SPINEL_INSTANTIATE(std::int8_t)
#undef SPINEL_INSTANTIATE

}  // namespace spinel
