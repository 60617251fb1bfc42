#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>

#include "database/database.hpp"

namespace spinel {

/// The pages of a part of a query as they come, in any order, and what shows that they never end.
class PageChain {
 public:
  /// Counts a page in. What is wrong with it where it shows an endless loop, empty where all is well: a link that came
  /// before, only entries that came before, no entries but a link, or more entries than the first page counted.
  std::string add(const DatabasePage& page);

  std::int64_t n_entries() const { return n_entries_; }
  std::int64_t total() const { return total_; }  ///< as the first page with a count has it; −1: none has
  bool total_changed() const { return total_changed_; }

 private:
  std::unordered_set<std::string> ids_;
  std::set<std::string> links_;
  std::int64_t n_entries_ = 0, total_ = -1;
  bool total_changed_ = false;
};

}  // namespace spinel
