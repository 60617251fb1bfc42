#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "external/call_times.hpp"
#include "external/child_process.hpp"
#include "external/ipi_messages.hpp"

namespace spinel {

/// How {address} is written: as &potential has it, or as pw.x takes it, 'NAME:UNIX' or 'HOST:PORT'.
enum class AddressForm { spinel, quantum_espresso };

/// How a program that computes is met.
struct IpiSessionSettings {
  SocketAddress address;
  AddressForm address_form = AddressForm::spinel;
  std::string command;  ///< starts it; empty: it comes by itself
  std::string folder;   ///< of its input and its log client.log; made where missing
  bool runs_there = false;
  double timeout = 0.0;  ///< s, to connect and for each answer
  /// Writes what the program is to read about the structure into `folder`, and returns the path. Empty: extended XYZ.
  std::function<std::string(const Structure& structure, const std::string& folder)> write_input;
  /// Basis and grids of the program stay those of the cell that it was started with, so each structure needs a new one.
  bool keeps_first_cell = false;
  std::shared_ptr<CallTimes> times;  ///< of calls so far, shared by the sessions of a run
};

/// Energies and forces by another program: an i-PI server with one client, for structures of any composition one after
/// the other. The client is started, or waited for, at the first structure and wherever the atoms become others, as
/// species do not travel. One that fails is started again, twice for each call.
class IpiSession final : public ExternalEngine {
 public:
  explicit IpiSession(IpiSessionSettings settings) : settings_(std::move(settings)) {}
  ~IpiSession() override { stop(); }
  IpiSession(const IpiSession&) = delete;
  IpiSession& operator=(const IpiSession&) = delete;

  /// Error with what the program did, and the last line of its log. The next call starts it anew.
  ExternalForces evaluate(const Structure& structure) override;
  void begin_structure() override;
  double expected_seconds() const override { return settings_.times->expected(); }

 private:
  void start(const Structure& structure);
  void stop();
  ExternalForces ask(const Structure& structure);
  Patience patience(bool connected);
  std::string describe(const std::string& problem) const;

  IpiSessionSettings settings_;
  std::unique_ptr<SocketListener> listener_;
  std::unique_ptr<ChildProcess> child_;
  std::optional<IpiServer> server_;
  Structure known_;                 // the atoms that the client was started with
  std::optional<double> ended_at_;  // the child, while the connection still stands
};

}  // namespace spinel
