#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "database/http_client.hpp"
#include "database/retry.hpp"
#include "database/url.hpp"

namespace spinel {

/// Asks a server for pages, some at once, and again where that may help: a pause that the server asks for holds for
/// all.
class Fetcher {
 public:
  /// What takes the body of a page. Returns what is wrong with it, so that it is asked for again; empty: nothing. May
  /// add() further pages.
  using Take = std::function<std::string(const std::string& body)>;
  /// Told of every retry: "page 3 of …: HTTP 503 …; again in 2.1 s".
  using Note = std::function<void(const std::string&)>;

  /// `at_once`: requests. `has_key`: the client sends a key, which `server` alone gets; without one pages may be
  /// anywhere.
  Fetcher(HttpClient& client, RetryPolicy policy, std::int64_t at_once, std::string server, bool has_key, Note note);

  /// `name`: of the page in messages.
  void add(std::string name, std::string url, Take take);
  /// Until all pages have come. False: `stop`, which is asked a few times a second, said so. Throws DatabaseError for a
  /// page that cannot be had, once those that were under way have come and been taken.
  bool run(const std::function<bool()>& stop);

  std::int64_t n_requests() const { return n_requests_; }
  std::int64_t n_retries() const { return n_retries_; }

 private:
  struct Page {
    std::size_t tag;
    std::string name, url;
    Take take;
    std::int64_t retries = 0, redirects = 0;
    double not_before = 0.0;  // steady s
  };

  void start_due(double now);
  void receive(Page& page, HttpReply reply);
  void retry(Page& page, const HttpReply& reply);
  void redirect(Page& page, const HttpReply& reply);

  HttpClient& client_;
  RetryPolicy policy_;
  std::size_t at_once_;
  UrlOrigin server_;
  bool has_key_;
  Note note_;
  std::deque<Page> pages_;            // [tag]; a deque, so that places stay while pages are added
  std::vector<std::size_t> waiting_;  // tags, in the order they are asked for
  double pause_until_ = 0.0;          // steady s
  bool has_answered_ = false;
  std::int64_t n_requests_ = 0, n_retries_ = 0;
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace spinel
