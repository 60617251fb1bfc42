#include "database/url.hpp"

#include <curl/curl.h>

#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"

namespace spinel {

namespace {

struct CleanUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, CleanUrl>;

Url parsed(const std::string& text) {
  Url url(curl_url());
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    fail_input("'{}' is no address such as https://example.org/optimade", text);
  return url;
}

std::string part_of(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return "";
  std::string result = text;
  curl_free(text);
  return result;
}

}  // namespace

std::string url_encoded(std::string_view text) {
  constexpr const char* digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          plain.find(c) != std::string_view::npos;
    if (is_plain)
      result += c;
    else
      result.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return result;
}

std::string url_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string result;
  for (const auto& [name, value] : parameters)
    result += (result.empty() ? "" : "&") + url_encoded(name) + "=" + url_encoded(value);
  return result;
}

UrlOrigin url_origin(const std::string& text) {
  const Url url = parsed(text);
  UrlOrigin origin{lower_case(part_of(url, CURLUPART_SCHEME)), lower_case(part_of(url, CURLUPART_HOST)),
                   part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT)};
  if (origin.scheme != "http" && origin.scheme != "https")
    fail_input("'{}' is an address of {}; only http and https are spoken", text, origin.scheme);
  if (!part_of(url, CURLUPART_USER).empty())
    fail_input("an address must not hold a user name or password; those of databases are open or go by a key");
  return origin;
}

bool is_same_server(const UrlOrigin& from, const UrlOrigin& to) {
  if (from.host != to.host) return false;
  if (from.scheme == to.scheme) return from.port == to.port;
  return from.scheme == "http" && from.port == "80" && to.port == "443";
}

bool is_loopback(const UrlOrigin& origin) {
  const bool is_number = origin.host.find_first_not_of("0123456789.") == std::string::npos;
  return origin.host == "localhost" || origin.host == "[::1]" || (is_number && origin.host.rfind("127.", 0) == 0);
}

std::string resolved_url(const std::string& base, const std::string& link) {
  const Url url = parsed(base);
  // On a handle that holds an address, a relative one leads on from it.
  if (curl_url_set(url.get(), CURLUPART_URL, link.c_str(), 0) != CURLUE_OK)
    fail_input("the link '{}' is no address", link);
  return part_of(url, CURLUPART_URL);
}

}  // namespace spinel
