#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/vec3.hpp"

namespace spinel {

/// Values one after another as bytes of this machine, for messages and journals; ByteReader takes them back in the same
/// order. Of a struct they are its members, listed once for both ways by a function beside it:
///     inline auto members(Species& s) { return std::tie(s.symbol, s.atomic_number, s.mass); }
class ByteWriter {
 public:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      put_raw(&value, sizeof value);
    else
      std::apply([this](const auto&... member) { (put(member), ...); }, members(const_cast<T&>(value)));
  }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    put_raw(text.data(), text.size());
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(static_cast<std::uint64_t>(values.size()));
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, Vec3>)
      put_raw(values.data(), values.size() * sizeof(T));
    else
      for (const T& value : values) put(value);
  }
  template <class T, std::size_t n>
  void put(const std::array<T, n>& values) {
    for (const T& value : values) put(value);
  }
  template <class First, class Second>
  void put(const std::pair<First, Second>& pair) {
    put(pair.first);
    put(pair.second);
  }
  template <class Value>
  void put(const std::map<std::string, Value>& values) {
    put(static_cast<std::uint64_t>(values.size()));
    for (const auto& pair : values) put(pair);
  }
  void put(const Mat3& matrix) { put_raw(matrix.data(), 9 * sizeof(double)); }

  std::vector<char> take() { return std::move(bytes_); }

 private:
  void put_raw(const void* data, std::size_t size) {
    if (size > 0) bytes_.insert(bytes_.end(), static_cast<const char*>(data), static_cast<const char*>(data) + size);
  }
  std::vector<char> bytes_;
};

/// Throws Error where the bytes end too soon. They must outlive the reader.
class ByteReader {
 public:
  explicit ByteReader(const std::vector<char>& bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool is_done() const { return at_ == end_; }
  template <class T>
  T get() {
    T value{};
    get(value);
    return value;
  }
  template <class T>
  void get(T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      get_raw(&value, sizeof value);
    else
      std::apply([this](auto&... member) { (get(member), ...); }, members(value));
  }
  void get(std::string& text) {
    text.resize(count(1));
    get_raw(text.data(), text.size());
  }
  template <class T>
  void get(std::vector<T>& values) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, Vec3>) {
      values.resize(count(sizeof(T)));
      get_raw(values.data(), values.size() * sizeof(T));
    } else {
      values.clear();
      for (auto left = get<std::uint64_t>(); left > 0; --left) get(values.emplace_back());
    }
  }
  template <class T, std::size_t n>
  void get(std::array<T, n>& values) {
    for (T& value : values) get(value);
  }
  template <class First, class Second>
  void get(std::pair<First, Second>& pair) {
    get(pair.first);
    get(pair.second);
  }
  template <class Value>
  void get(std::map<std::string, Value>& values) {
    values.clear();
    for (auto left = get<std::uint64_t>(); left > 0; --left) values.insert(get<std::pair<std::string, Value>>());
  }
  void get(Mat3& matrix) { get_raw(matrix.data(), 9 * sizeof(double)); }

 private:
  std::size_t count(std::size_t bytes_each) {
    const auto n = get<std::uint64_t>();
    if (n > static_cast<std::size_t>(end_ - at_) / bytes_each) fail("a packed record is damaged");
    return static_cast<std::size_t>(n);
  }
  void get_raw(void* data, std::size_t size) {
    if (size > static_cast<std::size_t>(end_ - at_)) fail("a packed record is damaged");
    if (size > 0) std::memcpy(data, at_, size);
    at_ += size;
  }
  const char *at_, *end_;
};

/// One value as bytes, and back.
template <class T>
std::vector<char> pack(const T& value) {
  ByteWriter out;
  out.put(value);
  return out.take();
}
template <class T>
T unpack(const std::vector<char>& bytes) {
  return ByteReader(bytes).get<T>();
}

}  // namespace spinel
