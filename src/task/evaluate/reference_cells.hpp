#pragma once

#include <memory>
#include <string>
#include <vector>

#include "run/context.hpp"
#include "source/structure_source.hpp"
#include "stability/assess/set_matcher.hpp"

namespace spinel {

/// The known structures of &evaluate reference.
class ReferenceSet {
 public:
  /// Collective. Opens them. InputError at the key where one cannot be opened.
  explicit ReferenceSet(const RunContext& context);

  std::int64_t size() const { return size_; }
  /// Tells one reference from another; on rank 0.
  std::uint64_t fingerprint() const;

  /// Collective. The cells of those that have one of `formulas` (rank 0's), numbered in the order of the reference, on
  /// all ranks. What cannot be read is left out, and in failed().
  std::vector<KeyedCell> cells(const std::vector<std::string>& formulas);
  /// "known/a.cif:9: why", of those that cannot be read, in the order of the reference; on rank 0, after cells().
  const std::vector<std::string>& failed() const { return failed_; }
  /// Of those, by their numbers; on rank 0.
  const std::vector<std::string>& names() const { return names_; }

 private:
  const RunContext& context_;
  std::vector<std::shared_ptr<StructureSource>> sources_;
  std::vector<std::string> names_, failed_;
  std::int64_t size_ = 0;
};

}  // namespace spinel
