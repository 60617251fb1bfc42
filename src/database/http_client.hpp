#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace spinel {

struct HttpOptions {
  /// A header of every request and its secret value, which no reply, message or file shows; empty: none.
  std::string key_header, key;
  double timeout = 60.0;  ///< s without a byte after which a request has failed
};

/// What came of a request.
struct HttpReply {
  std::string url;           ///< that was asked for
  long status = 0;           ///< of HTTP; 0: no whole reply came
  std::string body;          ///< unpacked; the key, should the server repeat it, is "[key]"
  double retry_after = 0.0;  ///< s the server asks to wait; 0: it does not say
  std::string redirect;      ///< absolute address the server points to; empty: to none
  std::string problem;       ///< why no whole reply came
  bool may_pass = false;     ///< … which another try may not meet
};

/// Requests (GET) to http and https servers, several at once, on one thread. Redirects are not followed. Proxies by the
/// usual variables of the environment (https_proxy, no_proxy).
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Begins a request; `tag` comes back with its reply.
  void start(const std::string& url, std::size_t tag);
  std::size_t n_running() const;

  struct Done {
    std::size_t tag;
    HttpReply reply;
  };
  /// The replies that have come whole or failed; waits for the first up to so many seconds.
  std::vector<Done> wait(double seconds);

  /// "libcurl/7.88.1 OpenSSL/3.0.17 …".
  static std::string library();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace spinel
