#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/journal.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// Bytes of something packed (core/byte_stream.hpp).
using Bytes = std::vector<char>;

/// What of a campaign is done, on the disk: a folder with one journal (io/journal.hpp) for each pool that ever worked
/// on it. Each begins with what its results depend on; the other records are results, written as they come, each with
/// the number of its item. Which pool wrote a result does not matter to who reads it.
class CampaignJournal {
 public:
  explicit CampaignJournal(std::string folder) : folder_(std::move(folder)) {}

  /// What results depend on.
  struct Header {
    std::string input;  ///< echo
    std::int64_t n_items = 0;
    /// Hashes of what the input names, by what a person calls it: "the list", "the models".
    std::vector<std::pair<std::string, std::uint64_t>> content;
  };

  const std::string& folder() const { return folder_; }

  /// On one rank, before others append. Looks through all journals: header of the first one and which results there
  /// are. Nothing where there is no journal.
  std::optional<Header> scan();
  bool has(std::int64_t item) const { return places_.count(item) > 0; }
  /// Results of items 0 … n − 1.
  std::int64_t count(std::int64_t n) const;
  /// Collective. What rank 0 scanned is known on all ranks.
  void share(const Communicator& communicator);
  /// On a rank that knows what was scanned. The result of an item that has one.
  Bytes read(std::int64_t item);
  /// Where the whole records of a pool's journal end: what its writer needs to know.
  std::uint64_t end_of(int pool) const;

  /// On the root of a pool: opens the pool's journal for more, `end` as end_of() of the rank that scanned returns it.
  void open(int pool, std::uint64_t end, const Header& header);
  void append(std::int64_t item, const Bytes& result);
  /// The last records are on the disk; no more will be written.
  void close();
  /// On one rank, when no other reads. Deletes the folder.
  void remove();

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
