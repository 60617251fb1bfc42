#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spinel {

/// Where the elements that a network knows lie in its tables.
class ElementPlaces {
 public:
  ElementPlaces() = default;
  explicit ElementPlaces(const std::vector<std::string>& symbols);

  /// The place, −1 where the network does not know the element, or there is none of this atomic number.
  std::int32_t find(int atomic_number) const {
    return atomic_number >= 0 && atomic_number < static_cast<int>(place_.size())
               ? place_[static_cast<std::size_t>(atomic_number)]
               : -1;
  }
  /// The same; InputError where it is −1.
  std::int32_t at(int atomic_number) const {
    const std::int32_t place = find(atomic_number);
    if (place < 0) fail_unknown(atomic_number);
    return place;
  }
  std::size_t size() const { return symbols_.size(); }
  /// "Ar Kr Xe", for messages; of many elements how many there are.
  std::string covered() const;

 private:
  [[noreturn]] void fail_unknown(int atomic_number) const;

  std::vector<std::string> symbols_;
  std::vector<std::int32_t> place_;  // [0 … 118]
};

}  // namespace spinel
