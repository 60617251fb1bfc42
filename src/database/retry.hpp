#pragma once

#include <cstdint>
#include <string>

#include "core/error.hpp"
#include "database/http_client.hpp"

namespace spinel {

/// Why a database does not give what it is asked for, for good or after all retries.
class DatabaseError : public Error {
 public:
  /// `key`: of &query that mends it; empty: the query is well, the server or the network is not.
  DatabaseError(std::string key, const std::string& what) : Error(what), key_(std::move(key)) {}
  const std::string& key() const { return key_; }

 private:
  std::string key_;
};

struct RetryPolicy {
  std::int64_t retries = 6;      ///< of one page
  double first_wait = 1.0;       ///< s, doubled with each retry …
  double longest_wait = 60.0;    ///< … up to this
  double longest_pause = 600.0;  ///< s; a server that asks for a longer pause is left alone
};

enum class Verdict {
  good,      ///< the body is what was asked for
  redirect,  ///< ask at HttpReply::redirect
  again,     ///< another try may do
  failed,
};

/// What to do about a reply, by its status alone: cut connections, 429 and the 500s but 501 and 505 may pass.
Verdict judge(const HttpReply& reply);

/// Seconds before retry number `retry` (from 1): what the server asks for where it does, else the doubled wait, times
/// 0.5 … 1.5 by `random` in [0, 1), so that those who were refused together do not come back together.
double wait_before_retry(const RetryPolicy& policy, std::int64_t retry, double asked, double random);

/// What a failed reply is called, "HTTP 429 (too many requests): <what the server says>", with the server's own words
/// out of the JSON that databases answer with, shortened.
std::string describe(const HttpReply& reply);

/// The error for a reply that is not `good` and will not be tried again. `has_key`: a key went with the request.
DatabaseError failure(const HttpReply& reply, bool has_key);

}  // namespace spinel
