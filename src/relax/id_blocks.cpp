#include "relax/id_blocks.hpp"

#include <algorithm>
#include <numeric>

#include "parallel/blocks.hpp"

namespace spinel {

namespace {

int block_of(std::int64_t id, std::int64_t n, int ranks) {
  const std::int64_t small = n / ranks, larger = n % ranks;
  const std::int64_t in_larger = larger * (small + 1);
  return static_cast<int>(id < in_larger ? id / (small + 1) : larger + (id - in_larger) / small);
}

std::vector<double> pick(const std::vector<Vec3>& values, const std::vector<std::uint32_t>& which) {
  std::vector<double> flat;
  flat.reserve(3 * which.size());
  for (const std::uint32_t i : which) flat.insert(flat.end(), values[i].data(), values[i].data() + 3);
  return flat;
}

std::vector<Vec3> place(const std::vector<double>& flat, const std::vector<std::uint32_t>& where, std::size_t n) {
  std::vector<Vec3> values(n);
  for (std::size_t k = 0; k < where.size(); ++k) values[where[k]] = Vec3(flat[3 * k], flat[3 * k + 1], flat[3 * k + 2]);
  return values;
}

}  // namespace

IdBlocks::IdBlocks(Communicator communicator, std::int64_t n_global)
    : communicator_(std::move(communicator)),
      n_global_(n_global),
      first_(block_begin(n_global, communicator_.rank(), communicator_.size())),
      size_(static_cast<std::size_t>(block_begin(n_global, communicator_.rank() + 1, communicator_.size()) - first_)) {}

void IdBlocks::follow(const LocalAtoms& atoms) {
  const int ranks = communicator_.size();
  sent_.resize(atoms.n_owned);
  std::iota(sent_.begin(), sent_.end(), 0U);
  std::sort(sent_.begin(), sent_.end(), [&](std::uint32_t a, std::uint32_t b) { return atoms.id[a] < atoms.id[b]; });
  std::vector<std::int64_t> ids;
  send_counts_.assign(static_cast<std::size_t>(ranks), 0);
  for (const std::uint32_t i : sent_) {
    ids.push_back(atoms.id[i]);
    ++send_counts_[static_cast<std::size_t>(block_of(atoms.id[i], n_global_, ranks))];
  }
  const auto arriving = communicator_.all_to_all(ids, send_counts_, &receive_counts_);
  arrived_.clear();
  for (const std::int64_t id : arriving) arrived_.push_back(static_cast<std::uint32_t>(id - first_));
  for (std::int64_t& count : send_counts_) count *= 3;
  for (std::int64_t& count : receive_counts_) count *= 3;
}

std::vector<double> IdBlocks::exchange(const std::vector<double>& values,
                                       const std::vector<std::int64_t>& counts) const {
  return communicator_.size() == 1 ? values : communicator_.all_to_all(values, counts);
}

std::vector<Vec3> IdBlocks::to_blocks(const std::vector<Vec3>& values) const {
  return place(exchange(pick(values, sent_), send_counts_), arrived_, size_);
}

std::vector<Vec3> IdBlocks::to_owners(const std::vector<Vec3>& values) const {
  return place(exchange(pick(values, arrived_), receive_counts_), sent_, sent_.size());
}

}  // namespace spinel
