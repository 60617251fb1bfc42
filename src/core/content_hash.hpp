#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace spinel {

/// 64 bits that distinguish contents: FNV-1a (Fowler, Noll & Vo; draft-eastlake-fnv), byte by byte.
class Fnv1a {
 public:
  void add(const void* data, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) mix(static_cast<const unsigned char*>(data)[i]);
  }
  void add(std::string_view text) { add(text.data(), text.size()); }
  /// The bytes of a number, the lowest first, on every machine.
  void add_bytes_of(std::uint64_t number) {
    for (int k = 0; k < 64; k += 8) mix(number >> k & 255);
  }
  /// A whole number in the place of a byte.
  void mix(std::uint64_t word) { hash_ = (hash_ ^ word) * 1099511628211u; }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037u;
};

/// 128 bits that distinguish contents: two multiplicative hashes of the bytes, eight at a time. Good against accidents,
/// not against an adversary. The same on every machine of one byte order.
class ContentHash {
 public:
  explicit ContentHash(std::uint64_t seed = 0) : state_{seed ^ 0x9e3779b97f4a7c15u, seed + 0xd1b54a32d192ed03u} {}

  void add(const void* data, std::size_t n) {
    const char* bytes = static_cast<const char*>(data);
    for (; n >= 8; bytes += 8, n -= 8) {
      std::uint64_t word;
      std::memcpy(&word, bytes, 8);
      mix(word);
    }
    std::uint64_t rest = n;
    if (n > 0) std::memcpy(reinterpret_cast<char*>(&rest) + 1, bytes, n);
    mix(rest);
  }
  void add(std::string_view text) { add(text.data(), text.size()); }

  std::array<std::uint64_t, 2> value() const { return {finish(state_[0]), finish(state_[1])}; }
  std::string hex() const { return hex(value()); }
  static std::string hex(const std::array<std::uint64_t, 2>& value) {
    std::string text;
    for (const std::uint64_t word : value)
      for (int k = 60; k >= 0; k -= 4) text += "0123456789abcdef"[(word >> k) & 15];
    return text;
  }

 private:
  void mix(std::uint64_t word) {
    state_[0] = (state_[0] ^ word) * 0xff51afd7ed558ccdu;
    state_[0] ^= state_[0] >> 32;
    state_[1] = ((state_[1] << 29 | state_[1] >> 35) + word) * 0xc4ceb9fe1a85ec53u;
    state_[1] ^= state_[1] >> 31;
  }
  static std::uint64_t finish(std::uint64_t x) {
    x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdu;
    x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53u;
    return x ^ (x >> 33);
  }

  std::array<std::uint64_t, 2> state_;
};

}  // namespace spinel
