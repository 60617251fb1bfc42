#include "database/retry.hpp"

#include <gtest/gtest.h>

#include "database/url.hpp"

namespace spinel {
namespace {

HttpReply reply(long status, const std::string& body = "") {
  HttpReply r;
  r.status = status;
  r.body = body;
  return r;
}

TEST(Retry, WhatMayPassIsTriedAgain) {
  for (const long status : {408, 429, 500, 502, 503, 504}) EXPECT_EQ(judge(reply(status)), Verdict::again) << status;
  for (const long status : {400, 401, 403, 404, 414, 422, 501})
    EXPECT_EQ(judge(reply(status)), Verdict::failed) << status;
  EXPECT_EQ(judge(reply(200)), Verdict::good);
  EXPECT_EQ(judge(reply(304)), Verdict::failed);
  HttpReply cut = reply(0);
  EXPECT_EQ(judge(cut), Verdict::failed);
  cut.may_pass = true;
  EXPECT_EQ(judge(cut), Verdict::again);
  HttpReply moved = reply(302);
  moved.redirect = "https://example.org";
  EXPECT_EQ(judge(moved), Verdict::redirect);
}

TEST(Retry, WaitsAreDoubledAndSpread) {
  RetryPolicy policy;
  policy.first_wait = 2.0;
  EXPECT_DOUBLE_EQ(wait_before_retry(policy, 1, 0.0, 0.5), 2.0);
  EXPECT_DOUBLE_EQ(wait_before_retry(policy, 3, 0.0, 0.5), 8.0);
  EXPECT_DOUBLE_EQ(wait_before_retry(policy, 3, 0.0, 0.0), 4.0);
  EXPECT_DOUBLE_EQ(wait_before_retry(policy, 60, 0.0, 0.5), policy.longest_wait);
  // What the server asks for is never cut short.
  EXPECT_GE(wait_before_retry(policy, 1, 30.0, 0.0), 30.0);
  EXPECT_LE(wait_before_retry(policy, 5, 30.0, 0.999), 33.0);
}

TEST(Retry, TheServersWordsAreShown) {
  EXPECT_EQ(describe(reply(401, R"({"detail": "Invalid API key"})")), "HTTP 401 (not authorized): Invalid API key");
  EXPECT_EQ(
      describe(reply(422, R"({"detail": [{"loc": ["query", "_limit"], "msg": "too large"}, {"msg": "and more"}]})")),
      "HTTP 422 (wrong parameter): _limit: too large; and more");
  EXPECT_EQ(describe(reply(400, R"({"errors": [{"title": "Bad Request", "detail": "no\n  filter"}]})")),
            "HTTP 400 (bad request): no filter");
  EXPECT_EQ(describe(reply(503, "<html><body>sleeping</body></html>")), "HTTP 503 (server not available)");
  EXPECT_EQ(describe(reply(418)), "HTTP 418");
  const std::string longest = describe(reply(500, std::string(299, 'x') + "äöü"));
  EXPECT_LT(longest.size(), 350u);
  EXPECT_EQ(longest.substr(longest.size() - 4), "x…");
}

TEST(Retry, FailuresNameTheKeyThatMendsThem) {
  EXPECT_EQ(failure(reply(401), true).key(), "key_file");
  EXPECT_EQ(failure(reply(401), false).key(), "url");
  EXPECT_EQ(failure(reply(403), false).key(), "page_size");
  EXPECT_EQ(failure(reply(414), true).key(), "filter");
  EXPECT_EQ(failure(reply(500), true).key(), "");
}

TEST(Url, QueriesAreEncoded) {
  EXPECT_EQ(url_query({{"filter", "elements HAS \"Si\""}, {"_fields", "a,b"}}),
            "filter=elements%20HAS%20%22Si%22&_fields=a%2Cb");
  EXPECT_EQ(url_encoded("ä-._~"), "%C3%A4-._~");
}

TEST(Url, TheKeyStaysWithItsServer) {
  const auto same = [](const char* a, const char* b) { return is_same_server(url_origin(a), url_origin(b)); };
  EXPECT_TRUE(same("https://A.org/x", "https://a.org:443/y?z"));
  EXPECT_TRUE(same("http://a.org", "https://a.org"));
  EXPECT_FALSE(same("https://a.org", "http://a.org"));
  EXPECT_FALSE(same("https://a.org", "https://a.org.example.org"));
  EXPECT_FALSE(same("https://a.org", "https://a.org:8443"));
  EXPECT_FALSE(same("http://127.0.0.1:1", "http://127.0.0.1:2"));
  for (const char* bad : {"", "nothing", "ftp://a.org", "file:///etc/passwd", "https://me:secret@a.org"})
    EXPECT_THROW(url_origin(bad), InputError) << bad;
  EXPECT_TRUE(is_loopback(url_origin("http://[::1]:80")));
  EXPECT_TRUE(is_loopback(url_origin("http://127.0.0.2")));
  EXPECT_FALSE(is_loopback(url_origin("http://127.example.org")));
}

TEST(Url, LinksLeadOnFromTheirPage) {
  const std::string base = "https://a.org/optimade/v1/structures?x=1";
  EXPECT_EQ(resolved_url(base, "https://b.org/2?y=1"), "https://b.org/2?y=1");
  EXPECT_EQ(resolved_url(base, "/v1/structures?page=2"), "https://a.org/v1/structures?page=2");
  EXPECT_EQ(resolved_url(base, "structures?page=2"), "https://a.org/optimade/v1/structures?page=2");
  EXPECT_EQ(resolved_url(base, "?page=2"), "https://a.org/optimade/v1/structures?page=2");
}

}  // namespace
}  // namespace spinel
