#include "io/trajectory/deferred_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "core/error.hpp"

namespace spinel {

// The functions that HDF5 calls. The file it holds is only a pointer back to its DeferredFile.
struct DeferredFile::Driver {
  H5FD_t base;  // HDF5 keeps its own data here; it has to come first
  DeferredFile* owner;

  static DeferredFile& of(const H5FD_t* file) { return *reinterpret_cast<const Driver*>(file)->owner; }

  static H5FD_t* open(const char*, unsigned, hid_t access, haddr_t) {
    const auto* owner = static_cast<DeferredFile* const*>(H5Pget_driver_info(access));
    if (owner == nullptr) return nullptr;
    auto* file = new Driver{};
    file->owner = *owner;
    return &file->base;
  }
  static herr_t close(H5FD_t* file) {
    delete reinterpret_cast<Driver*>(file);
    return 0;
  }
  static herr_t query(const H5FD_t*, unsigned long* flags) {
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
  }
  static haddr_t get_eoa(const H5FD_t* file, H5FD_mem_t) { return of(file).end_of_allocation_; }
  static herr_t set_eoa(H5FD_t* file, H5FD_mem_t, haddr_t address) {
    of(file).end_of_allocation_ = address;
    return 0;
  }
  static haddr_t get_eof(const H5FD_t* file, H5FD_mem_t) { return of(file).end_of_file_; }
  static herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, void* data) {
    try {
      of(file).read(address, static_cast<unsigned char*>(data), size);
      return 0;
    } catch (...) {
      return -1;
    }
  }
  static herr_t write(H5FD_t* file, H5FD_mem_t type, hid_t, haddr_t address, size_t size, const void* data) {
    auto& owner = of(file);
    owner.end_of_file_ = std::max<std::uint64_t>(owner.end_of_file_, address + size);
    if (owner.allocating_ && type == H5FD_MEM_DRAW) {
      owner.allocated_ = address;
      owner.allocating_ = false;
      return 0;
    }
    try {
      owner.keep(address, static_cast<const unsigned char*>(data), size);
      return 0;
    } catch (...) {
      return -1;
    }
  }

  static hid_t id() {
    static const hid_t registered = [] {
      H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION
      driver.version = H5FD_CLASS_VERSION;
      driver.value = static_cast<H5FD_class_value_t>(600);
#endif
      driver.name = "spinel_deferred";
      driver.maxaddr = (haddr_t{1} << 62) - 1;
      driver.fc_degree = H5F_CLOSE_STRONG;
      driver.fapl_size = sizeof(void*);
      driver.open = open;
      driver.close = close;
      driver.query = query;
      driver.get_eoa = get_eoa;
      driver.set_eoa = set_eoa;
      driver.get_eof = get_eof;
      driver.read = read;
      driver.write = write;
      const H5FD_mem_t map[] = H5FD_FLMAP_DICHOTOMY;
      std::copy(std::begin(map), std::end(map), driver.fl_map);
      return H5FDregister(&driver);
    }();
    return registered;
  }
};

namespace {

constexpr char journal_magic[8] = {'S', 'P', 'N', 'L', 'J', 'R', 'N', '1'};

template <class T>
void append_raw(std::vector<unsigned char>& to, const T& value) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&value);
  to.insert(to.end(), bytes, bytes + sizeof value);
}

template <class T>
T take_raw(const std::vector<unsigned char>& from, std::size_t& at) {
  T value;
  std::memcpy(&value, from.data() + at, sizeof value);
  at += sizeof value;
  return value;
}

using Pieces = std::map<std::uint64_t, std::vector<unsigned char>>;

// Neighbors as one piece, on either side of `boundary` apart.
Pieces joined(const Pieces& pieces, std::uint64_t boundary) {
  Pieces result;
  std::uint64_t end = 0;
  for (const auto& [address, bytes] : pieces) {
    if (!result.empty() && address == end && address != boundary) {
      auto& last = result.rbegin()->second;
      last.insert(last.end(), bytes.begin(), bytes.end());
    } else {
      result.emplace_hint(result.end(), address, bytes);
    }
    end = address + bytes.size();
  }
  return result;
}

std::uint64_t crc_of(const std::vector<unsigned char>& bytes, std::size_t size) {
  return crc32_z(0, bytes.data(), size);
}

}  // namespace

DeferredFile::DeferredFile(const std::string& path, bool create)
    : path_(path), disk_(path, create ? PosixFile::Mode::create : PosixFile::Mode::update) {
  hdf5::start();
  const std::string what = fmt::format("cannot open '{}' as HDF5", path);
  end_of_file_ = disk_.size();
  const hdf5::Handle access = hdf5::checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, what);
  DeferredFile* self = this;
  hdf5::check(H5Pset_driver(access, Driver::id(), &self), what);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  // Chunks of a page or more begin on a page, so that two writers never share one.
  H5Pset_alignment(access, 64 * 1024, 4096);
  if (create) {
    // A superblock of version 2: version 3 carries an "open for writing" mark that keeps readers out after a kill.
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
    file_ = hdf5::checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, what);
    file_.reset();
  }
  // Version 1.10 indexes chunks by an extensible array, 8 bytes a chunk and no search, instead of a B-tree.
  H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_LATEST);
  file_ = hdf5::checked(H5Fopen(path.c_str(), H5F_ACC_RDWR, access), H5Fclose, what);
  committed_end_ = create ? 0 : end_of_allocation_;
}

DeferredFile::~DeferredFile() { file_.reset(); }

std::uint64_t DeferredFile::allocate_chunk(hid_t dataset, const std::vector<hsize_t>& offset, std::size_t bytes,
                                           std::uint32_t skipped_filters) {
  const unsigned char nothing = 0;  // the driver never looks at the bytes
  allocating_ = true;
  const herr_t status = H5Dwrite_chunk(dataset, H5P_DEFAULT, skipped_filters, offset.data(), bytes, &nothing);
  if (status < 0 || allocating_) {
    allocating_ = false;
    fail("cannot enter a chunk in '{}': {}", path_, hdf5::last_error());
  }
  return allocated_;
}

void DeferredFile::keep(std::uint64_t address, const unsigned char* data, std::size_t size) {
  const std::uint64_t end = address + size;
  auto next = kept_.lower_bound(address);
  if (next != kept_.begin()) {
    auto before = std::prev(next);
    const std::uint64_t before_end = before->first + before->second.size();
    if (before_end > end) kept_[end].assign(before->second.end() - (before_end - end), before->second.end());
    if (before_end > address) before->second.resize(address - before->first);
  }
  while (next != kept_.end() && next->first < end) {
    const std::uint64_t next_end = next->first + next->second.size();
    if (next_end > end) kept_[end].assign(next->second.end() - (next_end - end), next->second.end());
    next = kept_.erase(next);
  }
  kept_[address].assign(data, data + size);
}

void DeferredFile::read(std::uint64_t address, unsigned char* data, std::size_t size) const {
  const std::size_t on_disk = disk_.read(data, size, address);
  std::memset(data + on_disk, 0, size - on_disk);
  auto piece = kept_.upper_bound(address);
  if (piece != kept_.begin()) --piece;
  for (; piece != kept_.end() && piece->first < address + size; ++piece) {
    const std::uint64_t from = std::max(address, piece->first);
    const std::uint64_t to = std::min<std::uint64_t>(address + size, piece->first + piece->second.size());
    if (from < to) std::memcpy(data + (from - address), piece->second.data() + (from - piece->first), to - from);
  }
}

void DeferredFile::commit() {
  hdf5::check(H5Fflush(file_, H5F_SCOPE_LOCAL), fmt::format("cannot write '{}'", path_));
  const std::uint64_t end = end_of_allocation_;

  const auto pieces = joined(kept_, committed_end_);
  std::vector<unsigned char> journal(std::begin(journal_magic), std::end(journal_magic));
  append_raw(journal, end);
  for (const auto& [address, bytes] : pieces) {
    if (address >= committed_end_) {
      disk_.write(bytes.data(), bytes.size(), address);
    } else {
      append_raw(journal, address);
      append_raw(journal, std::uint64_t{bytes.size()});
      journal.insert(journal.end(), bytes.begin(), bytes.end());
    }
  }
  append_raw(journal, crc_of(journal, journal.size()));
  if (disk_.size() < end) disk_.resize(end);
  disk_.sync();

  {
    const PosixFile temporary(path_ + ".journal.tmp", PosixFile::Mode::create);
    temporary.write(journal.data(), journal.size(), 0);
    temporary.sync();
  }
  rename_file(path_ + ".journal.tmp", path_ + ".journal");

  for (const auto& [address, bytes] : pieces)
    if (address < committed_end_) disk_.write(bytes.data(), bytes.size(), address);
  if (disk_.size() > end) disk_.resize(end);
  disk_.sync();
  remove_file(path_ + ".journal");

  kept_.clear();
  committed_end_ = end;
  end_of_file_ = end;
}

void DeferredFile::rename(const std::string& path) {
  remove_file(path + ".journal");  // of a file that is being replaced
  rename_file(path_, path);
  path_ = path;
  disk_ = PosixFile(path, PosixFile::Mode::update);
}

bool DeferredFile::recover(const std::string& path) {
  const std::string journal_path = path + ".journal";
  remove_file(journal_path + ".tmp");
  if (!file_exists(journal_path)) return false;

  std::vector<unsigned char> journal;
  {
    const PosixFile file(journal_path, PosixFile::Mode::read);
    journal.resize(file.size());
    journal.resize(file.read(journal.data(), journal.size(), 0));
  }
  constexpr std::size_t head = sizeof journal_magic + sizeof(std::uint64_t), tail = sizeof(std::uint64_t);
  const auto damaged = [&] {
    fail(
        "'{}' is damaged, so the last commit of '{}' cannot be completed; remove both to go on without the "
        "trajectory so far",
        journal_path, path);
  };
  if (journal.size() < head + tail || std::memcmp(journal.data(), journal_magic, sizeof journal_magic) != 0) damaged();
  const std::size_t body_end = journal.size() - tail;
  std::size_t at = body_end;
  if (take_raw<std::uint64_t>(journal, at) != crc_of(journal, body_end)) damaged();

  const PosixFile file(path, PosixFile::Mode::update);
  at = sizeof journal_magic;
  const auto end = take_raw<std::uint64_t>(journal, at);
  while (at < body_end) {
    const auto address = take_raw<std::uint64_t>(journal, at);
    const auto size = take_raw<std::uint64_t>(journal, at);
    if (size > body_end - at) damaged();
    file.write(journal.data() + at, size, address);
    at += size;
  }
  file.resize(end);
  file.sync();
  remove_file(journal_path);
  return true;
}

}  // namespace spinel
