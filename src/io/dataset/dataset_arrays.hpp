#pragma once

// Private to io: what a Dataset holds.
#include "io/dataset/dataset.hpp"

namespace spinel {

struct Dataset::Arrays {
  explicit Arrays(const Communicator& communicator, int ranks_per_node) : group(communicator, ranks_per_node) {}

  struct Texts {
    NodeShared<std::int64_t> offset;  // [structure + 1]
    NodeShared<std::uint8_t> bytes;   // UTF-8
    std::string at(std::int64_t i) const {
      const auto first = static_cast<std::size_t>(offset[static_cast<std::size_t>(i)]),
                 end = static_cast<std::size_t>(offset[static_cast<std::size_t>(i) + 1]);
      return first == end ? std::string() : std::string(bytes.data() + first, bytes.data() + end);
    }
  };

  NodeGroup group;
  NodeShared<std::int64_t> atom_offset;
  NodeShared<double> cell;
  NodeShared<std::uint8_t> periodic, atomic_number;
  NodeShared<double> position, force, stress, magnetic_moment, charge;  // size 0: none
  Texts id;
  std::map<std::string, NodeShared<double>> scalar;
  std::map<std::string, Texts> text;
};

}  // namespace spinel
