#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/error.hpp"

namespace spinel {

/// Where two programs meet: a Unix socket, or a port of a host.
struct SocketAddress {
  std::string name;  ///< of a Unix socket, whose file is /tmp/ipi_<name> as with i-PI, or an absolute path; empty: TCP
  std::string host;
  int port = 0;

  /// 'unix:NAME' or 'HOST:PORT', which validation has checked.
  static SocketAddress parse(const std::string& text);
  bool is_unix() const { return !name.empty(); }
  std::string path() const { return name.front() == '/' ? name : "/tmp/ipi_" + name; }
  /// As parse() takes it.
  std::string text() const;
};

/// The other side has closed the connection, or has never made one.
class ConnectionLost : public Error {
 public:
  using Error::Error;
};
/// It did not answer in time.
class ConnectionTimeout : public Error {
 public:
  using Error::Error;
};

/// How a wait for another program ends early. `look` is called a few times a second and throws where there is nothing
/// to wait for any more.
struct Patience {
  double seconds = 0.0;  ///< for the next message or connection
  std::function<void()> look;
};

/// A connected socket; whole messages in and out. Closed with its end.
class SocketStream {
 public:
  SocketStream(int descriptor, bool is_tcp);
  ~SocketStream();
  SocketStream(SocketStream&& other) noexcept;
  SocketStream& operator=(SocketStream&&) = delete;

  /// ConnectionLost, ConnectionTimeout.
  void send(const void* bytes, std::size_t n, const Patience& patience);
  void receive(void* bytes, std::size_t n, const Patience& patience);

 private:
  int descriptor_;
  bool is_tcp_;
};

/// Listens for other programs. The file of a Unix socket is removed with its end.
class SocketListener {
 public:
  /// A file left by a program that is gone is replaced. Error where another one listens there, or the host is not this
  /// machine.
  explicit SocketListener(const SocketAddress& address);
  ~SocketListener();
  SocketListener(const SocketListener&) = delete;
  SocketListener& operator=(const SocketListener&) = delete;

  /// ConnectionTimeout where nobody comes.
  SocketStream accept(const Patience& patience);

 private:
  SocketAddress address_;
  int descriptor_ = -1;
};

/// Connects to a program that listens, or will within patience.seconds. ConnectionTimeout, with the reason of the last
/// try; Error where the host is unknown.
SocketStream connect_socket(const SocketAddress& address, const Patience& patience);

}  // namespace spinel
