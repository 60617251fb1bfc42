#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crystal/structure.hpp"
#include "stability/composition.hpp"

namespace spinel {

/// Candidates by number, the same on every rank. A number keeps its meaning; more may come behind the last.
class CandidateSource {
 public:
  virtual ~CandidateSource() = default;

  virtual std::int64_t size() const = 0;
  virtual std::string id(std::int64_t i) const = 0;
  virtual Composition composition(std::int64_t i) const = 0;
  virtual bool has_structures() const = 0;
  /// Without labels.
  virtual Structure structure(std::int64_t i) const = 0;
};

}  // namespace spinel
