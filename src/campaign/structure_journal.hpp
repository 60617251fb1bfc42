#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/journal.hpp"

namespace spinel {

/// What of a list of structures is done, on the disk: a folder with one journal (io/journal.hpp) for each pool that
/// ever worked on the list. Each begins with the input and the list it belongs to; the other records are results,
/// written as they come: bytes that begin with an int64, the number of what they are the result of (ByteWriter). Which
/// pool wrote a result does not matter to who reads it.
class StructureJournal {
 public:
  explicit StructureJournal(std::string folder) : folder_(std::move(folder)) {}

  struct Header {
    std::string input;              ///< echo
    std::uint64_t fingerprint = 0;  ///< StructureSource::fingerprint
    std::int64_t n_structures = 0;
  };

  /// On one rank, before others append. Looks through all journals: header of the first one and which results there
  /// are. Nothing where there is no journal.
  std::optional<Header> scan();
  bool has(std::int64_t number) const { return places_.count(number) > 0; }
  std::int64_t size() const { return static_cast<std::int64_t>(places_.size()); }
  /// On the rank that scanned. The result of a structure that has one.
  std::vector<char> read(std::int64_t number);
  /// Where the whole records of a pool's journal end: what its writer needs to know.
  std::uint64_t end_of(int pool) const;

  /// On the root of a pool: opens the pool's journal for more, `end` as end_of() of the rank that scanned says.
  void open(int pool, std::uint64_t end, const Header& header);
  void append(const std::vector<char>& result) { writer_->append(result); }
  /// The last records are on the disk; no more will be written.
  void close();

 private:
  std::string path_of(int pool) const;

  struct Place {
    int pool;
    std::uint64_t offset;
  };
  std::string folder_;
  std::map<std::int64_t, Place> places_;
  std::map<int, std::uint64_t> ends_;
  std::map<int, PosixFile> readers_;
  std::optional<Journal> writer_;
};

}  // namespace spinel
