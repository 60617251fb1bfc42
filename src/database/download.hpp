#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "database/fetcher.hpp"
#include "database/page_chain.hpp"
#include "database/page_store.hpp"

namespace spinel {

/// All pages of a query, from the store where they are there, else from the server and into the store at once.
class Download {
 public:
  /// `most`: entries of every part that are asked for; 0: all. `progress` is told how many entries there are of how
  /// many (−1: not known).
  Download(const Database& database, PageStore& store, Fetcher& fetcher, std::int64_t most,
           std::function<void(std::int64_t, std::int64_t)> progress);

  /// False where `stop` said so. DatabaseError for what cannot be had; pages that came before are in the store.
  bool run(const std::function<bool()>& stop);

  std::size_t n_parts() const { return parts_.size(); }
  std::size_t n_pages(std::size_t part) const { return parts_[part].n_pages; }
  std::int64_t n_kept() const { return n_kept_; }          ///< pages that the store had
  std::int64_t n_received() const { return n_received_; }  ///< pages from the server
  std::int64_t n_entries() const;
  std::int64_t total() const;  ///< as the server counts them; −1: it does not
  bool total_changed() const;

 private:
  struct Part {
    std::string first_url;
    PageChain chain;
    std::size_t n_pages = 0;  // known of
  };

  struct Wanted {
    std::size_t part, number;
    std::string url;
  };

  void take_kept();
  bool take_kept(const Wanted& page);
  void ask(const Wanted& page);
  void accept(const Wanted& at, const DatabasePage& page, const std::string* to_store);
  std::string page_name(std::size_t part, std::size_t number) const;

  const Database& database_;
  PageStore& store_;
  Fetcher& fetcher_;
  std::int64_t most_;
  std::function<void(std::int64_t, std::int64_t)> progress_;
  std::vector<Part> parts_;
  std::deque<Wanted> wanted_;  // neither taken nor asked for yet
  std::int64_t n_kept_ = 0, n_received_ = 0;
};

}  // namespace spinel
