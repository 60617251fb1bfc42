#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/text_file.hpp"
#include "io/posix_file.hpp"
#include "parallel/node_shared.hpp"

namespace spinel {

/// Where a record is in a text.
struct TextPiece {
  std::int64_t offset = 0, size = 0;  ///< bytes
  std::int64_t lines_before = 0;
};

/// The text of a file, of which every rank can read any part: a plain file where it lies, one of gzip unpacked in
/// memory that the ranks of a node share.
class FileText {
 public:
  /// Collective. InputError on all ranks where the file cannot be read.
  FileText(const std::string& path, const Communicator& communicator);
  ~FileText();

  const std::string& path() const { return path_; }
  const NodeGroup& group() const { return group_; }
  std::uint64_t fingerprint() const { return fingerprint_; }  ///< of the text, unpacked

  /// A part of the text, valid until the next call. Error where the file has become shorter.
  std::string_view read(std::int64_t offset, std::int64_t size);

  /// For looking through it once, on one rank.
  LineReader lines() const;
  /// All of it, valid until release().
  std::string_view whole();
  void release();

 private:
  std::string path_;
  NodeGroup group_;
  std::int64_t size_ = 0;
  std::uint64_t fingerprint_ = 0;
  bool is_packed_ = false;
  NodeShared<char> unpacked_;  // of a gzip file
  PosixFile file_;             // a plain one
  std::string part_;           // what read() handed out
  void* map_ = nullptr;        // what whole() did
};

/// Collective. What rank 0 has, once per node.
template <class T>
NodeShared<T> share_from_root(const NodeGroup& group, const std::vector<T>& values) {
  std::uint64_t n = values.size();
  group.all().broadcast(&n, 1);
  NodeShared<T> all(group, static_cast<std::size_t>(n));
  if (group.all().is_root()) std::copy(values.begin(), values.end(), all.data());
  all.exchange(group, 0, group.all().is_root() ? values.size() : 0);
  return all;
}

}  // namespace spinel
