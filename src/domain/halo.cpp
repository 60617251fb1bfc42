#include "domain/halo.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "parallel/sparse_exchange.hpp"

namespace spinel {

namespace {

constexpr int tag_forward = 31, tag_reverse = 32;
constexpr std::size_t block_size = 32;
// Fractional; covers the rounding of coordinates at brick faces.
constexpr double face_tolerance = 1e-12;

// Fractional; no atom of a migrated system is so far out along a periodic direction.
constexpr double far_away = 1e6;

struct GhostRecord {
  double position[3];
  std::int64_t id;
  std::int64_t type;
};

struct Box {
  Vec3 low = Vec3::Constant(std::numeric_limits<double>::infinity());
  Vec3 high = -low;

  void add(const Vec3& s) {
    low = low.cwiseMin(s);
    high = high.cwiseMax(s);
  }
  bool holds(const Vec3& s) const { return (s.array() >= low.array()).all() && (s.array() <= high.array()).all(); }
  bool holds(const Box& box) const {
    return (box.low.array() >= low.array()).all() && (box.high.array() <= high.array()).all();
  }
  bool meets(const Box& box) const {
    return (box.high.array() >= low.array()).all() && (box.low.array() <= high.array()).all();
  }
};

}  // namespace

Halo::Halo(Communicator communicator, Decomposition decomposition)
    : communicator_(std::move(communicator)), decomposition_(std::move(decomposition)) {
  if (decomposition_.size() != communicator_.size())
    fail("a decomposition into {} bricks for {} ranks", decomposition_.size(), communicator_.size());
}

void Halo::check_prepared(const LocalAtoms& atoms) const {
  if (atoms.n_owned != n_owned_ || atoms.n_ghost != n_ghost_)
    fail("ghosts of {} owned and {} ghost atoms asked for, but the last exchange was for {} and {}", atoms.n_owned,
         atoms.n_ghost, n_owned_, n_ghost_);
}

// For every rank and lattice shift n, the atoms whose image s + n lies in that rank's brick widened by `depth`.
void Halo::find_sends(const LocalAtoms& atoms, double depth) {
  targets_.clear();
  segments_.clear();
  send_list_.clear();

  const Vec3 reach = (depth * atoms.cell.inverse().colwise().norm().transpose()).array() + face_tolerance;
  std::vector<Box> blocks((n_owned_ + block_size - 1) / block_size);
  Box own;
  for (std::size_t i = 0; i < n_owned_; ++i) blocks[i / block_size].add(fractional_[i]);
  for (const Box& block : blocks) {
    own.add(block.low);
    own.add(block.high);
  }

  const auto add_target = [&](int rank) {
    const Brick brick = decomposition_.brick(rank);
    const Vec3 low = brick.low - reach, high = brick.high + reach;
    std::array<int, 3> first{0, 0, 0}, last{0, 0, 0};
    for (std::size_t k = 0; k < 3; ++k) {
      const int d = static_cast<int>(k);
      if (!atoms.periodic[k]) continue;
      first[k] = static_cast<int>(std::ceil(low[d] - own.high[d]));
      last[k] = static_cast<int>(std::floor(high[d] - own.low[d]));
    }
    Target target{rank, segments_.size(), 0, send_list_.size(), 0};
    Int3 n;
    for (n[0] = first[0]; n[0] <= last[0]; ++n[0]) {
      for (n[1] = first[1]; n[1] <= last[1]; ++n[1]) {
        for (n[2] = first[2]; n[2] <= last[2]; ++n[2]) {
          if (rank == communicator_.rank() && n == Int3{0, 0, 0}) continue;
          const Vec3 shift(n[0], n[1], n[2]);
          Box wanted;
          wanted.low = low - shift;
          wanted.high = high - shift;
          if (!wanted.meets(own)) continue;
          const std::size_t begin = send_list_.size();
          for (std::size_t b = 0; b < blocks.size(); ++b) {
            if (!wanted.meets(blocks[b])) continue;
            const std::size_t end_of_block = std::min(n_owned_, (b + 1) * block_size);
            const bool whole = wanted.holds(blocks[b]);
            for (std::size_t i = b * block_size; i < end_of_block; ++i)
              if (whole || wanted.holds(fractional_[i])) send_list_.push_back(static_cast<std::uint32_t>(i));
          }
          if (send_list_.size() > begin) segments_.push_back({n, begin, send_list_.size()});
        }
      }
    }
    target.last_segment = segments_.size();
    target.last = send_list_.size();
    if (target.last > target.first || rank == communicator_.rank()) targets_.push_back(target);
  };
  if (n_owned_ == 0) {
    targets_.push_back({communicator_.rank(), 0, 0, 0, 0});
    return;
  }
  add_target(communicator_.rank());
  for (int rank = 0; rank < communicator_.size(); ++rank)
    if (rank != communicator_.rank()) add_target(rank);
}

// Positions of the ghosts of these segments. The only place where ghost positions are made, so that exchange and
// forward_positions agree to the bit.
void Halo::write_positions(const LocalAtoms& atoms, std::size_t first_segment, std::size_t last_segment,
                           Vec3* out) const {
  for (std::size_t s = first_segment; s < last_segment; ++s) {
    const Segment& segment = segments_[s];
    const Vec3 shift = atoms.cell.transpose() * Vec3(segment.shift[0], segment.shift[1], segment.shift[2]);
    const double x = shift[0], y = shift[1], z = shift[2];
    const double* from = atoms.position.data()->data();
    double* to = out->data();
    const std::uint32_t* index = send_list_.data() + segment.first;
    const std::size_t n = segment.last - segment.first;
    for (std::size_t i = 0; i < n; ++i) {
      const double* atom = from + 3 * static_cast<std::size_t>(index[i]);
      to[3 * i] = atom[0] + x;
      to[3 * i + 1] = atom[1] + y;
      to[3 * i + 2] = atom[2] + z;
    }
    out += n;
  }
}

// Fractional coordinates of the owned atoms; returns what keeps this rank from exchanging.
std::string Halo::prepare_exchange(const LocalAtoms& atoms, double depth) {
  if (!(depth >= 0.0) || !std::isfinite(depth)) return fmt::format("a ghost shell {} Å deep", depth);
  if (atoms.n_owned >= std::numeric_limits<std::uint32_t>::max())
    return fmt::format("{} atoms are too many for one rank: use more ranks", atoms.n_owned);
  if (atoms.position.size() < atoms.n_owned || atoms.type.size() < atoms.n_owned || atoms.id.size() < atoms.n_owned)
    return fmt::format("{} atoms with {} positions, {} types, {} ids", atoms.n_owned, atoms.position.size(),
                       atoms.type.size(), atoms.id.size());
  n_owned_ = atoms.n_owned;
  fractional_.resize(n_owned_);
  const Mat3 to_fractional = atoms.cell.inverse().transpose();
  for (std::size_t i = 0; i < n_owned_; ++i) {
    fractional_[i] = to_fractional * atoms.position[i];
    for (std::size_t k = 0; k < 3; ++k) {
      // Written so that a NaN fails too.
      if (!(std::abs(fractional_[i][static_cast<int>(k)]) < (atoms.periodic[k] ? far_away : 1e300)))
        return fmt::format("atom {} is not near the cell: its position is {} {} {}", atoms.id[i], atoms.position[i][0],
                           atoms.position[i][1], atoms.position[i][2]);
    }
  }
  return {};
}

void Halo::exchange(LocalAtoms& atoms, double depth) {
  communicator_.fail_together(prepare_exchange(atoms, depth));
  find_sends(atoms, depth);

  const Target own = targets_.front();
  std::vector<Parcel> parcels;
  sent_positions_.resize(send_list_.size());
  write_positions(atoms, 0, segments_.size(), sent_positions_.data());
  auto* records = buffer<GhostRecord>(send_list_.size() - own.last);
  for (std::size_t t = 1; t < targets_.size(); ++t) {
    const Target& target = targets_[t];
    parcels.push_back({target.rank, target.last - target.first});
    count_message((target.last - target.first) * sizeof(GhostRecord));
  }
  for (std::size_t i = own.last; i < send_list_.size(); ++i) {
    const std::uint32_t atom = send_list_[i];
    const Vec3& x = sent_positions_[i];
    records[i - own.last] = {{x[0], x[1], x[2]}, atoms.id[atom], atoms.type[atom]};
  }
  const auto senders = sparse_exchange(communicator_, parcels, buffer_.data(), sizeof(GhostRecord), received_);

  sources_.clear();
  std::size_t at = own.last;
  for (const Parcel& sender : senders) {
    sources_.push_back({sender.rank, at, at + sender.n_records});
    at += sender.n_records;
  }
  n_ghost_ = at;
  atoms.n_ghost = n_ghost_;
  atoms.position.resize(atoms.n_all());
  atoms.type.resize(atoms.n_all());
  atoms.id.resize(atoms.n_all());
  for (std::size_t i = 0; i < own.last; ++i) {
    const std::uint32_t atom = send_list_[i];
    atoms.position[n_owned_ + i] = sent_positions_[i];
    atoms.type[n_owned_ + i] = atoms.type[atom];
    atoms.id[n_owned_ + i] = atoms.id[atom];
  }
  const auto* arrived = reinterpret_cast<const GhostRecord*>(received_.data());
  for (std::size_t i = own.last; i < n_ghost_; ++i) {
    const GhostRecord& record = arrived[i - own.last];
    atoms.position[n_owned_ + i] = Vec3(record.position[0], record.position[1], record.position[2]);
    atoms.type[n_owned_ + i] = static_cast<std::int32_t>(record.type);
    atoms.id[n_owned_ + i] = record.id;
  }

  std::vector<int> peers;
  for (std::size_t t = 1; t < targets_.size(); ++t) peers.push_back(targets_[t].rank);
  for (const Source& source : sources_) peers.push_back(source.rank);
  std::sort(peers.begin(), peers.end());
  n_peers_ = static_cast<std::size_t>(std::unique(peers.begin(), peers.end()) - peers.begin());
}

void Halo::forward_positions(LocalAtoms& atoms) {
  check_prepared(atoms);
  requests_.clear();
  Vec3* ghosts = atoms.position.data() + n_owned_;
  for (const Source& source : sources_)
    MPI_Irecv((ghosts + source.first)->data(), Communicator::checked_count(3 * (source.last - source.first)),
              MPI_DOUBLE, source.rank, tag_forward, communicator_.mpi(), &requests_.emplace_back());
  const Target own = targets_.empty() ? Target{} : targets_.front();
  auto* out = buffer<Vec3>(send_list_.size() - own.last);
  for (std::size_t t = 1; t < targets_.size(); ++t) {
    const Target& target = targets_[t];
    Vec3* message = out + (target.first - own.last);
    write_positions(atoms, target.first_segment, target.last_segment, message);
    const std::size_t n = target.last - target.first;
    MPI_Isend(message->data(), Communicator::checked_count(3 * n), MPI_DOUBLE, target.rank, tag_forward,
              communicator_.mpi(), &requests_.emplace_back());
    count_message(n * sizeof(Vec3));
  }
  write_positions(atoms, own.first_segment, own.last_segment, ghosts);
  MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
}

template <class T>
void Halo::forward(T* rows, int width) {
  const auto w = static_cast<std::size_t>(width);
  requests_.clear();
  T* ghosts = rows + n_owned_ * w;
  for (const Source& source : sources_)
    MPI_Irecv(ghosts + source.first * w, Communicator::checked_count(w * (source.last - source.first)), mpi_type<T>(),
              source.rank, tag_forward, communicator_.mpi(), &requests_.emplace_back());
  const Target own = targets_.empty() ? Target{} : targets_.front();
  T* out = buffer<T>((send_list_.size() - own.last) * w);
  const auto pack = [&](std::size_t first, std::size_t last, T* to) {
    for (std::size_t i = first; i < last; ++i, to += w) {
      const T* row = rows + send_list_[i] * w;
      for (std::size_t c = 0; c < w; ++c) to[c] = row[c];
    }
  };
  for (std::size_t t = 1; t < targets_.size(); ++t) {
    const Target& target = targets_[t];
    T* message = out + (target.first - own.last) * w;
    pack(target.first, target.last, message);
    const std::size_t n = (target.last - target.first) * w;
    MPI_Isend(message, Communicator::checked_count(n), mpi_type<T>(), target.rank, tag_forward, communicator_.mpi(),
              &requests_.emplace_back());
    count_message(n * sizeof(T));
  }
  pack(own.first, own.last, ghosts);
  MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
}

template <class T>
void Halo::reverse_add(T* rows, int width) {
  const auto w = static_cast<std::size_t>(width);
  requests_.clear();
  const Target own = targets_.empty() ? Target{} : targets_.front();
  const T* ghosts = rows + n_owned_ * w;
  T* in = buffer<T>((send_list_.size() - own.last) * w);
  for (std::size_t t = 1; t < targets_.size(); ++t) {
    const Target& target = targets_[t];
    MPI_Irecv(in + (target.first - own.last) * w, Communicator::checked_count(w * (target.last - target.first)),
              mpi_type<T>(), target.rank, tag_reverse, communicator_.mpi(), &requests_.emplace_back());
  }
  for (const Source& source : sources_) {
    const std::size_t n = w * (source.last - source.first);
    MPI_Isend(ghosts + source.first * w, Communicator::checked_count(n), mpi_type<T>(), source.rank, tag_reverse,
              communicator_.mpi(), &requests_.emplace_back());
    count_message(n * sizeof(T));
  }
  const auto add = [&](std::size_t first, std::size_t last, const T* from) {
    for (std::size_t i = first; i < last; ++i, from += w) {
      T* row = rows + send_list_[i] * w;
      for (std::size_t c = 0; c < w; ++c) row[c] += from[c];
    }
  };
  add(own.first, own.last, ghosts);
  MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
  add(own.last, send_list_.size(), in);
}

std::size_t Halo::memory_bytes() const {
  return buffer_.capacity() + received_.capacity() +
         (fractional_.capacity() + sent_positions_.capacity()) * sizeof(Vec3) +
         send_list_.capacity() * sizeof(std::uint32_t) + destination_.capacity() * sizeof(int) +
         segments_.capacity() * sizeof(Segment) + targets_.capacity() * sizeof(Target) +
         sources_.capacity() * sizeof(Source) + spatial_order_.memory_bytes() +
         decomposition_.cuts().capacity() * sizeof(double);
}

template void Halo::forward(float*, int);
template void Halo::forward(double*, int);
template void Halo::forward(std::int32_t*, int);
template void Halo::forward(std::int64_t*, int);
template void Halo::reverse_add(float*, int);
template void Halo::reverse_add(double*, int);
template void Halo::reverse_add(std::int32_t*, int);
template void Halo::reverse_add(std::int64_t*, int);

}  // namespace spinel
