#pragma once

#include <vector>

#include "input/propose_parameters.hpp"
#include "propose/candidate.hpp"

namespace spinel {

/// What &propose says of the elements of candidates.
class ElementRules {
 public:
  /// InputError where a name is no element.
  explicit ElementRules(const ProposeParameters& parameters);

  bool allows(int atomic_number) const { return allowed_[static_cast<std::size_t>(atomic_number)]; }
  bool allows_number(std::size_t n_elements) const { return n_elements >= fewest_ && n_elements <= most_; }
  /// Elements 1 … 103 that may occur, ascending.
  const std::vector<int>& elements() const { return elements_; }
  /// Whether the user named them.
  bool are_given() const { return are_given_; }
  bool has_required(const Assignment& elements, std::size_t n) const;

  /// The verdict on a crystal's own elements: accepted or not_allowed.
  Verdict verdict(const KnownCrystal& crystal) const;

 private:
  std::vector<bool> allowed_;
  std::vector<int> elements_, required_;
  bool are_given_;
  std::size_t fewest_ = 1, most_ = most_elements;
};

}  // namespace spinel
