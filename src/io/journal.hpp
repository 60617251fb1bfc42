#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/posix_file.hpp"

namespace spinel {

/// An append-only file of records, each kept whole or not at all: 8 bytes of its length, 8 of a checksum
/// (ContentHash of length and bytes), then its bytes. What follows the last whole record, as a kill in the middle of an
/// append leaves it, is ignored by readers and overwritten by the next writer. Written and read on machines of one byte
/// order. One process writes a journal at a time. Failures throw Error with the file's name.
class Journal {
 public:
  /// Opens a journal for more records after its first `end` bytes (scan_journal), or begins one.
  Journal(const std::string& path, std::uint64_t end);
  ~Journal();
  Journal(Journal&&) noexcept = default;
  Journal& operator=(Journal&&) noexcept = default;

  /// In the hands of the operating system when it returns, so that it outlives this process; on the disk at most
  /// `sync_seconds` of appending later.
  void append(const std::vector<char>& record);
  void sync();

  static constexpr double sync_seconds = 2.0;

 private:
  PosixFile file_;
  std::uint64_t end_;
  double last_sync_;
  bool is_synced_ = true;
};

/// Calls visit(offset, bytes) for every whole record in order; `offset` is what read_journal takes. Returns where the
/// whole records end: 0 where there is no such file. Error where the file is no journal.
std::uint64_t scan_journal(const std::string& path,
                           const std::function<void(std::uint64_t offset, const std::vector<char>& record)>& visit);
/// The record at an offset that scan_journal named.
std::vector<char> read_journal(const PosixFile& file, std::uint64_t offset);

}  // namespace spinel
