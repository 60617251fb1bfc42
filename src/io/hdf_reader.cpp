#include "io/hdf_reader.hpp"

#include <numeric>

#include "core/error.hpp"
#include "io/hdf5_handle.hpp"

namespace spinel {

struct HdfReader::Impl {
  std::string path;
  hdf5::Handle file;

  hdf5::Handle object(const std::string& name) const {
    if (!hdf5::exists(file, name)) fail("'{}' holds no '{}'", path, name);
    return hdf5::checked(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose,
                         fmt::format("cannot open '{}' of '{}'", name, path));
  }
  hdf5::Handle dataset(const std::string& name) const {
    auto result = object(name);
    if (H5Iget_type(result) != H5I_DATASET) fail("'{}' of '{}' is not a dataset", name, path);
    return result;
  }
  H5T_class_t class_of(const std::string& name) const {
    const hdf5::Handle type(H5Dget_type(dataset(name)), H5Tclose);
    return H5Tget_class(type);
  }
};

HdfReader::HdfReader(const std::string& path) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  impl_->file = hdf5::open_file(path, H5F_ACC_RDONLY);
}
HdfReader::~HdfReader() = default;
HdfReader::HdfReader(HdfReader&&) noexcept = default;
HdfReader& HdfReader::operator=(HdfReader&&) noexcept = default;

bool HdfReader::exists(const std::string& path) const { return hdf5::exists(impl_->file, path); }

bool HdfReader::is_group(const std::string& path) const {
  return exists(path) && H5Iget_type(impl_->object(path)) == H5I_GROUP;
}

std::vector<std::string> HdfReader::list(const std::string& group) const {
  return hdf5::list_group(impl_->file, group);
}

std::vector<std::int64_t> HdfReader::dims(const std::string& dataset) const {
  const auto dims = hdf5::dims_of(impl_->dataset(dataset));
  return {dims.begin(), dims.end()};
}

template <class T>
std::vector<T> HdfReader::read(const std::string& name) const {
  const auto dataset = impl_->dataset(name);
  const hdf5::Handle space(H5Dget_space(dataset), H5Sclose);
  const auto n = H5Sget_simple_extent_npoints(space);
  std::vector<T> values(n > 0 ? static_cast<std::size_t>(n) : 0);
  if (!values.empty())
    hdf5::check(H5Dread(dataset, hdf5::native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
                fmt::format("cannot read '{}' of '{}'", name, impl_->path));
  return values;
}

template <class T>
std::vector<T> HdfReader::read_block(const std::string& name, const std::vector<std::int64_t>& first,
                                     const std::vector<std::int64_t>& count) const {
  const auto dataset = impl_->dataset(name);
  const auto dims = hdf5::dims_of(dataset);
  bool inside = !dims.empty() && first.size() == dims.size() && count.size() == dims.size();
  for (std::size_t k = 0; inside && k < dims.size(); ++k)
    inside = first[k] >= 0 && count[k] >= 0 && static_cast<hsize_t>(first[k] + count[k]) <= dims[k];
  if (!inside) fail("'{}' of '{}' is smaller than the part asked for", name, impl_->path);
  const std::vector<hsize_t> start(first.begin(), first.end()), size(count.begin(), count.end());
  std::vector<T> values(
      static_cast<std::size_t>(std::accumulate(size.begin(), size.end(), hsize_t{1}, std::multiplies<>())));
  if (values.empty()) return values;
  const hdf5::Handle in_file(H5Dget_space(dataset), H5Sclose), in_memory = hdf5::dataspace(size);
  H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
  hdf5::check(H5Dread(dataset, hdf5::native_type<T>(), in_memory, in_file, H5P_DEFAULT, values.data()),
              fmt::format("cannot read '{}' of '{}'", name, impl_->path));
  return values;
}

template std::vector<double> HdfReader::read_block(const std::string&, const std::vector<std::int64_t>&,
                                                   const std::vector<std::int64_t>&) const;
template std::vector<std::uint8_t> HdfReader::read_block(const std::string&, const std::vector<std::int64_t>&,
                                                         const std::vector<std::int64_t>&) const;

template std::vector<double> HdfReader::read(const std::string&) const;
template std::vector<float> HdfReader::read(const std::string&) const;
template std::vector<std::int32_t> HdfReader::read(const std::string&) const;
template std::vector<std::int64_t> HdfReader::read(const std::string&) const;
template std::vector<std::uint8_t> HdfReader::read(const std::string&) const;

std::string HdfReader::read_text(const std::string& name) const {
  try {
    return hdf5::read_text(impl_->dataset(name));
  } catch (const Error& error) {
    fail("cannot read '{}' of '{}': {}", name, impl_->path, error.what());
  }
}

std::vector<std::string> HdfReader::read_texts(const std::string& name) const {
  try {
    return hdf5::read_texts(impl_->dataset(name));
  } catch (const Error& error) {
    fail("cannot read '{}' of '{}': {}", name, impl_->path, error.what());
  }
}

bool HdfReader::is_text(const std::string& name) const { return impl_->class_of(name) == H5T_STRING; }
bool HdfReader::is_single(const std::string& name) const {
  const hdf5::Handle type(H5Dget_type(impl_->dataset(name)), H5Tclose);
  return H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) <= sizeof(float);
}

std::string HdfReader::attribute(const std::string& object, const std::string& name) const {
  return hdf5::read_text_attribute(impl_->object(object), name);
}

std::vector<std::string> HdfReader::attribute_names(const std::string& name) const {
  const auto object = impl_->object(name);
  std::vector<std::string> names;
  hsize_t next = 0;
  H5Aiterate2(
      object, H5_INDEX_NAME, H5_ITER_INC, &next,
      [](hid_t at, const char* attribute, const H5A_info_t*, void* to) -> herr_t {
        const hdf5::Handle opened(H5Aopen(at, attribute, H5P_DEFAULT), H5Aclose);
        const hdf5::Handle type(H5Aget_type(opened), H5Tclose);
        if (H5Tget_class(type) == H5T_STRING) static_cast<std::vector<std::string>*>(to)->emplace_back(attribute);
        return 0;
      },
      &names);
  return names;
}

}  // namespace spinel
