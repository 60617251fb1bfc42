#include "database/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "core/error.hpp"
#include "core/provenance.hpp"

namespace spinel {

namespace {

struct CleanEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CleanMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct CleanList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t append_bytes(char* bytes, std::size_t size, std::size_t n, void* to) {
  static_cast<std::string*>(to)->append(bytes, size * n);
  return size * n;
}

void blank(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos;) text.replace(at, secret.size(), "[key]");
}

/// Whether another try may not meet it.
bool may_pass(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

std::string problem_of(CURLcode code, const std::string& details) {
  const std::string words = details.empty() ? curl_easy_strerror(code) : details;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return fmt::format("the name of the server is not known here, or there is no network ({})", words);
    case CURLE_COULDNT_CONNECT:
      return fmt::format("there is no connection to the server ({})", words);
    case CURLE_OPERATION_TIMEDOUT:
      return fmt::format("the server did not answer in time ({})", words);
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return fmt::format("the connection was cut ({})", words);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return fmt::format(
          "the server's certificate or encryption (TLS) is not accepted ({}); where a proxy or an own authority signs, "
          "the variable SSL_CERT_FILE names the file of its certificates",
          words);
    default:
      return words;
  }
}

struct Request {
  std::unique_ptr<CURL, CleanEasy> handle{curl_easy_init()};
  std::size_t tag = 0;
  HttpReply reply;
  std::vector<char> details = std::vector<char>(CURL_ERROR_SIZE, '\0');
};

}  // namespace

struct HttpClient::State {
  HttpOptions options;
  std::unique_ptr<curl_slist, CleanList> headers;
  std::unique_ptr<CURLM, CleanMulti> multi;
  std::map<CURL*, std::unique_ptr<Request>> running;

  ~State() {
    for (const auto& [handle, request] : running) curl_multi_remove_handle(multi.get(), handle);
  }
};

HttpClient::HttpClient(HttpOptions options) : state_(std::make_unique<State>()) {
  static const CURLcode is_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (is_ready != CURLE_OK) fail("libcurl cannot be used: {}", curl_easy_strerror(is_ready));
  state_->options = std::move(options);
  state_->multi.reset(curl_multi_init());
  if (!state_->options.key.empty())
    state_->headers.reset(
        curl_slist_append(nullptr, (state_->options.key_header + ": " + state_->options.key).c_str()));
}

HttpClient::~HttpClient() = default;

std::size_t HttpClient::n_running() const { return state_->running.size(); }

std::string HttpClient::library() { return curl_version(); }

void HttpClient::start(const std::string& url, std::size_t tag) {
  auto request = std::make_unique<Request>();
  CURL* handle = request->handle.get();
  if (handle == nullptr || state_->multi == nullptr) fail("libcurl has no memory for a request");
  request->tag = tag;
  request->reply.url = url;
  const std::string agent = "spinel/" + provenance().version;
  const auto seconds = static_cast<long>(std::ceil(state_->options.timeout));
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(handle, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, state_->headers.get());
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, std::min(seconds, 20L));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, seconds);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  // The program curl goes by this variable, the library does not.
  if (const char* authorities = std::getenv("SSL_CERT_FILE"); authorities != nullptr && *authorities != '\0')
    curl_easy_setopt(handle, CURLOPT_CAINFO, authorities);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, request->details.data());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &request->reply.body);
  if (const CURLMcode code = curl_multi_add_handle(state_->multi.get(), handle); code != CURLM_OK)
    fail("libcurl cannot begin a request: {}", curl_multi_strerror(code));
  state_->running.emplace(handle, std::move(request));
}

std::vector<HttpClient::Done> HttpClient::wait(double seconds) {
  int n_running = 0, n_messages = 0;
  CURLM* multi = state_->multi.get();
  curl_multi_perform(multi, &n_running);
  if (static_cast<std::size_t>(n_running) == state_->running.size()) {
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(seconds * 1000.0), nullptr);
    curl_multi_perform(multi, &n_running);
  }
  std::vector<Done> done;
  while (const CURLMsg* message = curl_multi_info_read(multi, &n_messages)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* handle = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto found = state_->running.find(handle);
    Request& request = *found->second;
    HttpReply reply = std::move(request.reply);
    if (code == CURLE_OK) {
      curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply.status);
      curl_off_t retry_after = 0;
      curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
      reply.retry_after = static_cast<double>(retry_after);
      const char* redirect = nullptr;
      curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &redirect);
      if (redirect != nullptr) reply.redirect = redirect;
    } else {
      reply.problem = problem_of(code, request.details.data());
      reply.may_pass = may_pass(code);
    }
    for (std::string* text : {&reply.body, &reply.redirect, &reply.problem}) blank(*text, state_->options.key);
    const std::size_t tag = request.tag;
    curl_multi_remove_handle(multi, handle);
    state_->running.erase(found);
    done.push_back({tag, std::move(reply)});
  }
  return done;
}

}  // namespace spinel
