#include "source/crystal_source.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/extended_xyz.hpp"
#include "crystal/formats/structure_file.hpp"
#include "io/dataset/dataset.hpp"
#include "io/posix_file.hpp"
#include "parallel/on_root.hpp"
#include "source/structure_source.hpp"
#include "source/xyz_index.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

class Fingerprint {
 public:
  void add(const void* bytes, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
      hash_ = (hash_ ^ static_cast<const unsigned char*>(bytes)[i]) * 1099511628211ull;
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037ull;
};

double nan() { return std::numeric_limits<double>::quiet_NaN(); }

double number_of(const Structure& structure, const std::string& name) {
  const auto found = structure.info.find(name);
  double value = 0.0;
  return found != structure.info.end() && parse_number(found->second, value) ? value : nan();
}

void fill(CrystalRecord& record, const Structure& structure, std::string place,
          const std::vector<std::string>& scalars) {
  record.problem.clear();
  record.id = std::move(place);
  for (const std::string& key : dataset_id_keys())
    if (const auto found = structure.info.find(key); found != structure.info.end()) {
      record.id = found->second;
      break;
    }
  record.cell = structure.cell;
  record.periodic = structure.periodic;
  record.atomic_number.resize(structure.size());
  record.position.resize(3 * structure.size());
  for (std::size_t i = 0; i < structure.size(); ++i) {
    record.atomic_number[i] =
        static_cast<std::uint8_t>(structure.species[static_cast<std::size_t>(structure.type[i])].atomic_number);
    std::copy_n(structure.position[i].data(), 3, record.position.begin() + static_cast<std::ptrdiff_t>(3 * i));
  }
  record.scalar.resize(scalars.size());
  for (std::size_t s = 0; s < scalars.size(); ++s) record.scalar[s] = number_of(structure, scalars[s]);
}

void fill_problem(CrystalRecord& record, std::string place, const std::string& problem, std::size_t n_scalars) {
  record.id = std::move(place);
  record.problem = problem;
  record.atomic_number.clear();
  record.position.clear();
  record.scalar.assign(n_scalars, nan());
}

/// Reads frames one after the other into records.
class FrameFiller {
 public:
  FrameFiller(std::string file, std::vector<std::string> scalars)
      : file_(std::move(file)), scalars_(std::move(scalars)) {}
  void next(XyzReader& reader, std::int64_t number, CrystalRecord& record) {
    std::string place = fmt::format("{} frame {}", file_, number);
    try {
      if (!reader.next(structure_)) fail("{} ends before frame {}: it changed while it was read", file_, number);
      fill(record, structure_, std::move(place), scalars_);
    } catch (const InputError& error) {
      if (!reader.skip_rest()) throw;
      fill_problem(record, std::move(place), error.what(), scalars_.size());
    }
  }

 private:
  std::string file_;
  std::vector<std::string> scalars_;
  Structure structure_;
};

/// Plain text: each chunk is read from where it begins.
class XyzFile final : public CrystalSource {
 public:
  XyzFile(const std::string& path, XyzIndex index, const std::vector<std::string>& scalars)
      : index_(std::move(index)),
        file_(path, PosixFile::Mode::read),
        filler_(fs::path(path).filename().string(), scalars) {}
  std::int64_t size() const override { return index_.n_frames; }
  std::uint64_t fingerprint() const override { return index_.fingerprint(); }
  void read(std::int64_t chunk, std::vector<CrystalRecord>& records) override {
    // A stretch of the index is shorter than a chunk and divides it.
    const std::int64_t per_chunk = chunk_size() / index_.stride, first = chunk * per_chunk;
    const auto last = std::min<std::int64_t>(first + per_chunk, static_cast<std::int64_t>(index_.offset.size()) - 1);
    const std::int64_t begin = index_.offset[static_cast<std::size_t>(first)];
    text_.resize(static_cast<std::size_t>(index_.offset[static_cast<std::size_t>(last)] - begin));
    if (file_.read(text_.data(), text_.size(), static_cast<std::uint64_t>(begin)) != text_.size())
      fail("{} changed while it was read", file_.path());
    XyzReader reader(std::string_view(text_), file_.path(), false, index_.line[static_cast<std::size_t>(first)]);
    records.resize(static_cast<std::size_t>(count_of(chunk)));
    for (std::size_t k = 0; k < records.size(); ++k)
      filler_.next(reader, first_of(chunk) + static_cast<std::int64_t>(k), records[k]);
  }

 private:
  XyzIndex index_;
  PosixFile file_;
  std::string text_;
  FrameFiller filler_;
};

/// gzip: every rank goes through the whole file and looks at the frames of its own chunks.
class XyzStream final : public CrystalSource {
 public:
  XyzStream(std::string path, XyzIndex index, const std::vector<std::string>& scalars)
      : path_(std::move(path)), index_(std::move(index)), filler_(fs::path(path_).filename().string(), scalars) {}
  std::int64_t size() const override { return index_.n_frames; }
  std::uint64_t fingerprint() const override { return index_.fingerprint(); }
  void read(std::int64_t chunk, std::vector<CrystalRecord>& records) override {
    if (!reader_ || at_ > first_of(chunk)) {
      reader_ = std::make_unique<XyzReader>(path_);
      at_ = 0;
    }
    for (; at_ < first_of(chunk); ++at_)
      if (!reader_->skip()) fail("{} ends before frame {}: it changed while it was read", path_, at_);
    records.resize(static_cast<std::size_t>(count_of(chunk)));
    for (CrystalRecord& record : records) filler_.next(*reader_, at_++, record);
  }

 private:
  std::string path_;
  XyzIndex index_;
  FrameFiller filler_;
  std::unique_ptr<XyzReader> reader_;
  std::int64_t at_ = 0;
};

class DatasetFile final : public CrystalSource {
 public:
  DatasetFile(const std::string& path, const std::vector<std::string>& scalars, const Communicator& communicator)
      : data_(path, communicator) {
    for (const std::string& name : scalars) {
      if (!data_.has_scalar(name))
        fail_input("{} holds no number '{}'; it has: {}", path, name, fmt::join(data_.scalar_names(), ", "));
      scalar_.push_back(data_.scalar(name));
    }
    fingerprint_.add(data_.hash().data(), data_.hash().size());
  }
  std::int64_t size() const override { return data_.n_structures(); }
  std::uint64_t fingerprint() const override { return fingerprint_.value(); }
  void read(std::int64_t chunk, std::vector<CrystalRecord>& records) override {
    records.resize(static_cast<std::size_t>(count_of(chunk)));
    for (std::size_t k = 0; k < records.size(); ++k) {
      CrystalRecord& record = records[k];
      const std::int64_t i = first_of(chunk) + static_cast<std::int64_t>(k), first = data_.atom_offset()[i],
                         last = data_.atom_offset()[i + 1];
      record.problem.clear();
      record.id = data_.id(i);
      record.cell = data_.cell_of(i);
      record.periodic = data_.periodic_of(i);
      record.atomic_number.assign(data_.atomic_number() + first, data_.atomic_number() + last);
      record.position.assign(data_.position() + 3 * first, data_.position() + 3 * last);
      record.scalar.clear();
      for (const double* values : scalar_) record.scalar.push_back(values[i]);
    }
  }

 private:
  Dataset data_;
  std::vector<const double*> scalar_;
  Fingerprint fingerprint_;
};

/// Files of one structure each.
class FileList final : public CrystalSource {
 public:
  FileList(std::unique_ptr<StructureSource> files, std::vector<std::string> scalars)
      : files_(std::move(files)), scalars_(std::move(scalars)) {}
  std::int64_t size() const override { return files_->size(); }
  std::uint64_t fingerprint() const override { return files_->fingerprint(); }
  void read(std::int64_t chunk, std::vector<CrystalRecord>& records) override {
    records.resize(static_cast<std::size_t>(count_of(chunk)));
    for (std::size_t k = 0; k < records.size(); ++k) {
      const std::int64_t number = first_of(chunk) + static_cast<std::int64_t>(k);
      try {
        fill(records[k], files_->read(number), files_->name(number), scalars_);
      } catch (const InputError& error) {
        fill_problem(records[k], files_->name(number), error.what(), scalars_.size());
      }
    }
  }

 private:
  std::unique_ptr<StructureSource> files_;
  std::vector<std::string> scalars_;
};

XyzIndex shared_index(const std::string& path, const Communicator& communicator) {
  XyzIndex index;
  on_root(communicator, [&] { index = index_xyz(path); });
  communicator.broadcast(&index.n_frames, 1);
  communicator.broadcast(&index.stride, 1);
  communicator.broadcast(index.offset);
  communicator.broadcast(index.line);
  return index;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::int64_t CrystalSource::chunk_size() const {
  // A hundred chunks or more keep the ranks busy to the end; short ones would cost more than they hold. Powers of two,
  // as those of an index.
  std::int64_t most = 8;
  while (most < XyzIndex::largest_stride && most * 128 <= size()) most *= 2;
  return most;
}

std::unique_ptr<CrystalSource> open_crystal_source(const std::string& path, const std::vector<std::string>& scalars,
                                                   const Communicator& communicator) {
  const std::string name = lower_case(fs::path(path).filename().string());
  std::error_code ignored;
  if (!fs::is_directory(path, ignored) && is_xyz_name(path)) {
    XyzIndex index = shared_index(path, communicator);
    if (ends_with(name, ".gz")) return std::make_unique<XyzStream>(path, std::move(index), scalars);
    return std::make_unique<XyzFile>(path, std::move(index), scalars);
  }
  if (ends_with(name, ".h5") || ends_with(name, ".hdf5"))
    return std::make_unique<DatasetFile>(path, scalars, communicator);
  on_root(communicator, [&] { open_structure_source(path, false); });
  return std::make_unique<FileList>(open_structure_source(path, false), scalars);
}

}  // namespace spinel
