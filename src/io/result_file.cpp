#include "io/result_file.hpp"

#include <algorithm>
#include <exception>
#include <numeric>
#include <utility>

#include "io/hdf5_handle.hpp"
#include "io/posix_file.hpp"

namespace spinel {

namespace {

using hdf5::Handle;

template <class T>
void check_dims(const std::string& path, const std::vector<T>& values, std::vector<std::int64_t>& dims) {
  if (dims.empty()) dims = {static_cast<std::int64_t>(values.size())};
  const auto n = std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
  if (n != static_cast<std::int64_t>(values.size()))
    fail("result '{}': {} values for dimensions that hold {}", path, values.size(), n);
}

void write_dataset(hid_t file, const std::string& path, hid_t type, const std::vector<std::int64_t>& dims,
                   const void* values) {
  const Handle dataset = hdf5::create_dataset(file, path, type, {dims.begin(), dims.end()});
  hdf5::check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), fmt::format("cannot write '{}'", path));
}

void reserve_dataset(hid_t file, const std::string& path, hid_t type, const std::vector<std::int64_t>& dims) {
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose), links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_layout(creation, H5D_CONTIGUOUS);
  H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
  H5Pset_create_intermediate_group(links, 1);
  hdf5::checked(
      H5Dcreate2(file, path.c_str(), type, hdf5::dataspace({dims.begin(), dims.end()}), links, creation, H5P_DEFAULT),
      H5Dclose, fmt::format("cannot create dataset '{}'", path));
}

}  // namespace

ResultFile::ResultFile(const Communicator& comm, std::string path) : comm_(comm), path_(std::move(path)) {}

void ResultFile::put(const std::string& path, Entry entry, const DataLabel& label) {
  if (path.size() < 2 || path.front() != '/') fail("result path '{}' does not start with '/'", path);
  entries_[path] = std::move(entry);
  auto& attributes = attributes_[path];
  attributes["unit"] = label.unit;
  if (!label.description.empty()) attributes["description"] = label.description;
}

void ResultFile::write(const std::string& path, double value, const DataLabel& label) {
  if (comm_.is_root()) put(path, {std::vector<double>{value}, {}}, label);
}

void ResultFile::write(const std::string& path, std::int64_t value, const DataLabel& label) {
  if (comm_.is_root()) put(path, {std::vector<std::int64_t>{value}, {}}, label);
}

void ResultFile::write(const std::string& path, float value, const DataLabel& label) {
  if (comm_.is_root()) put(path, {std::vector<float>{value}, {}}, label);
}

void ResultFile::write(const std::string& path, std::vector<double> values, const DataLabel& label,
                       std::vector<std::int64_t> dims) {
  if (!comm_.is_root()) return;
  check_dims(path, values, dims);
  put(path, {std::move(values), std::move(dims)}, label);
}

void ResultFile::write(const std::string& path, std::vector<std::int64_t> values, const DataLabel& label,
                       std::vector<std::int64_t> dims) {
  if (!comm_.is_root()) return;
  check_dims(path, values, dims);
  put(path, {std::move(values), std::move(dims)}, label);
}

void ResultFile::write(const std::string& path, std::vector<float> values, const DataLabel& label,
                       std::vector<std::int64_t> dims) {
  if (!comm_.is_root()) return;
  check_dims(path, values, dims);
  put(path, {std::move(values), std::move(dims)}, label);
}

void ResultFile::write_text(const std::string& path, const std::string& text) {
  if (!comm_.is_root()) return;
  put(path, {text, {}}, {});
  attributes_.erase(path);
}

void ResultFile::write_texts(const std::string& path, std::vector<std::string> texts, const std::string& description) {
  if (!comm_.is_root()) return;
  const auto n = static_cast<std::int64_t>(texts.size());
  put(path, {std::move(texts), {n}}, {"", description});
}

template <>
void ResultFile::reserve<double>(const std::string& path, const DataLabel& label, std::vector<std::int64_t> dims) {
  if (comm_.is_root()) put(path, {Reserved::real, std::move(dims)}, label);
}

template <>
void ResultFile::reserve<std::uint8_t>(const std::string& path, const DataLabel& label,
                                       std::vector<std::int64_t> dims) {
  if (comm_.is_root()) put(path, {Reserved::byte, std::move(dims)}, label);
}

void ResultFile::set_attribute(const std::string& path, const std::string& name, const std::string& text) {
  if (comm_.is_root()) attributes_[path][name] = text;
}

void ResultFile::write_all(const std::string& to) const {
  hdf5::start();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  // The file is built in memory and put on disk at the close, where a full disk shows.
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  Handle file = hdf5::checked(H5Fcreate(to.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, "cannot create");
  for (const auto& [path, entry] : entries_) {
    if (const auto* reals = std::get_if<std::vector<double>>(&entry.values))
      write_dataset(file, path, H5T_NATIVE_DOUBLE, entry.dims, reals->data());
    else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&entry.values))
      write_dataset(file, path, H5T_NATIVE_INT64, entry.dims, integers->data());
    else if (const auto* singles = std::get_if<std::vector<float>>(&entry.values))
      write_dataset(file, path, H5T_NATIVE_FLOAT, entry.dims, singles->data());
    else if (const auto* texts = std::get_if<std::vector<std::string>>(&entry.values))
      hdf5::write_texts(file, path, *texts);
    else if (const auto* kind = std::get_if<Reserved>(&entry.values))
      reserve_dataset(file, path, *kind == Reserved::real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UINT8, entry.dims);
    else
      hdf5::write_text(file, path, std::get<std::string>(entry.values));
  }
  for (const auto& [path, attributes] : attributes_) {
    if (path != "/" && !hdf5::exists(file, path)) hdf5::create_group(file, path);
    const Handle object = hdf5::checked(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose, "cannot open an object");
    for (const auto& [name, text] : attributes) hdf5::write_attribute(object, name, text);
  }
  hdf5::check(H5Fflush(file, H5F_SCOPE_GLOBAL), "cannot flush");
  if (!file.reset()) fail("cannot close: {}", hdf5::last_error());
}

void ResultFile::save() const {
  std::string problem;
  if (comm_.is_root()) {
    const std::string temporary = path_ + ".tmp";
    try {
      write_all(temporary);
      const PosixFile disk(temporary, PosixFile::Mode::update);
      const bool has_reserved = std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
        return std::holds_alternative<Reserved>(entry.second.values);
      });
      if (has_reserved) disk.reserve(disk.size());
      disk.sync();
      rename_file(temporary, path_);
    } catch (const std::exception& error) {
      problem = fmt::format("cannot save '{}': {}", path_, error.what());
      try {
        remove_file(temporary);
      } catch (const std::exception&) {  // the first failure is the one to report
      }
    }
  }
  comm_.fail_together(problem);
}

}  // namespace spinel
