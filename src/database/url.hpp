#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spinel {

/// Text as it stands in a query: all but letters, digits and "-._~" as %XX.
std::string url_encoded(std::string_view text);
/// "a=1&b=x%2Cy".
std::string url_query(const std::vector<std::pair<std::string, std::string>>& parameters);

/// The parts of an address that decide who is spoken to, in lower case.
struct UrlOrigin {
  std::string scheme, host, port;  ///< the port of the scheme where none is stated
};
/// InputError, without file, where the text is no address of http or https.
UrlOrigin url_origin(const std::string& url);
/// May what was meant for `from` be sent to `to`? The same server, also by https instead of http.
bool is_same_server(const UrlOrigin& from, const UrlOrigin& to);
/// This machine itself, which nothing leaves.
bool is_loopback(const UrlOrigin& origin);

/// A link as a page at `base` has it, relative or absolute, as an absolute address. InputError where it is none.
std::string resolved_url(const std::string& base, const std::string& link);

}  // namespace spinel
