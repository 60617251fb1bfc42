#include "io/hdf5_handle.hpp"

#include <cstdint>
#include <cstring>

#include "core/error.hpp"

namespace spinel::hdf5 {

namespace {

Handle creating_parents() {
  Handle list(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(list, 1);
  return list;
}

// Fixed and variable length alike, as files of other programs have both.
std::string read_one_text(hid_t type, bool (*read)(hid_t source, hid_t type, void* to), hid_t source) {
  if (H5Tget_class(type) != H5T_STRING) fail("not a text");
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (!read(source, type, &text) || text == nullptr) return {};
    std::string result = text;
    H5free_memory(text);
    return result;
  }
  std::string result(H5Tget_size(type), '\0');
  if (!read(source, type, result.data())) fail("unreadable text: {}", last_error());
  result.resize(std::strlen(result.c_str()));
  return result;
}

}  // namespace

void start() {
  static const bool started = [] {
    H5dont_atexit();
    H5open();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    return true;
  }();
  static_cast<void>(started);
}

std::string last_error() {
  std::string message;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* to) -> herr_t {
        auto& text = *static_cast<std::string*>(to);
        if (text.empty() && error->desc != nullptr) text = error->desc;
        return 0;
      },
      &message);
  return message.empty() ? "HDF5 gave no reason" : message;
}

Handle checked(hid_t id, Handle::Close close, const std::string& what) {
  if (id < 0) fail("{}: {}", what, last_error());
  return Handle(id, close);
}

void check(herr_t status, const std::string& what) {
  if (status < 0) fail("{}: {}", what, last_error());
}

template <>
hid_t native_type<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t native_type<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
hid_t native_type<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
hid_t native_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
hid_t native_type<std::int8_t>() {
  return H5T_NATIVE_INT8;
}
template <>
hid_t native_type<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

Handle dataspace(const std::vector<hsize_t>& dims) {
  return Handle(
      dims.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr),
      H5Sclose);
}

Handle open_file(const std::string& path, unsigned flags) {
  start();
  return checked(H5Fopen(path.c_str(), flags, H5P_DEFAULT), H5Fclose, fmt::format("cannot open '{}' as HDF5", path));
}

Handle open_dataset(hid_t at, const std::string& path) {
  if (!exists(at, path)) fail("no dataset '{}'", path);
  return checked(H5Dopen2(at, path.c_str(), H5P_DEFAULT), H5Dclose, fmt::format("cannot open dataset '{}'", path));
}

std::vector<hsize_t> dims_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const int n = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> dims(n > 0 ? static_cast<std::size_t>(n) : 0);
  if (n > 0) H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  return dims;
}

bool exists(hid_t at, const std::string& path) {
  // H5Lexists fails, rather than answers, where a parent is missing.
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (part != "/" && H5Lexists(at, part.c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return true;
  }
}

void write_attribute(hid_t object, const std::string& name, hid_t type, const std::vector<hsize_t>& dims,
                     const void* values) {
  const std::string what = fmt::format("cannot write attribute '{}'", name);
  if (H5Aexists(object, name.c_str()) > 0) check(H5Adelete(object, name.c_str()), what);
  const Handle space = dataspace(dims);
  const Handle attribute =
      checked(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
  check(H5Awrite(attribute, type, values), what);
}

void write_attribute(hid_t object, const std::string& name, const std::string& text) {
  const char* pointer = text.c_str();
  write_attribute(object, name, text_type(), {}, &pointer);
}

void write_attribute(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  write_attribute(object, name, text_type(), {texts.size()}, pointers.data());
}

std::string read_text_attribute(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return {};
  const Handle attribute =
      checked(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, fmt::format("cannot open attribute '{}'", name));
  const Handle type(H5Aget_type(attribute), H5Tclose);
  return read_one_text(
      type, [](hid_t source, hid_t as, void* to) { return H5Aread(source, as, to) >= 0; }, attribute);
}

void write_text(hid_t at, const std::string& path, const std::string& text) {
  const Handle dataset = create_dataset(at, path, text_type(), {});
  const char* pointer = text.c_str();
  check(H5Dwrite(dataset, text_type(), H5S_ALL, H5S_ALL, H5P_DEFAULT, &pointer),
        fmt::format("cannot write '{}'", path));
}

void write_texts(hid_t at, const std::string& path, const std::vector<std::string>& texts) {
  const Handle dataset = create_dataset(at, path, text_type(), {texts.size()});
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  check(H5Dwrite(dataset, text_type(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()),
        fmt::format("cannot write '{}'", path));
}

std::vector<std::string> read_texts(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  std::vector<char*> pointers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)), nullptr);
  check(H5Dread(dataset, text_type(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), "cannot read texts");
  std::vector<std::string> texts;
  for (const char* pointer : pointers) texts.emplace_back(pointer == nullptr ? "" : pointer);
  H5Dvlen_reclaim(text_type(), space, H5P_DEFAULT, pointers.data());
  return texts;
}

std::string read_text(hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  return read_one_text(
      type,
      [](hid_t source, hid_t as, void* to) { return H5Dread(source, as, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0; },
      dataset);
}

Handle create_dataset(hid_t at, const std::string& path, hid_t type, const std::vector<hsize_t>& dims) {
  const Handle space = dataspace(dims);
  return checked(H5Dcreate2(at, path.c_str(), type, space, creating_parents(), H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
                 fmt::format("cannot create dataset '{}'", path));
}

Handle create_group(hid_t at, const std::string& path) {
  return checked(H5Gcreate2(at, path.c_str(), creating_parents(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                 fmt::format("cannot create group '{}'", path));
}

std::vector<std::string> list_group(hid_t at, const std::string& path, H5_index_t order) {
  const Handle group = checked(H5Gopen2(at, path.c_str(), H5P_DEFAULT), H5Gclose, fmt::format("no group '{}'", path));
  std::vector<std::string> names;
  hsize_t next = 0;
  check(H5Literate(
            group, order, H5_ITER_INC, &next,
            [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
              static_cast<std::vector<std::string>*>(to)->emplace_back(name);
              return 0;
            },
            &names),
        fmt::format("cannot list group '{}'", path));
  return names;
}

}  // namespace spinel::hdf5
