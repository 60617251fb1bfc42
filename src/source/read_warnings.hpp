#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// What was odd in the structures of a list, each oddity once.
class ReadWarnings {
 public:
  struct Row {
    std::int64_t count = 0;  ///< of structures
    std::int64_t first = 0;  ///< number of the first of them
    std::string name;        ///< its name
  };

  /// Those of one structure (Structure::warnings).
  void add(const std::vector<std::string>& warnings, std::int64_t number, const std::string& name);
  void add(const ReadWarnings& other);
  /// Collective. Those of all ranks, on rank 0.
  ReadWarnings gathered(const Communicator& communicator) const;

  const std::map<std::string, Row>& rows() const { return rows_; }

  friend auto members(ReadWarnings& w) { return std::tie(w.rows_); }

 private:
  std::map<std::string, Row> rows_;  // by text
};
inline auto members(ReadWarnings::Row& r) { return std::tie(r.count, r.first, r.name); }

}  // namespace spinel
