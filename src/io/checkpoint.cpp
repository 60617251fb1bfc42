#include "io/checkpoint.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <variant>

#include "io/attempt.hpp"
#include "io/hdf5_handle.hpp"
#include "io/hdf_reader.hpp"
#include "io/posix_file.hpp"

namespace spinel {

namespace {

using hdf5::Handle;
using Value = std::variant<std::vector<double>, std::vector<std::int64_t>, std::string>;

constexpr int format_version = 1;
constexpr const char* format_name = "Spinel checkpoint";

struct Array {
  std::string name;
  std::function<hid_t()> type;  // asked for when HDF5 has been started
  std::size_t value_size;
  const void* values;
  std::size_t rows, width;
  bool in_pieces = false;
  std::vector<CheckpointWriter::Piece> pieces = {};
};

Handle parallel_access(const Communicator& comm) {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_mpio(access, comm.mpi(), MPI_INFO_NULL);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  // From version 1.8 on, what HDF5 notes beside the data carries checksums.
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  H5Pset_alignment(access, 64 * 1024, 4096);
  return access;
}

// Rows first … first + rows of a dataset [row][width]; nothing where there are none, as every rank has to take part.
Handle select_rows(hid_t dataset, hsize_t first, hsize_t rows, hsize_t width) {
  Handle space(H5Dget_space(dataset), H5Sclose);
  const hsize_t start[] = {first, 0}, count[] = {rows, width};
  if (rows == 0 || width == 0)
    H5Sselect_none(space);
  else
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr);
  return space;
}

Handle collectively() {
  Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
  return transfer;
}

}  // namespace

struct CheckpointWriter::Impl {
  Communicator comm;
  std::vector<Array> arrays;
  std::map<std::string, Value> values;

  // The small part and the place of everything: every rank makes the same calls, rank 0 alone has data to write.
  void write_values(hid_t file) const {
    const std::int64_t version = format_version, ranks = comm.size();
    const Handle name_type(H5Tcopy(H5T_C_S1), H5Tclose);  // of fixed length: parallel HDF5 writes no other texts
    H5Tset_size(name_type, std::strlen(format_name) + 1);
    hdf5::write_attribute(file, "format", name_type, {}, format_name);
    write_small(file, "/values/format_version", H5T_NATIVE_INT64, &version, 1);
    write_small(file, "/values/ranks", H5T_NATIVE_INT64, &ranks, 1);
    for (const auto& [name, value] : values) {
      const std::string path = "/values/" + name;
      if (const auto* reals = std::get_if<std::vector<double>>(&value))
        write_small(file, path, H5T_NATIVE_DOUBLE, reals->data(), reals->size());
      else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&value))
        write_small(file, path, H5T_NATIVE_INT64, integers->data(), integers->size());
      else  // as bytes, for the same reason
        write_small(file, path, H5T_NATIVE_UINT8, std::get<std::string>(value).data(),
                    std::get<std::string>(value).size());
    }
  }

  void write_small(hid_t file, const std::string& path, hid_t type, const void* data, std::size_t n) const {
    const Handle dataset = hdf5::create_dataset(file, path, type, {n});
    const Handle space(H5Dget_space(dataset), H5Sclose);
    if (n == 0) return;
    if (!comm.is_root()) H5Sselect_none(space);
    hdf5::check(H5Dwrite(dataset, type, space, space, collectively(), data), fmt::format("cannot write '{}'", path));
  }

  void write_array(hid_t file, const Array& array, const std::vector<std::int64_t>& offsets) const {
    write_small(file, "/offsets/" + array.name, H5T_NATIVE_INT64, offsets.data(), offsets.size());
    const auto rows = static_cast<hsize_t>(offsets.back()), width = static_cast<hsize_t>(array.width);
    const std::string path = "/arrays/" + array.name;
    const Handle dataset = hdf5::create_dataset(file, path, array.type(), {rows, width});
    if (rows == 0 || width == 0) return;
    auto first = static_cast<hsize_t>(offsets[static_cast<std::size_t>(comm.rank())]);
    const auto write_rows = [&](const void* data, std::size_t n) {
      const Handle in_file = select_rows(dataset, first, n, width);
      const Handle in_memory = hdf5::dataspace({n, width});
      if (n == 0) H5Sselect_none(in_memory);
      hdf5::check(H5Dwrite(dataset, array.type(), in_memory, in_file, collectively(), data),
                  fmt::format("cannot write '{}'", path));
      first += n;
    };
    if (!array.in_pieces) return write_rows(array.values, array.rows);
    // Every rank takes part in every round, with or without a piece.
    std::vector<std::uint8_t> buffer;
    for (std::uint64_t k = 0, rounds = comm.max(std::uint64_t{array.pieces.size()}); k < rounds; ++k) {
      buffer.resize(k < array.pieces.size() ? array.pieces[k].size : 0);
      if (k < array.pieces.size()) array.pieces[k].fill(buffer.data());
      write_rows(buffer.data(), buffer.size());
    }
  }
};

CheckpointWriter::CheckpointWriter(const Communicator& comm) : impl_(new Impl{comm, {}, {}}) {}
CheckpointWriter::~CheckpointWriter() = default;

template <class T>
void CheckpointWriter::add(const std::string& name, const T* values, std::size_t rows, std::size_t width) {
  impl_->arrays.push_back({name, [] { return hdf5::native_type<T>(); }, sizeof(T), values, rows, width});
}

void CheckpointWriter::add(const std::string& name, std::vector<Piece> pieces) {
  std::size_t rows = 0;
  for (const Piece& piece : pieces) rows += piece.size;
  impl_->arrays.push_back(
      {name, [] { return hdf5::native_type<std::uint8_t>(); }, 1, nullptr, rows, 1, true, std::move(pieces)});
}

template void CheckpointWriter::add(const std::string&, const double*, std::size_t, std::size_t);
template void CheckpointWriter::add(const std::string&, const std::int32_t*, std::size_t, std::size_t);
template void CheckpointWriter::add(const std::string&, const std::int64_t*, std::size_t, std::size_t);
template void CheckpointWriter::add(const std::string&, const std::uint8_t*, std::size_t, std::size_t);

void CheckpointWriter::set(const std::string& name, const std::vector<double>& values) { impl_->values[name] = values; }
void CheckpointWriter::set(const std::string& name, const std::vector<std::int64_t>& values) {
  impl_->values[name] = values;
}
void CheckpointWriter::set_text(const std::string& name, const std::string& text) { impl_->values[name] = text; }

void CheckpointWriter::write(const std::string& path) const {
  const auto& comm = impl_->comm;
  const std::string temporary = path + ".tmp";
  hdf5::start();

  // Sizes of the replicated part are those of rank 0, so that every rank makes the same calls.
  auto agreed = *impl_;
  for (auto& [name, value] : agreed.values) std::visit([&](auto& data) { comm.broadcast(data); }, value);
  std::vector<std::vector<std::int64_t>> offsets;
  std::uint64_t total = 1 << 20;
  for (const auto& array : agreed.arrays) {
    offsets.push_back({0});
    for (const auto rows : comm.all_gather(static_cast<std::int64_t>(array.rows)))
      offsets.back().push_back(offsets.back().back() + rows);
    total += static_cast<std::uint64_t>(offsets.back().back()) * array.width * array.value_size + 8192;
  }
  for (const auto& [name, value] : agreed.values)
    total += std::visit([](const auto& data) { return data.size() * sizeof(data[0]); }, value) + 8192;

  const auto fail_cleanly = [&](const std::string& problem) {
    try {
      comm.fail_together(problem.empty() ? "" : fmt::format("cannot write checkpoint '{}': {}", path, problem));
    } catch (const Error&) {
      if (comm.is_root()) static_cast<void>(attempt([&] { remove_file(temporary); }));
      throw;
    }
  };

  Handle file;
  fail_cleanly(attempt([&] {
    file = hdf5::checked(H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, parallel_access(comm)), H5Fclose,
                         "cannot create it");
  }));
  // Disk blocks first: a full disk is met here, on one rank and with its reason, rather than inside a collective call.
  fail_cleanly(attempt([&] {
    if (comm.is_root()) PosixFile(temporary, PosixFile::Mode::update).reserve(total);
  }));
  fail_cleanly(attempt([&] { agreed.write_values(file); }));
  for (std::size_t k = 0; k < agreed.arrays.size(); ++k)
    fail_cleanly(attempt([&] { agreed.write_array(file, agreed.arrays[k], offsets[k]); }));
  std::string problem;
  if (!file.reset()) problem = "closing failed: " + hdf5::last_error();
  fail_cleanly(problem);
  fail_cleanly(attempt([&] { PosixFile(temporary, PosixFile::Mode::update).sync(); }));
  fail_cleanly(attempt([&] {
    if (comm.is_root()) rename_file(temporary, path);
  }));
}

struct CheckpointReader::Impl {
  Communicator comm;
  std::string path;
  int ranks = 0;
  std::unique_ptr<HdfReader> small;  // on rank 0: everything but the arrays
  Handle file;                       // on all ranks

  // Rank 0 does `step`, all ranks leave by its error.
  template <class Step>
  void on_root(Step&& step) const {
    comm.fail_together(comm.is_root() ? attempt(step) : std::string());
  }
};

CheckpointReader::CheckpointReader(const Communicator& comm, const std::string& path)
    : impl_(new Impl{comm, path, 0, nullptr, {}}) {
  impl_->on_root([&] {
    if (!file_exists(path)) fail("there is no checkpoint '{}'", path);
    const std::string problem = attempt([&] { impl_->small = std::make_unique<HdfReader>(path); });
    if (!problem.empty()) fail("'{}' is no whole checkpoint: {}", path, problem);
    if (impl_->small->attribute("/", "format") != format_name || !impl_->small->exists("/values/ranks"))
      fail("'{}' is an HDF5 file, but no checkpoint of Spinel", path);
    const auto version = impl_->small->read<std::int64_t>("/values/format_version").at(0);
    if (version != format_version)
      fail("checkpoint '{}' has format version {}, this program reads {}", path, version, format_version);
    impl_->ranks = static_cast<int>(impl_->small->read<std::int64_t>("/values/ranks").at(0));
  });
  comm.broadcast(&impl_->ranks, 1);
  comm.fail_together(attempt([&] {
    impl_->file = hdf5::checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, parallel_access(comm)), H5Fclose,
                                fmt::format("cannot open checkpoint '{}'", path));
  }));
}

CheckpointReader::~CheckpointReader() = default;

int CheckpointReader::ranks() const { return impl_->ranks; }

bool CheckpointReader::has_value(const std::string& name) const { return hdf5::exists(impl_->file, "/values/" + name); }

template <class T>
std::vector<T> CheckpointReader::read(const std::string& name, std::size_t* width) const {
  const auto& comm = impl_->comm;
  std::vector<std::int64_t> offsets;
  impl_->on_root([&] {
    offsets = impl_->small->read<std::int64_t>("/offsets/" + name);
    const auto dims = impl_->small->dims("/arrays/" + name);
    bool sound = offsets.size() == static_cast<std::size_t>(impl_->ranks) + 1 && dims.size() == 2 &&
                 offsets.front() == 0 && offsets.back() == dims[0] && std::is_sorted(offsets.begin(), offsets.end());
    if (!sound) fail("checkpoint '{}': the parts of array '{}' do not fit together", impl_->path, name);
  });
  comm.broadcast(offsets);
  const std::int64_t total = offsets.back(), rank = comm.rank(), size = comm.size();
  std::int64_t first = rank * total / size, last = (rank + 1) * total / size;
  if (comm.size() == impl_->ranks) {
    first = offsets[static_cast<std::size_t>(rank)];
    last = offsets[static_cast<std::size_t>(rank) + 1];
  }

  std::vector<T> values;
  comm.fail_together(attempt([&] {
    const std::string path = "/arrays/" + name;
    const Handle dataset = hdf5::open_dataset(impl_->file, path);
    const Handle type(H5Dget_type(dataset), H5Tclose);
    if (H5Tequal(type, hdf5::native_type<T>()) <= 0)
      fail("checkpoint '{}': array '{}' is of another type", impl_->path, name);
    const hsize_t columns = hdf5::dims_of(dataset).at(1);
    if (width != nullptr) *width = static_cast<std::size_t>(columns);
    const auto rows = static_cast<hsize_t>(last - first);
    values.resize(static_cast<std::size_t>(rows * columns));
    if (total == 0 || columns == 0) return;
    const Handle in_file = select_rows(dataset, static_cast<hsize_t>(first), rows, columns);
    const Handle in_memory = hdf5::dataspace({rows, columns});
    if (rows == 0) H5Sselect_none(in_memory);
    hdf5::check(H5Dread(dataset, hdf5::native_type<T>(), in_memory, in_file, collectively(), values.data()),
                fmt::format("cannot read '{}' of checkpoint '{}'", path, impl_->path));
  }));
  return values;
}

template std::vector<double> CheckpointReader::read(const std::string&, std::size_t*) const;
template std::vector<std::int32_t> CheckpointReader::read(const std::string&, std::size_t*) const;
template std::vector<std::int64_t> CheckpointReader::read(const std::string&, std::size_t*) const;
template std::vector<std::uint8_t> CheckpointReader::read(const std::string&, std::size_t*) const;

template <class T>
void CheckpointReader::read_rows(const std::string& name, std::int64_t first, std::int64_t count, T* values) const {
  if (count == 0) return;
  const Handle dataset = hdf5::open_dataset(impl_->file, "/arrays/" + name);
  const auto dims = hdf5::dims_of(dataset);
  if (first < 0 || count < 0 || first + count > static_cast<std::int64_t>(dims.at(0)))
    fail("checkpoint '{}': array '{}' has no rows {} to {}", impl_->path, name, first, first + count - 1);
  const auto rows = static_cast<hsize_t>(count);
  const Handle in_file = select_rows(dataset, static_cast<hsize_t>(first), rows, dims.at(1));
  hdf5::check(
      H5Dread(dataset, hdf5::native_type<T>(), hdf5::dataspace({rows, dims.at(1)}), in_file, H5P_DEFAULT, values),
      fmt::format("cannot read '{}' of checkpoint '{}'", name, impl_->path));
}

template void CheckpointReader::read_rows(const std::string&, std::int64_t, std::int64_t, double*) const;
template void CheckpointReader::read_rows(const std::string&, std::int64_t, std::int64_t, std::int64_t*) const;
template void CheckpointReader::read_rows(const std::string&, std::int64_t, std::int64_t, std::uint8_t*) const;

std::vector<double> CheckpointReader::reals(const std::string& name) const {
  std::vector<double> values;
  impl_->on_root([&] { values = impl_->small->read<double>("/values/" + name); });
  impl_->comm.broadcast(values);
  return values;
}

std::vector<std::int64_t> CheckpointReader::integers(const std::string& name) const {
  std::vector<std::int64_t> values;
  impl_->on_root([&] { values = impl_->small->read<std::int64_t>("/values/" + name); });
  impl_->comm.broadcast(values);
  return values;
}

double CheckpointReader::real(const std::string& name) const {
  const auto values = reals(name);
  if (values.size() != 1) fail("checkpoint '{}': '{}' is not one number", impl_->path, name);
  return values[0];
}

std::int64_t CheckpointReader::integer(const std::string& name) const {
  const auto values = integers(name);
  if (values.size() != 1) fail("checkpoint '{}': '{}' is not one number", impl_->path, name);
  return values[0];
}

std::string CheckpointReader::text(const std::string& name) const {
  std::string result;
  impl_->on_root([&] {
    const auto bytes = impl_->small->read<std::uint8_t>("/values/" + name);
    result.assign(bytes.begin(), bytes.end());
  });
  impl_->comm.broadcast(result);
  return result;
}

}  // namespace spinel
