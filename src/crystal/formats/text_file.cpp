#include "crystal/formats/text_file.hpp"

#include <zlib.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace spinel {

namespace {

constexpr std::size_t read_size = 1 << 18;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

std::string gzip_error(gzFile file) {
  int code = Z_OK;
  const char* message = gzerror(file, &code);
  return code == Z_ERRNO ? std::strerror(errno) : message;
}

/// A file to read, gzip or plain.
struct GzipFile {
  explicit GzipFile(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) fail_input("cannot read {}: it is a folder", path);
    errno = 0;
    handle = gzopen(path.c_str(), "rb");
    if (handle == nullptr) fail_input("cannot open {}: {}", path, std::strerror(errno));
    gzbuffer(handle, read_size);
  }
  ~GzipFile() {
    if (handle != nullptr) gzclose(handle);
  }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  /// Up to read_size bytes, 0 at the end. InputError "<where>: cannot read on: …".
  std::size_t read(char* into, const std::string& where) const {
    const int n = gzread(handle, into, static_cast<unsigned>(read_size));
    int code = Z_OK;
    gzerror(handle, &code);
    // Z_BUF_ERROR at the end of input: the compressed stream stops in the middle.
    if (n < 0 || (n == 0 && code != Z_OK && code != Z_STREAM_END))
      fail_input("{}: cannot read on: {}", where, gzip_error(handle));
    return static_cast<std::size_t>(n);
  }

  gzFile handle = nullptr;
};

}  // namespace

struct LineReader::File : GzipFile {
  using GzipFile::GzipFile;
};

LineReader::LineReader(const std::string& path) : file_(std::make_unique<File>(path)), name_(path) {
  buffer_.resize(read_size);
  begin_ = end_ = buffer_.data();
}

LineReader::LineReader(const std::string& path, const TextPiece& piece) : LineReader(path) {
  if (gzseek(file_->handle, piece.offset, SEEK_SET) < 0)
    fail_input("cannot read {}: {}", path, gzip_error(file_->handle));
  offset_ = piece.offset;
  stop_ = piece.offset + piece.size;
  line_number_ = piece.lines_before;
}

LineReader::LineReader(std::string_view text, std::string name, std::int64_t lines_before)
    : name_(std::move(name)), begin_(text.data()), end_(text.data() + text.size()), line_number_(lines_before) {}

LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;

bool LineReader::refill() {
  if (!file_) return false;
  const auto kept = static_cast<std::size_t>(end_ - begin_);
  if (kept > 0) std::memmove(buffer_.data(), begin_, kept);
  if (kept + read_size > buffer_.size()) buffer_.resize(2 * buffer_.size());
  begin_ = buffer_.data();
  end_ = begin_ + kept;
  const std::size_t n = file_->read(buffer_.data() + kept, fmt::format("{}:{}", name_, line_number_));
  end_ += n;
  return n > 0;
}

bool LineReader::next(std::string_view& line) {
  if (offset_ >= stop_) return false;
  std::size_t searched = 0;
  while (true) {
    const auto available = static_cast<std::size_t>(end_ - begin_);
    const void* found = available > searched ? std::memchr(begin_ + searched, '\n', available - searched) : nullptr;
    if (found != nullptr) {
      const char* newline = static_cast<const char*>(found);
      line = std::string_view(begin_, static_cast<std::size_t>(newline - begin_));
      begin_ = newline + 1;
      offset_ += static_cast<std::int64_t>(line.size()) + 1;
      break;
    }
    searched = available;
    if (refill()) continue;
    if (available == 0) return false;
    line = std::string_view(begin_, available);
    begin_ = end_;
    offset_ += static_cast<std::int64_t>(available);
    break;
  }
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  // What editors put before the first line says in UTF-8 nothing, and in UTF-16 that the text cannot be read.
  if (line_number_ == 0 && !line.empty() && (line[0] == '\xef' || line[0] == '\xfe' || line[0] == '\xff')) {
    if (line.substr(0, 3) == "\xef\xbb\xbf") line.remove_prefix(3);
    if (line.substr(0, 2) == "\xff\xfe" || line.substr(0, 2) == "\xfe\xff")
      fail_input("{}: the text is in UTF-16; save it in UTF-8", name_);
  }
  ++line_number_;
  return true;
}

std::string_view LineReader::need(const char* what) {
  std::string_view line;
  if (!next(line)) fail_input("{}:{}: the file ends where {} should be", name_, line_number_ + 1, what);
  return line;
}

struct TextWriter::File {
  gzFile handle = nullptr;
};

TextWriter::TextWriter(std::string path) : file_(std::make_unique<File>()), path_(std::move(path)) {
  const bool compressed = path_.size() > 3 && path_.compare(path_.size() - 3, 3, ".gz") == 0;
  errno = 0;
  file_->handle = gzopen((path_ + ".part").c_str(), compressed ? "wb" : "wbT");
  if (file_->handle == nullptr) ::spinel::fail("cannot write {}: {}", path_, std::strerror(errno));
}

TextWriter::~TextWriter() {
  if (file_->handle == nullptr) return;
  gzclose(file_->handle);
  std::error_code ignored;
  std::filesystem::remove(path_ + ".part", ignored);
}

void TextWriter::flush() {
  const auto size = static_cast<unsigned>(buffer_.size());
  if (size > 0 && gzwrite(file_->handle, buffer_.data(), size) != static_cast<int>(size))
    ::spinel::fail("cannot write {}: {}", path_, gzip_error(file_->handle));
  buffer_.clear();
}

void TextWriter::close() {
  flush();
  errno = 0;
  const int code = gzclose(file_->handle);
  file_->handle = nullptr;
  std::error_code error;
  if (code == Z_OK) std::filesystem::rename(path_ + ".part", path_, error);
  if (code == Z_OK && !error) return;
  const std::string reason = error ? error.message() : std::strerror(errno);
  std::filesystem::remove(path_ + ".part", error);
  ::spinel::fail("cannot write {}: {}", path_, reason);
}

std::string read_text(const std::string& path) {
  LineReader reader(path);
  std::string text;
  std::string_view line;
  while (reader.next(line)) {
    text += line;
    text += '\n';
  }
  return text;
}

bool is_gzip(const std::string& path) { return gzdirect(GzipFile(path).handle) == 0; }

void read_blocks(const std::string& path, const std::function<void(std::string_view)>& take) {
  const GzipFile file(path);
  std::vector<char> block(read_size);
  while (const std::size_t n = file.read(block.data(), path)) take({block.data(), n});
}

std::string_view next_token(std::string_view& text) {
  std::size_t begin = 0;
  while (begin < text.size() && is_space(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && !is_space(text[end])) ++end;
  const std::string_view token = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return token;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> tokens;
  while (true) {
    const std::string_view token = next_token(text);
    if (token.empty()) return tokens;
    tokens.push_back(token);
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool parse_number(std::string_view token, double& value) {
  if (!token.empty() && token.front() == '+') token.remove_prefix(1);
  const char* end = token.data() + token.size();
  const auto [rest, error] = std::from_chars(token.data(), end, value);
  if (rest != end || token.empty()) return false;
  // Too small and too large look alike to from_chars; strtod distinguishes 0 from infinity.
  if (error == std::errc::result_out_of_range)
    value = std::strtod(std::string(token).c_str(), nullptr);
  else if (error != std::errc())
    return false;
  return std::isfinite(value);
}

bool parse_number(std::string_view token, std::int64_t& value) {
  if (!token.empty() && token.front() == '+') token.remove_prefix(1);
  const char* end = token.data() + token.size();
  const auto [rest, error] = std::from_chars(token.data(), end, value);
  return rest == end && error == std::errc() && !token.empty();
}

}  // namespace spinel
