#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/text_file.hpp"
#include "io/posix_file.hpp"
#include "source/shared_array.hpp"

namespace spinel {

/// The text of a file, of which every rank can read any part: a plain file where it lies, one of gzip unpacked in
/// memory that the ranks of a node share.
class FileText {
 public:
  /// Collective. InputError on all ranks where the file cannot be read.
  FileText(const std::string& path, const Communicator& communicator);
  ~FileText();
  FileText(const FileText&) = delete;
  FileText& operator=(const FileText&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t fingerprint() const { return fingerprint_; }  ///< of the text, unpacked

  /// A part of the text, valid until the next call. Error where the file has become shorter.
  std::string_view read(std::int64_t offset, std::int64_t size);
  /// Lets go of the file until the next read().
  void close();

  /// For looking through it once, on one rank.
  LineReader lines() const;
  /// All of it, valid until release().
  std::string_view whole();
  void release();

 private:
  std::string path_;
  std::int64_t size_ = 0;
  std::uint64_t fingerprint_ = 0;
  bool is_packed_ = false;
  SharedArray<char> unpacked_;  // of a gzip file
  PosixFile file_;              // a plain one, open from the first read() on
  std::string part_;            // of the plain file from part_begin_ on, as read() looked at it last
  std::size_t part_begin_ = 0;
  void* map_ = nullptr;  // what whole() did
};

}  // namespace spinel
