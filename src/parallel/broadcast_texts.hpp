#pragma once

#include <string>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// Collective. The texts of rank 0 on every rank.
inline void broadcast_texts(const Communicator& communicator, std::vector<std::string>& texts) {
  std::vector<std::uint64_t> sizes;
  std::string joined;
  for (const std::string& text : texts) {
    sizes.push_back(text.size());
    joined += text;
  }
  communicator.broadcast(sizes);
  communicator.broadcast(joined);
  if (communicator.is_root()) return;
  texts.clear();
  std::size_t at = 0;
  for (const std::uint64_t size : sizes) {
    texts.push_back(joined.substr(at, static_cast<std::size_t>(size)));
    at += texts.back().size();
  }
}

}  // namespace spinel
