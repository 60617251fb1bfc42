#include "io/dataset/dataset_bytes.hpp"

#include "io/attempt.hpp"
#include "io/hdf5_handle.hpp"

namespace spinel {

DatasetBytes::DatasetBytes(const Communicator& communicator, const std::string& path, const std::string& dataset,
                           std::uint64_t size)
    : size_(size) {
  std::string problem;
  if (communicator.is_root())
    problem = attempt([&] {
      const auto file = hdf5::open_file(path, H5F_ACC_RDONLY);
      const auto opened = hdf5::open_dataset(file, dataset);
      const haddr_t address = H5Dget_offset(opened);
      if (address == HADDR_UNDEF || H5Dget_storage_size(opened) != size)
        fail("dataset '{}' of '{}' is not {} bytes in one piece", dataset, path, size);
      first_ = address;
    });
  communicator.fail_together(problem);
  communicator.broadcast(&first_, 1);
  communicator.fail_together(attempt([&] { file_ = PosixFile(path, PosixFile::Mode::update); }));
}

void DatasetBytes::write(const void* data, std::size_t n, std::uint64_t offset) const {
  if (offset > size_ || n > size_ - offset) fail("'{}': writing behind the end of a dataset", file_.path());
  file_.write(data, n, first_ + offset);
}

void DatasetBytes::read(void* data, std::size_t n, std::uint64_t offset) const {
  if (offset > size_ || n > size_ - offset) fail("'{}': reading behind the end of a dataset", file_.path());
  if (file_.read(data, n, first_ + offset) != n) fail("'{}' is cut short", file_.path());
}

}  // namespace spinel
