#include "database/fetcher.hpp"

#include <algorithm>
#include <exception>

#include "core/progress.hpp"
#include "core/text.hpp"

namespace spinel {

namespace {

constexpr double look_seconds = 0.2;  // between looks at `stop`
constexpr std::int64_t most_redirects = 5;

}  // namespace

Fetcher::Fetcher(HttpClient& client, RetryPolicy policy, std::int64_t at_once, std::string server, bool has_key,
                 Note note)
    : client_(client),
      policy_(policy),
      at_once_(static_cast<std::size_t>(at_once)),
      server_(url_origin(server)),
      has_key_(has_key),
      note_(std::move(note)) {}

void Fetcher::add(std::string name, std::string url, Take take) {
  waiting_.push_back(pages_.size());
  pages_.push_back({pages_.size(), std::move(name), std::move(url), std::move(take)});
}

void Fetcher::start_due(double now) {
  if (now < pause_until_) return;
  for (auto at = waiting_.begin(); at != waiting_.end() && client_.n_running() < at_once_;) {
    Page& page = pages_[*at];
    if (page.not_before > now) {
      ++at;
      continue;
    }
    if (has_key_ && !is_same_server(server_, url_origin(page.url)))
      throw DatabaseError("url", fmt::format("{} is at another server, {}, which must not get the key", page.name,
                                             url_origin(page.url).host));
    client_.start(page.url, *at);
    ++n_requests_;
    at = waiting_.erase(at);
  }
}

void Fetcher::retry(Page& page, const HttpReply& reply) {
  const std::string what = describe(reply);
  const bool is_unreachable = reply.status == 0 && !has_answered_;
  if (reply.retry_after > policy_.longest_pause)
    throw DatabaseError("", fmt::format("{}: {}. It asks for a pause of {}: run again then", page.name, what,
                                        human_duration(reply.retry_after)));
  if (page.retries == policy_.retries || is_unreachable) {
    const DatabaseError error = failure(reply, has_key_);
    const std::string tries = page.retries == 0 ? "" : fmt::format(" ({} tries)", page.retries + 1);
    throw DatabaseError(is_unreachable ? error.key() : "", fmt::format("{}: {}{}", page.name, error.what(), tries));
  }
  ++page.retries;
  ++n_retries_;
  const double random = std::uniform_real_distribution<double>(0.0, 1.0)(random_);
  const double wait = wait_before_retry(policy_, page.retries, reply.retry_after, random);
  page.not_before = Progress::steady_seconds() + wait;
  if (reply.retry_after > 0.0 || reply.status == 429) pause_until_ = std::max(pause_until_, page.not_before);
  note_(fmt::format("{}: {}; again in {}", page.name, what, human_duration(wait)));
  waiting_.push_back(page.tag);
}

void Fetcher::redirect(Page& page, const HttpReply& reply) {
  const UrlOrigin from = url_origin(page.url), to = url_origin(reply.redirect);
  if (!is_same_server(from, to))
    throw DatabaseError(
        "url", fmt::format("{}: the server points to another one, {}://{}, which is not followed{}. If the database "
                           "has moved, give its new address",
                           page.name, to.scheme, to.host, has_key_ ? " with the key" : ""));
  if (++page.redirects > most_redirects)
    throw DatabaseError("url", fmt::format("{}: the server points from one address to the next without an end, last to "
                                           "{}",
                                           page.name, reply.redirect));
  page.url = reply.redirect;
  waiting_.push_back(page.tag);
}

void Fetcher::receive(Page& page, HttpReply reply) {
  has_answered_ = has_answered_ || reply.status != 0;
  switch (judge(reply)) {
    case Verdict::good:
      reply.problem = page.take(reply.body);
      reply.body.clear();
      if (!reply.problem.empty()) retry(page, reply);
      return;
    case Verdict::redirect:
      return redirect(page, reply);
    case Verdict::again:
      return retry(page, reply);
    case Verdict::failed: {
      const DatabaseError error = failure(reply, has_key_);
      throw DatabaseError(error.key(), fmt::format("{}: {}", page.name, error.what()));
    }
  }
}

bool Fetcher::run(const std::function<bool()>& stop) {
  std::exception_ptr failed;
  while (client_.n_running() > 0 || (!waiting_.empty() && !failed)) {
    if (stop()) return false;
    const auto guarded = [&](const auto& work) {
      try {
        work();
      } catch (...) {
        if (!failed) failed = std::current_exception();
      }
    };
    if (!failed) guarded([&] { start_due(Progress::steady_seconds()); });
    for (HttpClient::Done& done : client_.wait(look_seconds))
      guarded([&] { receive(pages_[done.tag], std::move(done.reply)); });
  }
  if (failed) std::rethrow_exception(failed);
  return true;
}

}  // namespace spinel
