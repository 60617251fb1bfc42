#pragma once

// Private to io: the only header that brings in HDF5.
#include <hdf5.h>

#include <string>
#include <utility>
#include <vector>

namespace spinel::hdf5 {

/// An HDF5 identifier that is closed with its owner.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  operator hid_t() const { return id_; }
  bool valid() const { return id_ >= 0; }
  /// Closes now; false if HDF5 reported an error.
  bool reset() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || close_(id) >= 0;
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

/// Starts the library once: no error stacks on the terminal, and no writing of unfinished files when the program exits.
void start();
/// HDF5's own words for the last failure, the innermost message, and what it was about.
std::string last_error();
/// The identifier, or Error "<what>: <HDF5's reason>".
Handle checked(hid_t id, Handle::Close close, const std::string& what);
void check(herr_t status, const std::string& what);

template <class T>
hid_t native_type();

Handle text_type();                                  ///< UTF-8, variable length, as h5py writes and reads it
Handle dataspace(const std::vector<hsize_t>& dims);  ///< scalar where `dims` is empty
Handle open_file(const std::string& path, unsigned flags);
Handle open_dataset(hid_t at, const std::string& path);
std::vector<hsize_t> dims_of(hid_t dataset);
bool exists(hid_t at, const std::string& path);

void write_attribute(hid_t object, const std::string& name, const std::string& text);
void write_attribute(hid_t object, const std::string& name, const std::vector<std::string>& texts);
void write_attribute(hid_t object, const std::string& name, hid_t type, const std::vector<hsize_t>& dims,
                     const void* values);
std::string read_text_attribute(hid_t object, const std::string& name);
/// A dataset of one text.
void write_text(hid_t at, const std::string& path, const std::string& text);
/// A one-dimensional dataset of texts.
void write_texts(hid_t at, const std::string& path, const std::vector<std::string>& texts);
std::vector<std::string> read_texts(hid_t dataset);
std::string read_text(hid_t dataset);
/// Creates intermediate groups.
Handle create_dataset(hid_t at, const std::string& path, hid_t type, const std::vector<hsize_t>& dims);
Handle create_group(hid_t at, const std::string& path);
std::vector<std::string> list_group(hid_t at, const std::string& path, H5_index_t order = H5_INDEX_NAME);

}  // namespace spinel::hdf5
