#include "database/retry.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "crystal/formats/json/json_values.hpp"

namespace spinel {

namespace {

using nlohmann::json;

constexpr std::size_t longest_words = 300;

const char* name_of(long status) {
  switch (status) {
    case 400:
      return "bad request";
    case 401:
      return "not authorized";
    case 403:
      return "forbidden";
    case 404:
      return "not found";
    case 414:
      return "address too long";
    case 422:
      return "wrong parameter";
    case 429:
      return "too many requests";
    case 500:
      return "error of the server";
    case 501:
      return "not implemented by the server";
    case 502:
    case 503:
    case 504:
      return "server not available";
    default:
      return "";
  }
}

void add_words(const json& value, std::string& words) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (!text.empty()) words += (words.empty() ? "" : "; ") + text;
  } else if (value.is_array()) {
    for (const json& one : value) add_words(one, words);
  } else if (value.is_object()) {
    // {"loc": ["query", "_limit"], "msg": "…"} of the Materials Project, {"title": …, "detail": …} of OPTIMADE
    std::string place, own;
    if (const json* loc = json_member(value, "loc"); loc != nullptr && loc->is_array() && !loc->empty())
      place = scalar_text(loc->back());
    for (const char* name : {"detail", "msg", "message", "error", "title"})
      if (const json* inner = json_member(value, name); inner != nullptr && own.empty()) add_words(*inner, own);
    if (!own.empty()) words += (words.empty() ? "" : "; ") + (place.empty() ? own : place + ": " + own);
  }
}

/// What the server says of an error, in one line; empty where it says nothing that can be shown.
std::string words_of(const std::string& body) {
  std::string words;
  const json value = json::parse(body, nullptr, false);
  if (value.is_discarded()) {
    if (body.find('<') != std::string::npos) return "";  // a page for browsers
    words = body;
  } else if (const json* errors = json_member(value, "errors")) {
    add_words(*errors, words);
  } else {
    add_words(value, words);
  }
  for (char& c : words)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  words.erase(std::unique(words.begin(), words.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
              words.end());
  if (words.size() <= longest_words) return words;
  std::size_t end = longest_words;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0) == 0x80) --end;
  return words.substr(0, end) + "…";
}

}  // namespace

Verdict judge(const HttpReply& reply) {
  const long s = reply.status;
  if (s == 0) return reply.may_pass ? Verdict::again : Verdict::failed;
  if (s >= 200 && s < 300) return Verdict::good;
  if (s >= 300 && s < 400 && !reply.redirect.empty()) return Verdict::redirect;
  if (s == 408 || s == 429 || (s >= 500 && s != 501 && s != 505)) return Verdict::again;
  return Verdict::failed;
}

double wait_before_retry(const RetryPolicy& policy, std::int64_t retry, double asked, double random) {
  if (asked > 0.0) return asked * (1.0 + 0.1 * random);
  const double doubled = policy.first_wait * std::pow(2.0, static_cast<double>(retry - 1));
  return std::min(doubled, policy.longest_wait) * (0.5 + random);
}

std::string describe(const HttpReply& reply) {
  if (reply.status == 0) return reply.problem;
  const std::string name = name_of(reply.status), words = reply.problem.empty() ? words_of(reply.body) : reply.problem;
  return fmt::format("HTTP {}{}{}", reply.status, name.empty() ? "" : " (" + name + ")",
                     words.empty() ? "" : ": " + words);
}

DatabaseError failure(const HttpReply& reply, bool has_key) {
  const std::string what = describe(reply);
  switch (reply.status) {
    case 0:
      return {"url", what};
    case 401:
      if (has_key) return {"key_file", what + ". The server does not accept the key"};
      return {"url", what + ". The server asks for a key or password, which OPTIMADE does not have"};
    case 403:
      if (has_key)
        return {"key_file",
                what + ". The key is not valid, or this machine's address is blocked for too many requests"};
      return {"page_size", what + ". Servers of OPTIMADE refuse pages that are too large, or this machine's address"};
    case 404:
    case 410:
      return {"url", what + ". There is no database at this address"};
    case 413:
    case 414:
    case 431:
      return {"filter",
              what + ". The query is too long for the server: ask for fewer ids, formulas or systems at once"};
    case 400:
    case 422:
    case 501:
      return {"filter", what + ". The server does not take the query"};
    default:
      return {"", what};
  }
}

}  // namespace spinel
