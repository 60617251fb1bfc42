#include "external/socket_stream.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

namespace spinel {

namespace {

constexpr double look_seconds = 0.2;  // between two looks while waiting
constexpr double retry_seconds = 0.1;

/// Counts down one wait.
class Wait {
 public:
  Wait(const Patience& patience, std::string what) : patience_(patience), what_(std::move(what)) {}

  /// Until the descriptor is ready for `events`, or has failed, which the next call on it will tell.
  void until_ready(int descriptor, short events) {
    for (;;) {
      pollfd entry{descriptor, events, 0};
      const double left = patience_.seconds - seconds();
      const int ready = poll(&entry, 1, static_cast<int>(1000.0 * std::clamp(left, 0.0, look_seconds)));
      if (ready > 0) return;
      if (ready < 0 && errno != EINTR) fail("poll: {}", std::strerror(errno));
      look();
    }
  }
  /// Throws where there is no use in waiting longer.
  void look(const std::string& reason = {}) {
    if (patience_.look) patience_.look();
    if (seconds() >= patience_.seconds)
      throw ConnectionTimeout(
          fmt::format("{} within {:g} s{}", what_, patience_.seconds, reason.empty() ? "" : ": " + reason));
  }

 private:
  using Clock = std::chrono::steady_clock;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  const Patience& patience_;
  std::string what_;
  Clock::time_point start_ = Clock::now();
};

union AnyAddress {
  sockaddr any;
  sockaddr_un local;
};

sockaddr_un unix_address(const SocketAddress& address) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  const std::string path = address.path();
  if (path.size() >= sizeof(result.sun_path)) fail("the name of the socket '{}' is too long", path);
  std::copy(path.begin(), path.end(), result.sun_path);
  return result;
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses resolve(const SocketAddress& address, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (status != 0) fail("host '{}': {}", address.host, gai_strerror(status));
  return {found, &freeaddrinfo};
}

int open_socket(int family) {
  const int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("a socket cannot be opened: {}", std::strerror(errno));
  return descriptor;
}

/// Small messages must not wait for each other: without these two a call takes 40 ms more.
void send_at_once(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}
void acknowledge_at_once(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

/// One try; empty where it worked, else the reason.
std::string try_connect(const SocketAddress& address, int& descriptor) {
  const auto attempt = [&](int family, const sockaddr* place, socklen_t size) {
    descriptor = open_socket(family);
    if (connect(descriptor, place, size) == 0) return true;
    const int error = errno;
    close(descriptor);
    descriptor = -1;
    errno = error;
    return false;
  };
  if (address.is_unix()) {
    AnyAddress place{};
    place.local = unix_address(address);
    return attempt(AF_UNIX, &place.any, sizeof place.local) ? "" : std::strerror(errno);
  }
  const Addresses found = resolve(address, 0);
  for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next)
    if (attempt(one->ai_family, one->ai_addr, one->ai_addrlen)) return "";
  return std::strerror(errno);
}

}  // namespace

SocketAddress SocketAddress::parse(const std::string& text) {
  SocketAddress address;
  if (text.rfind("unix:", 0) == 0) {
    address.name = text.substr(5);
    return address;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) fail("'{}' is neither 'unix:NAME' nor 'HOST:PORT'", text);
  address.host = text.substr(0, colon);
  address.port = std::stoi(text.substr(colon + 1));
  return address;
}

std::string SocketAddress::text() const { return is_unix() ? "unix:" + name : fmt::format("{}:{}", host, port); }

SocketStream::SocketStream(int descriptor, bool is_tcp) : descriptor_(descriptor), is_tcp_(is_tcp) {
  if (is_tcp_) send_at_once(descriptor_);
}

SocketStream::~SocketStream() {
  if (descriptor_ >= 0) close(descriptor_);
}

SocketStream::SocketStream(SocketStream&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), is_tcp_(other.is_tcp_) {}

void SocketStream::send(const void* bytes, std::size_t n, const Patience& patience) {
  const char* from = static_cast<const char*>(bytes);
  Wait wait(patience, "it takes no message");
  while (n > 0) {
    const ssize_t sent = ::send(descriptor_, from, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      from += sent;
      n -= static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait.until_ready(descriptor_, POLLOUT);
    } else if (errno != EINTR) {
      throw ConnectionLost(fmt::format("the connection is lost: {}", std::strerror(errno)));
    }
  }
}

void SocketStream::receive(void* bytes, std::size_t n, const Patience& patience) {
  char* to = static_cast<char*>(bytes);
  Wait wait(patience, "no answer");
  while (n > 0) {
    if (is_tcp_) acknowledge_at_once(descriptor_);
    const ssize_t came = recv(descriptor_, to, n, MSG_DONTWAIT);
    if (came > 0) {
      to += came;
      n -= static_cast<std::size_t>(came);
    } else if (came == 0) {
      throw ConnectionLost("it closed the connection");
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait.until_ready(descriptor_, POLLIN);
    } else if (errno != EINTR) {
      throw ConnectionLost(fmt::format("the connection is lost: {}", std::strerror(errno)));
    }
  }
}

SocketListener::SocketListener(const SocketAddress& address) : address_(address) {
  const auto listen_at = [&](int family, const sockaddr* place, socklen_t size) {
    descriptor_ = open_socket(family);
    const int on = 1;
    if (family != AF_UNIX) setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(descriptor_, place, size) == 0 && listen(descriptor_, 8) == 0) return;
    const int error = errno;
    close(descriptor_);
    descriptor_ = -1;
    fail("cannot listen at {}: {}", address.text(), std::strerror(error));
  };
  if (address.is_unix()) {
    int other = -1;
    if (try_connect(address, other).empty()) {
      close(other);
      fail("another program listens at {} already", address.text());
    }
    unlink(address.path().c_str());
    AnyAddress place{};
    place.local = unix_address(address);
    listen_at(AF_UNIX, &place.any, sizeof place.local);
    return;
  }
  const Addresses found = resolve(address, AI_PASSIVE);
  listen_at(found->ai_family, found->ai_addr, found->ai_addrlen);
}

SocketListener::~SocketListener() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (address_.is_unix()) unlink(address_.path().c_str());
}

SocketStream SocketListener::accept(const Patience& patience) {
  Wait wait(patience, fmt::format("nobody connected to {}", address_.text()));
  for (;;) {
    wait.until_ready(descriptor_, POLLIN);
    const int descriptor = accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor >= 0) return {descriptor, !address_.is_unix()};
    if (errno != EINTR && errno != ECONNABORTED) fail("accept: {}", std::strerror(errno));
  }
}

SocketStream connect_socket(const SocketAddress& address, const Patience& patience) {
  Wait wait(patience, fmt::format("no connection to {}", address.text()));
  for (;;) {
    int descriptor = -1;
    const std::string reason = try_connect(address, descriptor);
    if (reason.empty()) return {descriptor, !address.is_unix()};
    wait.look(reason);
    std::this_thread::sleep_for(std::chrono::duration<double>(retry_seconds));
  }
}

}  // namespace spinel
