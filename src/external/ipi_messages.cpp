#include "external/ipi_messages.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>

#include "core/units.hpp"

namespace spinel {

namespace {

constexpr std::size_t header_length = 12;
constexpr double force_unit = constants::hartree / constants::bohr;

/// A message as it is put together: what is sent in pieces travels in pieces.
class Message {
 public:
  Message& header(const std::string& word) {
    std::string padded = word;
    padded.resize(header_length, ' ');
    bytes_ += padded;
    return *this;
  }
  Message& integer(std::size_t value) {
    const auto number = static_cast<std::int32_t>(value);
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }
  Message& text(const std::string& value) {
    bytes_ += value;
    return *this;
  }
  Message& real(double value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  /// Row by row.
  Message& matrix(const Mat3& m) {
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) real(m(i, j));
    return *this;
  }
  Message& vectors(const std::vector<Vec3>& vectors, double scale) {
    for (const Vec3& v : vectors)
      for (int k = 0; k < 3; ++k) real(scale * v[k]);
    return *this;
  }
  void send(SocketStream& stream, const Patience& patience) const {
    stream.send(bytes_.data(), bytes_.size(), patience);
  }

 private:
  std::string bytes_;
};

std::string read_header(SocketStream& stream, const Patience& patience) {
  std::string header(header_length, ' ');
  stream.receive(header.data(), header.size(), patience);
  header.erase(header.find_last_not_of(std::string(" \0", 2)) + 1);
  return header;
}

std::int32_t read_integer(SocketStream& stream, const Patience& patience) {
  std::int32_t value = 0;
  stream.receive(&value, sizeof value, patience);
  return value;
}

std::vector<double> read_reals(SocketStream& stream, std::size_t n, const Patience& patience) {
  std::vector<double> values(n);
  stream.receive(values.data(), n * sizeof(double), patience);
  return values;
}

Mat3 read_matrix(SocketStream& stream, const Patience& patience) {
  const auto values = read_reals(stream, 9, patience);
  Mat3 m;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) m(i, j) = values[static_cast<std::size_t>(3 * i + j)];
  return m;
}

std::vector<Vec3> read_vectors(SocketStream& stream, std::size_t n, double scale, const Patience& patience) {
  const auto values = read_reals(stream, 3 * n, patience);
  std::vector<Vec3> vectors(n);
  for (std::size_t i = 0; i < n; ++i) vectors[i] = scale * Vec3(values[3 * i], values[3 * i + 1], values[3 * i + 2]);
  return vectors;
}

void skip(SocketStream& stream, std::int32_t n_bytes, const Patience& patience) {
  constexpr std::int32_t most = 1 << 30;
  if (n_bytes < 0 || n_bytes > most) fail("a message of {} bytes cannot be", n_bytes);
  std::string unused(static_cast<std::size_t>(n_bytes), ' ');
  stream.receive(unused.data(), unused.size(), patience);
}

/// LAMMPS fills one triangle of its virial only.
Mat3 symmetric(const Mat3& virial) {
  const Mat3 upper = virial.triangularView<Eigen::StrictlyUpper>(),
             lower = virial.triangularView<Eigen::StrictlyLower>();
  const bool is_one_triangle = upper.isZero(0.0) || lower.isZero(0.0);
  const Mat3 outside = upper + lower.transpose();
  Mat3 result = virial.diagonal().asDiagonal();
  return result += (is_one_triangle ? 1.0 : 0.5) * (outside + outside.transpose());
}

std::string printable(const std::string& header) {
  std::string text = header;
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

std::string IpiServer::status(const Patience& patience) {
  Message().header("STATUS").send(stream_, patience);
  return read_header(stream_, patience);
}

ExternalForces IpiServer::evaluate(const Mat3& cell, const std::vector<Vec3>& positions, const Patience& patience) {
  std::string word = status(patience);
  if (word == "NEEDINIT") {
    // pw.x reads flags from this string: one zero byte leaves energy, forces and stress on; none at all makes it hang.
    Message().header("INIT").integer(0).integer(1).text(std::string(1, '\0')).send(stream_, patience);
    word = status(patience);
  }
  if (word != "READY") fail("it answered '{}' where READY was expected: is it an i-PI client?", printable(word));
  // Lattice vectors are columns.
  Message()
      .header("POSDATA")
      .matrix(cell.transpose() / constants::bohr)
      .matrix(cell.inverse().transpose() * constants::bohr)
      .integer(positions.size())
      .vectors(positions, 1.0 / constants::bohr)
      .send(stream_, patience);
  // A client that computes reads nothing, so the question waits in the socket; one that says BUSY is asked again.
  while ((word = status(patience)) != "HAVEDATA") {
    if (word != "BUSY" && word != "READY") fail("it answered '{}' where HAVEDATA was expected", printable(word));
    if (patience.look) patience.look();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  Message().header("GETFORCE").send(stream_, patience);
  word = read_header(stream_, patience);
  if (word != "FORCEREADY") fail("it answered '{}' where FORCEREADY was expected", printable(word));
  ExternalForces result;
  result.energy = constants::hartree * read_reals(stream_, 1, patience).front();
  const std::int32_t n = read_integer(stream_, patience);
  if (n != static_cast<std::int32_t>(positions.size()))
    fail("it answered with forces on {} atoms instead of {}: its own structure is another one", n, positions.size());
  result.force = read_vectors(stream_, positions.size(), force_unit, patience);
  result.virial = symmetric(constants::hartree * read_matrix(stream_, patience));
  skip(stream_, read_integer(stream_, patience), patience);
  return result;
}

void IpiServer::end() {
  const Patience brief{1.0, {}};
  try {
    // Some clients take EXIT only as the answer to a status they have given.
    status(brief);
    Message().header("EXIT").send(stream_, brief);
  } catch (const Error&) {
    // It is gone already.
  }
}

std::optional<IpiClient::Request> IpiClient::next(const Patience& patience) {
  for (;;) {
    std::string word;
    try {
      word = read_header(stream_, patience);
    } catch (const ConnectionLost&) {
      return std::nullopt;
    }
    if (word == "STATUS") {
      Message().header(answer_ ? "HAVEDATA" : "READY").send(stream_, patience);
    } else if (word == "INIT") {
      read_integer(stream_, patience);  // number of the replica: all are the same to us
      skip(stream_, read_integer(stream_, patience), patience);
    } else if (word == "POSDATA") {
      Request request;
      request.cell = read_matrix(stream_, patience).transpose() * constants::bohr;
      read_matrix(stream_, patience);  // the inverse, which not every server sends right
      const std::int32_t n = read_integer(stream_, patience);
      if (n < 0) fail("the server sent positions of {} atoms", n);
      request.positions = read_vectors(stream_, static_cast<std::size_t>(n), constants::bohr, patience);
      return request;
    } else if (word == "GETFORCE") {
      if (!answer_) fail("the server asks for forces before it sent positions");
      send_forces(patience);
    } else if (word == "EXIT" || word == "STOP") {
      return std::nullopt;
    } else {
      fail("the server sent '{}', which no i-PI server does", printable(word));
    }
  }
}

void IpiClient::send_forces(const Patience& patience) {
  Message()
      .header("FORCEREADY")
      .real(answer_->energy / constants::hartree)
      .integer(answer_->force.size())
      .vectors(answer_->force, 1.0 / force_unit)
      .matrix(answer_->virial / constants::hartree)
      .integer(0)
      .send(stream_, patience);
  answer_.reset();
}

}  // namespace spinel
