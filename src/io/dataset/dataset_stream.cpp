#include "io/dataset/dataset_stream.hpp"

#include <filesystem>
#include <limits>
#include <numeric>

#include "crystal/formats/text_file.hpp"
#include "io/attempt.hpp"
#include "io/dataset/dataset_file.hpp"
#include "io/result_file.hpp"

namespace spinel {

namespace {

std::int64_t sum_of(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// Collective. [n + 1] of all ranks in rank order, on rank 0.
std::vector<std::int64_t> offsets_of(const std::vector<std::int64_t>& sizes, const Communicator& communicator) {
  std::vector<std::int64_t> offsets = communicator.gather(sizes);
  offsets.insert(offsets.begin(), 0);
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  return offsets;
}

template <class T>
void write_at(DatasetBytes& to, const std::vector<T>& values, std::int64_t first, std::int64_t width) {
  to.write(values.data(), values.size() * sizeof(T), static_cast<std::uint64_t>(first * width) * sizeof(T));
}

}  // namespace

std::unique_ptr<DatasetBytes> DatasetStream::open(const std::string& dataset, std::int64_t bytes) const {
  if (bytes == 0) return nullptr;
  return std::make_unique<DatasetBytes>(communicator_, path_ + ".part", dataset, static_cast<std::uint64_t>(bytes));
}

DatasetStream::DatasetStream(const std::string& path, const DatasetStreamPlan& plan,
                             const std::map<std::string, std::string>& notes, const Communicator& communicator)
    : communicator_(communicator), path_(path) {
  const auto own = static_cast<std::int64_t>(plan.atoms.size());
  const std::int64_t n = communicator.sum(own), n_atoms = communicator.sum(sum_of(plan.atoms));
  if (n == 0) fail("no records for '{}'", path);
  next_structure_ = communicator.exclusive_scan(own);
  next_atom_ = communicator.exclusive_scan(sum_of(plan.atoms));
  end_structure_ = next_structure_ + own;
  end_atom_ = next_atom_ + sum_of(plan.atoms);
  ResultFile file(communicator, path + ".part");
  set_dataset_format(file);
  for (const auto& [name, text] : notes) file.set_attribute("/provenance", name, text);
  file.write("/structure/atom_offset", offsets_of(plan.atoms, communicator),
             {"", "first atom of each structure, and the end"});
  file.reserve<double>("/structure/cell", {"Å", "rows are the lattice vectors a, b, c"}, {n, 3, 3});
  file.reserve<std::uint8_t>("/structure/periodic", {"", "bit 0, 1, 2: periodic along a, b, c"}, {n});
  file.reserve<std::uint8_t>("/atom/atomic_number", {"", ""}, {n_atoms});
  file.reserve<double>("/atom/position", {"Å", "Cartesian"}, {n_atoms, 3});
  std::map<std::string, std::int64_t> n_bytes;
  const auto reserve_texts = [&](const std::string& group, const std::vector<std::int64_t>& bytes, Texts& texts,
                                 const std::string& what) {
    n_bytes[group] = communicator.sum(sum_of(bytes));
    texts.next = communicator.exclusive_scan(sum_of(bytes));
    file.write(group + "/offset", offsets_of(bytes, communicator), {"", "first byte of each, and the end"});
    if (n_bytes[group] > 0)
      file.reserve<std::uint8_t>(group + "/bytes", {"", what}, {n_bytes[group]});
    else
      file.write(group + "/bytes", std::vector<std::int64_t>(), {"", what});
  };
  reserve_texts("/id", plan.id_bytes, id_, "ids, UTF-8, one after the other");
  for (const auto& [name, bytes] : plan.text_bytes)
    reserve_texts("/text/" + name, bytes, text_[name], "UTF-8, one after the other");
  for (const std::string& name : plan.scalars)
    file.reserve<double>("/scalar/" + name, {usual_unit(name), "NaN where a record has none"}, {n});
  file.save();
  cell_ = open("/structure/cell", 72 * n);
  periodic_ = open("/structure/periodic", n);
  atomic_number_ = open("/atom/atomic_number", n_atoms);
  position_ = open("/atom/position", 24 * n_atoms);
  id_.bytes = open("/id/bytes", n_bytes["/id"]);
  for (auto& [name, texts] : text_) texts.bytes = open("/text/" + name + "/bytes", n_bytes["/text/" + name]);
  for (const std::string& name : plan.scalars) scalar_[name] = open("/scalar/" + name, 8 * n);
}

void DatasetStream::put_texts(Texts& to, const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += text;
  if (joined.empty()) return;
  to.bytes->write(joined.data(), joined.size(), static_cast<std::uint64_t>(to.next));
  to.next += static_cast<std::int64_t>(joined.size());
}

void DatasetStream::append(const DatasetRecords& records) {
  if (next_structure_ + records.n_structures() > end_structure_ || next_atom_ + records.n_atoms() > end_atom_)
    fail("{}: more records than were planned", path_);
  write_at(*cell_, records.cell, next_structure_, 9);
  write_at(*periodic_, records.periodic, next_structure_, 1);
  write_at(*atomic_number_, records.atomic_number, next_atom_, 1);
  write_at(*position_, records.position, next_atom_, 3);
  put_texts(id_, records.id);
  for (auto& [name, texts] : text_)
    if (const auto values = records.property.find(name); values != records.property.end())
      put_texts(texts, values->second);
  for (auto& [name, bytes] : scalar_) {
    std::vector<double> numbers(static_cast<std::size_t>(records.n_structures()),
                                std::numeric_limits<double>::quiet_NaN());
    if (const auto values = records.property.find(name); values != records.property.end())
      for (std::size_t k = 0; k < values->second.size(); ++k) parse_number(values->second[k], numbers[k]);
    write_at(*bytes, numbers, next_structure_, 1);
  }
  next_structure_ += records.n_structures();
  next_atom_ += records.n_atoms();
}

void DatasetStream::finish() {
  const bool is_whole = next_structure_ == end_structure_ && next_atom_ == end_atom_;
  communicator_.fail_together(is_whole ? attempt([&] { cell_->sync(); })
                                       : fmt::format("{}: fewer records than were planned", path_));
  communicator_.fail_together(
      communicator_.is_root() ? attempt([&] { std::filesystem::rename(path_ + ".part", path_); }) : std::string());
}

}  // namespace spinel
