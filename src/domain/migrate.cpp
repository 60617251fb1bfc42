#include <algorithm>
#include <cmath>
#include <cstring>

#include "domain/halo.hpp"
#include "parallel/sparse_exchange.hpp"

namespace spinel {

namespace {

// What travels with an atom; the values of its columns follow as doubles.
struct AtomRecord {
  double position[3], velocity[3];
  std::int64_t id;
  Int3 image;
  std::int32_t type;
  std::int64_t fixed;
};

// More cells than an atom can cross between two migrations unless it was flung out.
constexpr double most_cells = 1e9;

template <class T>
void permute(std::vector<T>& values, std::size_t width, const std::vector<std::uint32_t>& order,
             std::vector<T>& scratch) {
  scratch.resize(order.size() * width);
  if (width == 1) {
    for (std::size_t i = 0; i < order.size(); ++i) scratch[i] = values[order[i]];
  } else {
    for (std::size_t i = 0; i < order.size(); ++i)
      for (std::size_t c = 0; c < width; ++c) scratch[i * width + c] = values[order[i] * width + c];
  }
  values.swap(scratch);
}

template <class T>
void permute(std::vector<T>& values, std::size_t width, const std::vector<std::uint32_t>& order) {
  std::vector<T> scratch;
  permute(values, width, order, scratch);
}

// Calls visit(array, width) for every per-atom array that migrates.
template <class Visit>
void for_each_array(LocalAtoms& atoms, const Visit& visit) {
  visit(atoms.position, 1);
  visit(atoms.velocity, 1);
  visit(atoms.id, 1);
  visit(atoms.type, 1);
  visit(atoms.image, 1);
  visit(atoms.fixed, 1);
  for (AtomColumn& column : atoms.columns) visit(column.values, static_cast<std::size_t>(column.width));
}

// Engines that need no velocities or columns leave them empty; what is there must fit the number of atoms.
std::string size_owned_arrays(LocalAtoms& atoms) {
  const std::size_t n = atoms.n_owned;
  if (atoms.position.size() < n || atoms.type.size() < n || atoms.id.size() < n)
    return fmt::format("{} atoms with {} positions, {} types, {} ids", n, atoms.position.size(), atoms.type.size(),
                       atoms.id.size());
  atoms.position.resize(n);
  atoms.type.resize(n);
  atoms.id.resize(n);
  atoms.n_ghost = 0;
  if (atoms.velocity.empty()) atoms.velocity.assign(n, Vec3::Zero());
  if (atoms.image.empty()) atoms.image.assign(n, Int3{0, 0, 0});
  if (atoms.fixed.empty()) atoms.fixed.assign(n, 0);
  for (AtomColumn& column : atoms.columns)
    if (column.values.empty()) column.values.assign(n * static_cast<std::size_t>(column.width), 0.0);
  std::string error;
  for_each_array(atoms, [&](const auto& values, std::size_t width) {
    if (values.size() != n * width) error = fmt::format("a per-atom array of {} values for {} atoms", values.size(), n);
  });
  return error;
}

}  // namespace

void Halo::migrate(LocalAtoms& atoms, double sort_length) {
  std::string error = size_owned_arrays(atoms);
  if (!(sort_length > 0.0)) error = fmt::format("sort_length = {} must be above zero", sort_length);
  if (error.empty()) error = wrap_owned(atoms);
  communicator_.fail_together(error);
  send_home(atoms);
  check_none_lost(atoms);

  const Mat3 inverse = atoms.cell.inverse();
  fractional_.resize(atoms.n_owned);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) fractional_[i] = inverse.transpose() * atoms.position[i];
  const Vec3 height = inverse.colwise().norm().transpose().cwiseInverse();
  const auto& order = spatial_order_.sort(fractional_, atoms.id, height, sort_length);
  for_each_array(atoms, [&order](auto& values, std::size_t width) { permute(values, width, order); });

  atoms.build_position = atoms.position;
  atoms.build_cell = atoms.cell;
  n_owned_ = n_ghost_ = 0;
  targets_.clear();
  sources_.clear();
  segments_.clear();
  send_list_.clear();
}

// Wraps owned atoms into the cell and finds their owners; returns what is wrong with the first atom that cannot be.
std::string Halo::wrap_owned(LocalAtoms& atoms) {
  const Mat3 to_fractional = atoms.cell.inverse().transpose();
  destination_.resize(atoms.n_owned);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    Vec3& x = atoms.position[i];
    Vec3 s = to_fractional * x;
    if (!s.allFinite())
      return fmt::format("the position of atom {} is not finite: {} {} {}", atoms.id[i], x[0], x[1], x[2]);
    for (std::size_t k = 0; k < 3; ++k) {
      const auto d = static_cast<int>(k);
      if (!atoms.periodic[k]) continue;
      const Wrapped wrapped = wrap(s[d]);
      s[d] = wrapped.value;
      // Rounding up to 1 moves no atom: it stays a hair below 0, within every tolerance.
      const double whole = wrapped.whole;
      if (whole == 0.0) continue;
      if (!(std::abs(whole + atoms.image[i][k]) < most_cells))
        return fmt::format("atom {} has moved {:.3g} cells away", atoms.id[i], whole);
      x -= whole * atoms.cell.row(d).transpose();
      atoms.image[i][k] += static_cast<int>(whole);
    }
    destination_[i] = decomposition_.owner(s);
  }
  return {};
}

void Halo::send_home(LocalAtoms& atoms) {
  if (communicator_.size() == 1) return;
  const int here = communicator_.rank();
  std::vector<std::uint32_t> staying, leaving;
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    (destination_[i] == here ? staying : leaving).push_back(static_cast<std::uint32_t>(i));
  std::stable_sort(leaving.begin(), leaving.end(),
                   [this](std::uint32_t a, std::uint32_t b) { return destination_[a] < destination_[b]; });

  std::size_t column_doubles = 0;
  for (const AtomColumn& column : atoms.columns) column_doubles += static_cast<std::size_t>(column.width);
  const std::size_t record_bytes = sizeof(AtomRecord) + column_doubles * sizeof(double);

  std::vector<Parcel> parcels;
  auto* out = buffer<std::byte>(leaving.size() * record_bytes);
  for (const std::uint32_t i : leaving) {
    if (parcels.empty() || parcels.back().rank != destination_[i]) parcels.push_back({destination_[i], 0});
    ++parcels.back().n_records;
    const Vec3 &x = atoms.position[i], &v = atoms.velocity[i];
    const AtomRecord record{{x[0], x[1], x[2]}, {v[0], v[1], v[2]}, atoms.id[i],
                            atoms.image[i],     atoms.type[i],      atoms.fixed[i]};
    std::memcpy(out, &record, sizeof record);
    out += sizeof record;
    for (const AtomColumn& column : atoms.columns) {
      const auto w = static_cast<std::size_t>(column.width);
      if (w > 0) std::memcpy(out, column.values.data() + i * w, w * sizeof(double));
      out += w * sizeof(double);
    }
  }
  for (const Parcel& parcel : parcels) count_message(parcel.n_records * record_bytes);
  sparse_exchange(communicator_, parcels, buffer_.data(), record_bytes, received_);

  if (!leaving.empty())
    for_each_array(atoms, [&staying](auto& values, std::size_t width) { permute(values, width, staying); });
  const std::size_t n_new = received_.size() / record_bytes;
  const std::byte* in = received_.data();
  for (std::size_t r = 0; r < n_new; ++r) {
    AtomRecord record;
    std::memcpy(&record, in, sizeof record);
    in += sizeof record;
    atoms.position.emplace_back(record.position[0], record.position[1], record.position[2]);
    atoms.velocity.emplace_back(record.velocity[0], record.velocity[1], record.velocity[2]);
    atoms.id.push_back(record.id);
    atoms.image.push_back(record.image);
    atoms.type.push_back(record.type);
    atoms.fixed.push_back(static_cast<std::uint8_t>(record.fixed));
    for (AtomColumn& column : atoms.columns) {
      const auto w = static_cast<std::size_t>(column.width);
      const std::size_t at = column.values.size();
      column.values.resize(at + w);
      if (w > 0) std::memcpy(column.values.data() + at, in, w * sizeof(double));
      in += w * sizeof(double);
    }
  }
  atoms.n_owned = atoms.position.size();
}

void Halo::check_none_lost(const LocalAtoms& atoms) const {
  const auto total = communicator_.sum(static_cast<std::int64_t>(atoms.n_owned));
  if (total == atoms.n_global) return;
  // Every rank sees the same total, so all come here.
  std::vector<std::int64_t> ids = communicator_.gather(atoms.id);
  std::string error;
  if (communicator_.is_root()) {
    std::sort(ids.begin(), ids.end());
    std::int64_t expected = 0;
    auto id = ids.begin();
    while (id != ids.end() && *id == expected) {
      ++id;
      ++expected;
    }
    error = id != ids.end() && *id < expected
                ? fmt::format("{} atoms where there should be {}: atom {} exists twice", total, atoms.n_global, *id)
                : fmt::format("{} atoms where there should be {}: atom {} was lost", total, atoms.n_global, expected);
  }
  communicator_.fail_together(error);
}

}  // namespace spinel
