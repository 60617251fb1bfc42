#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.hpp"
#include "core/vec3.hpp"

namespace spinel {

/// Values one after another as bytes of this machine, for messages and journals; ByteReader takes them back in the same
/// order.
class ByteWriter {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    put_raw(&value, sizeof value);
  }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    put_raw(text.data(), text.size());
  }
  template <class T>
  void put(const std::vector<T>& values) {
    static_assert(std::is_arithmetic_v<T> || std::is_same_v<T, Vec3>);
    put(static_cast<std::uint64_t>(values.size()));
    put_raw(values.data(), values.size() * sizeof(T));
  }
  void put(const std::vector<std::string>& texts) {
    put(static_cast<std::uint64_t>(texts.size()));
    for (const std::string& text : texts) put(text);
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
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    get_raw(&value, sizeof value);
  }
  void get(std::string& text) {
    text.resize(count(1));
    get_raw(text.data(), text.size());
  }
  template <class T>
  void get(std::vector<T>& values) {
    values.resize(count(sizeof(T)));
    get_raw(values.data(), values.size() * sizeof(T));
  }
  void get(std::vector<std::string>& texts) {
    texts.resize(count(sizeof(std::uint64_t)));
    for (std::string& text : texts) get(text);
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

}  // namespace spinel
