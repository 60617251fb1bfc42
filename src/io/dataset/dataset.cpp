#include "io/dataset/dataset.hpp"

#include <cmath>
#include <filesystem>
#include <limits>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "io/dataset/dataset_arrays.hpp"

namespace spinel {

namespace {

/// An array of the parts of all ranks, in rank order.
template <class T>
NodeShared<T> join(const NodeGroup& group, const std::vector<T>& own) {
  const auto n = static_cast<std::int64_t>(own.size());
  const auto first = static_cast<std::size_t>(group.all().exclusive_scan(n));
  NodeShared<T> all(group, static_cast<std::size_t>(group.all().sum(n)));
  std::copy(own.begin(), own.end(), all.data() + first);
  all.exchange(group, first, own.size());
  return all;
}

/// [n + 1] offsets of all ranks' records from those of each rank's own, which start at 0.
NodeShared<std::int64_t> join_offsets(const NodeGroup& group, const std::vector<std::int64_t>& own) {
  const std::int64_t before = group.all().exclusive_scan(own.back());
  std::vector<std::int64_t> ends;
  if (group.all().is_root()) ends.push_back(0);
  for (std::size_t i = 1; i < own.size(); ++i) ends.push_back(before + own[i]);
  return join(group, ends);
}

}  // namespace

bool is_dataset_name(const std::string& path) {
  const auto extension = std::filesystem::path(lower_case(path)).extension();
  return extension == ".h5" || extension == ".hdf5";
}

Dataset::Dataset(const std::string& path, const Communicator& communicator)
    : path_(path), arrays_(std::make_unique<Arrays>(communicator, 0)) {
  read(path);
  compute_hashes();
}

Dataset::Dataset(DatasetRecords records, std::string path, const Communicator& communicator, int ranks_per_node)
    : path_(std::move(path)), arrays_(std::make_unique<Arrays>(communicator, ranks_per_node)) {
  take(records);
  compute_hashes();
}

Dataset Dataset::joined(const std::vector<const Dataset*>& parts) {
  const Communicator& all = parts.at(0)->group().all();
  std::int64_t n = 0, before = 0;
  for (const Dataset* part : parts) n += part->n_structures();
  const std::int64_t first = n * all.rank() / all.size(), end = n * (all.rank() + 1) / all.size();
  DatasetRecords records("id");
  std::string path;
  for (const Dataset* part : parts) {
    for (std::int64_t i = std::max<std::int64_t>(0, first - before); i < std::min(part->n_structures(), end - before);
         ++i)
      records.add(part->structure(i), "");
    before += part->n_structures();
    path += (path.empty() ? "" : " + ") + part->path();
  }
  Dataset all_parts(std::move(records), path, all);
  for (const Dataset* part : parts)
    for (const auto& [name, unit] : part->unit_)
      if (!unit.empty()) all_parts.unit_[name] = unit;
  return all_parts;
}

Dataset::Dataset(Dataset&&) noexcept = default;
Dataset::~Dataset() = default;

void Dataset::take(DatasetRecords& records) {
  Arrays& a = *arrays_;
  DatasetColumns columns = take_columns(records, a.group.all());
  n_structures_ = a.group.all().sum(records.n_structures());
  n_atoms_ = a.group.all().sum(records.n_atoms());
  const auto join_texts = [&](const std::vector<std::string>& texts) {
    std::vector<std::int64_t> offset = {0};
    std::vector<std::uint8_t> bytes;
    for (const std::string& text : texts) {
      bytes.insert(bytes.end(), text.begin(), text.end());
      offset.push_back(static_cast<std::int64_t>(bytes.size()));
    }
    return Arrays::Texts{join_offsets(a.group, offset), join(a.group, bytes)};
  };
  a.atom_offset = join_offsets(a.group, records.atom_offset);
  a.cell = join(a.group, records.cell);
  a.periodic = join(a.group, records.periodic);
  a.atomic_number = join(a.group, records.atomic_number);
  a.position = join(a.group, records.position);
  if (columns.has_force) a.force = join(a.group, records.force);
  if (columns.has_stress) a.stress = join(a.group, records.stress);
  if (columns.has_magnetic_moment) a.magnetic_moment = join(a.group, records.magnetic_moment);
  if (columns.has_charge) a.charge = join(a.group, records.charge);
  a.id = join_texts(records.id);
  for (const auto& [name, values] : columns.scalar) {
    a.scalar[name] = join(a.group, values);
    unit_[name] = usual_unit(name);
  }
  for (const auto& [name, values] : columns.text) a.text[name] = join_texts(values);
}

void Dataset::compute_hashes() {
  const Communicator& all = arrays_->group.all();
  const Arrays& a = *arrays_;
  // The sum over structures of hashes that begin with their number: any rank can take any of them.
  std::uint64_t total[4] = {};
  const std::int64_t first = n_structures_ * all.rank() / all.size(),
                     end = n_structures_ * (all.rank() + 1) / all.size();
  // NaN has many bit patterns.
  const auto add_numbers = [](ContentHash& hash, const double* values, std::size_t n) {
    for (std::size_t k = 0; k < n; ++k) {
      const double x = std::isnan(values[k]) ? std::numeric_limits<double>::infinity() : values[k];
      hash.add(&x, sizeof x);
    }
  };
  for (std::int64_t i = first; i < end; ++i) {
    const auto s = static_cast<std::size_t>(i), atom = static_cast<std::size_t>(a.atom_offset[s]),
               n = static_cast<std::size_t>(a.atom_offset[s + 1]) - atom;
    ContentHash hash(s);
    hash.add(a.cell.data() + 9 * s, 9 * sizeof(double));
    hash.add(a.periodic.data() + s, 1);
    hash.add(a.position.data() + 3 * atom, 3 * n * sizeof(double));
    const auto structure = hash.value();
    hash.add(a.atomic_number.data() + atom, n);
    if (a.force.size() > 0) add_numbers(hash, a.force.data() + 3 * atom, 3 * n);
    if (a.stress.size() > 0) add_numbers(hash, a.stress.data() + 6 * s, 6);
    if (a.magnetic_moment.size() > 0) add_numbers(hash, a.magnetic_moment.data() + 3 * atom, 3 * n);
    if (a.charge.size() > 0) add_numbers(hash, a.charge.data() + atom, n);
    for (const auto& [name, values] : a.scalar) add_numbers(hash, values.data() + s, 1);
    hash.add(a.id.at(i));
    for (const auto& [name, texts] : a.text) hash.add(texts.at(i));
    for (std::size_t k = 0; k < 2; ++k) {
      total[k] += structure[k];
      total[2 + k] += hash.value()[k];
    }
  }
  all.sum(total, 4);
  ContentHash names(static_cast<std::uint64_t>(n_structures_));
  for (const auto& [name, values] : a.scalar) names.add(name), names.add(unit(name));
  for (const auto& [name, texts] : a.text) names.add(name);
  structure_hash_ = ContentHash::hex({total[0], total[1]});
  hash_ = ContentHash::hex({total[2] + names.value()[0], total[3] + names.value()[1]});
}

const NodeGroup& Dataset::group() const { return arrays_->group; }
const std::int64_t* Dataset::atom_offset() const { return arrays_->atom_offset.data(); }
const double* Dataset::cell() const { return arrays_->cell.data(); }
const std::uint8_t* Dataset::periodic() const { return arrays_->periodic.data(); }
const std::uint8_t* Dataset::atomic_number() const { return arrays_->atomic_number.data(); }
const double* Dataset::position() const { return arrays_->position.data(); }
const double* Dataset::force() const { return arrays_->force.size() > 0 ? arrays_->force.data() : nullptr; }
const double* Dataset::magnetic_moment() const {
  return arrays_->magnetic_moment.size() > 0 ? arrays_->magnetic_moment.data() : nullptr;
}
const double* Dataset::charge() const { return arrays_->charge.size() > 0 ? arrays_->charge.data() : nullptr; }
const double* Dataset::stress() const { return arrays_->stress.size() > 0 ? arrays_->stress.data() : nullptr; }

std::string Dataset::id(std::int64_t i) const { return arrays_->id.at(i); }

bool Dataset::has(const std::string& name) const { return has_scalar(name) || has_text(name); }
bool Dataset::has_scalar(const std::string& name) const { return arrays_->scalar.count(name) > 0; }
bool Dataset::has_text(const std::string& name) const { return arrays_->text.count(name) > 0; }

const double* Dataset::scalar(const std::string& name) const {
  const auto found = arrays_->scalar.find(name);
  if (found != arrays_->scalar.end()) return found->second.data();
  const auto nearest = nearest_match(name, scalar_names());
  if (nearest) fail("{} has no numbers '{}'; did you mean '{}'?", path_, name, *nearest);
  fail("{} has no numbers '{}'; it has {}", path_, name, quoted_list(scalar_names()));
}

std::string Dataset::text(const std::string& name, std::int64_t i) const {
  const auto found = arrays_->text.find(name);
  if (found == arrays_->text.end()) fail("{} has no texts '{}'; it has {}", path_, name, quoted_list(text_names()));
  return found->second.at(i);
}

std::vector<std::string> Dataset::scalar_names() const {
  std::vector<std::string> names;
  for (const auto& [name, values] : arrays_->scalar) names.push_back(name);
  return names;
}

std::vector<std::string> Dataset::text_names() const {
  std::vector<std::string> names;
  for (const auto& [name, texts] : arrays_->text) names.push_back(name);
  return names;
}

std::string Dataset::unit(const std::string& scalar_name) const {
  const auto found = unit_.find(scalar_name);
  return found == unit_.end() ? "" : found->second;
}

Mat3 Dataset::cell_of(std::int64_t i) const {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(cell() + 9 * i);
}

std::array<bool, 3> Dataset::periodic_of(std::int64_t i) const {
  const unsigned bits = periodic()[i];
  return {(bits & 1u) != 0, (bits & 2u) != 0, (bits & 4u) != 0};
}

Structure Dataset::structure(std::int64_t i) const {
  Structure s;
  s.cell = cell_of(i);
  s.periodic = periodic_of(i);
  for (std::int64_t atom = atom_offset()[i]; atom < atom_offset()[i + 1]; ++atom) {
    s.type.push_back(add_species(s, species_from_number(atomic_number()[atom])));
    s.position.emplace_back(position()[3 * atom], position()[3 * atom + 1], position()[3 * atom + 2]);
    if (force() != nullptr && !std::isnan(force()[3 * atom]))
      s.force.emplace_back(force()[3 * atom], force()[3 * atom + 1], force()[3 * atom + 2]);
    if (const double* m = magnetic_moment(); m != nullptr && !std::isnan(m[3 * atom]))
      s.magnetic_moment.emplace_back(m[3 * atom], m[3 * atom + 1], m[3 * atom + 2]);
    if (const double* q = charge(); q != nullptr && !std::isnan(q[atom])) s.charge.push_back(q[atom]);
  }
  s.info["id"] = id(i);
  for (const auto& [name, values] : arrays_->scalar)
    if (const double x = values[static_cast<std::size_t>(i)]; !std::isnan(x)) s.info[name] = fmt::format("{}", x);
  for (const auto& [name, texts] : arrays_->text)
    if (std::string value = texts.at(i); !value.empty()) s.info[name] = std::move(value);
  if (stress() != nullptr && !std::isnan(stress()[6 * i])) {
    const double* v = stress() + 6 * i;
    s.info["stress"] = fmt::format("{} {} {} {} {} {} {} {} {}", v[0], v[5], v[4], v[5], v[1], v[3], v[4], v[3], v[2]);
  }
  return s;
}

}  // namespace spinel
