#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"

namespace spinel {

/// Where a record is in a text.
struct TextPiece {
  std::int64_t offset = 0, size = 0;  ///< bytes
  std::int64_t lines_before = 0;
};

/// The lines of a file, plain or gzip (recognized by its first bytes), or of text in memory, one after the other: never
/// more than a line and a buffer is held. Lines end with \n or \r\n; the ending is not part of them, nor is a byte
/// order mark of the first line.
class LineReader {
 public:
  explicit LineReader(const std::string& path);
  /// The lines of a piece.
  LineReader(const std::string& path, const TextPiece& piece);
  /// `text` must outlive the reader. `name` stands for the file in messages, which has `lines_before` lines before it.
  LineReader(std::string_view text, std::string name, std::int64_t lines_before = 0);
  ~LineReader();
  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;

  /// The next line, valid until the next call. False at the end. InputError where the file cannot be read.
  bool next(std::string_view& line);
  /// The next line, or an InputError: "file:7: the file ends where <what> should be".
  std::string_view need(const char* what);
  /// Number of the line read last, from 1.
  std::int64_t line_number() const { return line_number_; }
  /// Bytes of (unpacked) text up to the next line.
  std::int64_t offset() const { return offset_; }
  const std::string& name() const { return name_; }

  /// InputError "file:line: message" for the line read last.
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    fail_input("{}:{}: {}", name_, line_number_, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  bool refill();

  struct File;
  std::unique_ptr<File> file_;  // null for text in memory
  std::string name_;
  std::vector<char> buffer_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  std::int64_t line_number_ = 0, offset_ = 0;
  std::int64_t stop_ = std::numeric_limits<std::int64_t>::max();  // offset behind the last line of the piece
};

/// A text file written to `<path>.part` and renamed to `path` by close(); gzip where the path ends in ".gz".
/// Without close(), as after an exception, nothing is left. Every failure (a full disk) is an Error naming the file.
class TextWriter {
 public:
  explicit TextWriter(std::string path);
  ~TextWriter();
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  /// Appends formatted text: write("{} {}\n", 1, 2.5). Doubles print with the digits that read back to the same value.
  template <class... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(fmt::appender(buffer_), format, std::forward<Args>(args)...);
    if (buffer_.size() >= flush_size) flush();
  }
  void close();

 private:
  static constexpr std::size_t flush_size = 1 << 20;
  void flush();

  struct File;
  std::unique_ptr<File> file_;
  std::string path_;
  fmt::memory_buffer buffer_;
};

/// The whole file, unpacked where it is gzip; every line ends with \n.
std::string read_text(const std::string& path);

/// Does the file begin as gzip does? InputError where it cannot be opened.
bool is_gzip(const std::string& path);
/// The bytes of a file, unpacked where it is gzip, a block at a time to `take`. InputError where it cannot be read.
void read_blocks(const std::string& path, const std::function<void(std::string_view)>& take);

/// The next token of `text` (between spaces and tabs), taken off its front; empty at the end.
std::string_view next_token(std::string_view& text);
std::vector<std::string_view> split(std::string_view text);
std::string_view trim(std::string_view text);

/// The whole token as a finite number. False where it is none.
bool parse_number(std::string_view token, double& value);
bool parse_number(std::string_view token, std::int64_t& value);

}  // namespace spinel
