#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/vec3.hpp"
#include "external/external_engine.hpp"
#include "external/socket_stream.hpp"

namespace spinel {

// The i-PI protocol: a server moves atoms, a client computes their energy and forces (Ceriotti, More, Manolopoulos,
// Comput. Phys. Commun. 185, 1019 (2014); Kapil et al., ibid. 236, 214 (2019)). Headers of 12 characters, numbers as
// the machine has them, in bohr and hartree. Here everything is in Å and eV; species never travel.

/// The server's side of a connection: one client.
class IpiServer {
 public:
  explicit IpiServer(SocketStream stream) : stream_(std::move(stream)) {}

  /// `cell`: rows a, b, c (Å). Positions Å, in the order that the client knows. ConnectionLost, ConnectionTimeout;
  /// Error where the answer is none, or of another number of atoms.
  ExternalForces evaluate(const Mat3& cell, const std::vector<Vec3>& positions, const Patience& patience);
  /// Tells the client to end.
  void end();

 private:
  std::string status(const Patience& patience);

  SocketStream stream_;
};

/// The client's side.
class IpiClient {
 public:
  struct Request {
    Mat3 cell;                    ///< rows a, b, c (Å)
    std::vector<Vec3> positions;  ///< [atom] Å
  };

  explicit IpiClient(SocketStream stream) : stream_(std::move(stream)) {}

  /// Waits for positions; nothing where the server ends, in words or by closing. ConnectionLost in the middle of a
  /// message, ConnectionTimeout; Error where the message is none.
  std::optional<Request> next(const Patience& patience);
  /// To the last request.
  void answer(const ExternalForces& forces) { answer_ = forces; }

 private:
  void send_forces(const Patience& patience);

  SocketStream stream_;
  std::optional<ExternalForces> answer_;
};

}  // namespace spinel
