#include "source/structure_source.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/error.hpp"
#include "crystal/formats/extended_xyz.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/structure_bytes.hpp"
#include "io/dataset/dataset.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

class Fingerprint {
 public:
  void add(const char* bytes, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) hash_ = (hash_ ^ static_cast<unsigned char>(bytes[i])) * 1099511628211ull;
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037ull;
};

/// All frames of an extended XYZ file, about 0.7 kB each for 20 atoms.
class FrameList : public StructureSource {
 public:
  FrameList(const std::string& path, bool allow_labels) : path_(path) {
    XyzReader reader(path, allow_labels);
    Fingerprint fingerprint;
    for (bool more = true; more;) {
      Frame frame;
      Structure structure;
      try {
        more = reader.next(structure);
        if (!more) break;
        frame.n_atoms = structure.size();
        // Labels of a dataset are of no use here.
        structure.force.clear();
        structure.velocity.clear();
        frame.bytes = pack(structure);
      } catch (const InputError& error) {
        if (!reader.skip_rest()) throw;
        frame.problem = error.what();
      }
      fingerprint.add(frame.bytes.data(), frame.bytes.size());
      fingerprint.add(frame.problem.data(), frame.problem.size());
      frames_.push_back(std::move(frame));
    }
    if (frames_.empty()) fail_input("{}: the file is empty", path);
    fingerprint_ = fingerprint.value();
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(frames_.size()); }
  std::string name(std::int64_t number) const override {
    return fmt::format("{} frame {}", fs::path(path_).filename().string(), number);
  }
  double work(std::int64_t number) const override { return static_cast<double>(frame(number).n_atoms); }
  Structure read(std::int64_t number) const override {
    if (!frame(number).problem.empty()) throw InputError(frame(number).problem);
    return unpack_structure(frame(number).bytes);
  }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  struct Frame {
    std::vector<char> bytes;
    std::string problem;
    std::size_t n_atoms = 0;
  };
  const Frame& frame(std::int64_t number) const { return frames_.at(static_cast<std::size_t>(number)); }

  std::string path_;
  std::vector<Frame> frames_;
  std::uint64_t fingerprint_ = 0;
};

/// Files that hold one structure each, read when it is its turn.
class FileList : public StructureSource {
 public:
  FileList(std::vector<std::string> paths, bool allow_labels) : paths_(std::move(paths)), allow_labels_(allow_labels) {
    Fingerprint fingerprint;
    for (const std::string& path : paths_) {
      std::error_code error;
      const auto size = fs::file_size(path, error);
      bytes_.push_back(error ? 0.0 : static_cast<double>(size));
      const std::string entry = fmt::format("{} {}\n", fs::path(path).filename().string(), bytes_.back());
      fingerprint.add(entry.data(), entry.size());
    }
    fingerprint_ = fingerprint.value();
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(paths_.size()); }
  std::string name(std::int64_t number) const override { return fs::path(path(number)).filename().string(); }
  // Long files hold many atoms; no need to read them all for that.
  double work(std::int64_t number) const override { return bytes_.at(static_cast<std::size_t>(number)); }
  Structure read(std::int64_t number) const override {
    Structure structure = read_structure(path(number), {-1, allow_labels_, {}});
    structure.force.clear();
    structure.velocity.clear();
    return structure;
  }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  const std::string& path(std::int64_t number) const { return paths_.at(static_cast<std::size_t>(number)); }

  std::vector<std::string> paths_;
  std::vector<double> bytes_;
  bool allow_labels_;
  std::uint64_t fingerprint_ = 0;
};

/// The structures of a dataset, all in memory.
class DatasetList : public StructureSource {
 public:
  explicit DatasetList(const std::string& path) : data_(path, Communicator::self()) {
    fingerprint_ = std::stoull(data_.structure_hash().substr(0, 16), nullptr, 16);
  }

  std::int64_t size() const override { return data_.n_structures(); }
  std::string name(std::int64_t number) const override { return data_.id(number); }
  double work(std::int64_t number) const override { return static_cast<double>(data_.n_atoms(number)); }
  Structure read(std::int64_t number) const override {
    Structure structure = data_.structure(number);
    structure.force.clear();
    return structure;
  }
  std::uint64_t fingerprint() const override { return fingerprint_; }

 private:
  Dataset data_;
  std::uint64_t fingerprint_;
};

bool is_structure_file(const fs::path& path) {
  if (!fs::is_regular_file(path) || path.filename().string().front() == '.') return false;
  try {
    check_structure_format(path.string());
    return true;
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace

std::unique_ptr<StructureSource> open_structure_source(const std::string& path, bool allow_labels) {
  if (fs::is_directory(path)) {
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(path))
      if (is_structure_file(entry.path())) paths.push_back(entry.path().string());
    if (paths.empty()) fail_input("{}: the folder holds no structure files (*.xyz, *.cif, POSCAR*, …)", path);
    std::sort(paths.begin(), paths.end());
    return std::make_unique<FileList>(std::move(paths), allow_labels);
  }
  if (is_xyz_name(path)) return std::make_unique<FrameList>(path, allow_labels);
  if (fs::path(path).extension() == ".h5") return std::make_unique<DatasetList>(path);
  check_structure_format(path);
  if (!fs::exists(path)) fail_input("{}: no such file", path);
  return std::make_unique<FileList>(std::vector<std::string>{path}, allow_labels);
}

}  // namespace spinel
