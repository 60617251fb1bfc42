#include "external/ipi_session.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/progress.hpp"
#include "core/provenance.hpp"
#include "core/stop_signal.hpp"
#include "crystal/formats/structure_file.hpp"
#include "external/placeholders.hpp"

namespace spinel {

namespace {

constexpr int most_starts = 3;
constexpr double seconds_after_end = 2.0;  // that the socket of a client that has ended may still hold an answer

/// Species do not travel: both sides must have the same ones in the same order.
bool same_atoms(const Structure& a, const Structure& b) {
  const auto symbol = [](const Structure& s, std::size_t i) -> const std::string& {
    return s.species[static_cast<std::size_t>(s.type[i])].symbol;
  };
  if (a.size() != b.size() || a.periodic != b.periodic) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (symbol(a, i) != symbol(b, i)) return false;
  return true;
}

std::string write_plain(const Structure& structure, const std::string& folder) {
  Structure plain = structure;
  plain.velocity.clear();
  plain.info.clear();
  const std::string path = folder + "/structure.xyz";
  write_structure(path, plain);
  return path;
}

void check_finite(const ExternalForces& forces) {
  if (!std::isfinite(forces.energy)) fail("it answered with an energy that is not a number");
  for (const Vec3& force : forces.force)
    if (!force.allFinite()) fail("it answered with a force that is not a number");
  if (!forces.virial.allFinite()) fail("it answered with a virial that is not a number");
}

}  // namespace

Patience IpiSession::patience(bool connected) {
  return {settings_.timeout, [this, connected] {
            look();
            const auto end = child_ ? child_->end() : std::nullopt;
            if (!end) return;
            if (!connected) throw ConnectionLost(fmt::format("it {} before it connected", *end));
            // Its answer may still be on its way; the closing of the socket comes before long, but not from a machine
            // that is gone.
            const double now = Progress::steady_seconds();
            if (!ended_at_) ended_at_ = now;
            if (now - *ended_at_ > seconds_after_end) throw ConnectionLost("it " + *end);
          }};
}

std::string IpiSession::describe(const std::string& problem) const {
  std::string text = fmt::format("the program at {} failed: {}", settings_.address.text(), problem);
  if (!child_) return text;
  if (child_->wait(0.5) && text.find(*child_->end()) == std::string::npos)
    text += fmt::format("; it {}", *child_->end());
  const std::string last = last_line_of(child_->log());
  text += fmt::format(" (see {}{})", child_->log(), last.empty() ? "" : ", which ends with: " + last);
  return text;
}

void IpiSession::start(const Structure& structure) {
  stop();
  // Before the client: it does not try twice.
  listener_ = std::make_unique<SocketListener>(settings_.address);
  std::filesystem::create_directories(settings_.folder);
  const std::string file = settings_.write_input ? settings_.write_input(structure, settings_.folder)
                                                 : write_plain(structure, settings_.folder);
  if (!settings_.command.empty()) {
    const SocketAddress& address = settings_.address;
    const bool is_of_pw = settings_.address_form == AddressForm::quantum_espresso;
    const bool anywhere = address.host == "0.0.0.0" || address.host == "::";
    const auto absolute = [](const std::string& path) { return std::filesystem::absolute(path).string(); };
    const std::string command = replace_placeholders(
        settings_.command, {{"address", is_of_pw && address.is_unix() ? address.name + ":UNIX" : address.text()},
                            {"name", address.name},
                            {"host", anywhere ? provenance().hostname : address.host},
                            {"port", std::to_string(address.port)},
                            {"file", absolute(file)},
                            {"folder", absolute(settings_.folder)}});
    const std::string log = settings_.folder + "/client.log";
    std::ofstream(log, std::ios::app) << "Spinel starts: " << command << std::endl;
    child_ = std::make_unique<ChildProcess>(command, settings_.runs_there ? settings_.folder : "", log);
  }
  server_.emplace(listener_->accept(patience(false)));
  known_ = structure;
}

void IpiSession::stop() {
  constexpr double grace = 10.0;  // s, to write what it writes at its end
  if (server_) {
    server_->end();
    if (child_) child_->wait(grace);
  }
  server_.reset();
  child_.reset();
  listener_.reset();
  ended_at_.reset();
}

void IpiSession::begin_structure() {
  if (settings_.keeps_first_cell) stop();
}

ExternalForces IpiSession::ask(const Structure& structure) {
  if (!server_ || !same_atoms(structure, known_)) start(structure);
  ExternalForces forces = server_->evaluate(structure.cell, structure.position, patience(true));
  check_finite(forces);
  return forces;
}

ExternalForces IpiSession::evaluate(const Structure& structure) {
  const auto abandon = [this] {
    server_.reset();  // what does not answer is not asked to end
    stop();
  };
  for (int starts = 1;; ++starts) {
    std::string problem;
    bool again = starts < most_starts && !settings_.command.empty();
    try {
      const double begin = Progress::steady_seconds();
      ExternalForces forces = ask(structure);
      settings_.times->add(Progress::steady_seconds() - begin);
      return forces;
    } catch (const InputError&) {
      abandon();
      throw;
    } catch (const Interrupted&) {
      abandon();
      throw;
    } catch (const ConnectionTimeout& error) {
      problem = describe(error.what());
      again = false;
    } catch (const Error& error) {
      problem = describe(error.what());
    }
    abandon();
    if (!again) throw Error(starts > 1 ? fmt::format("{}, the last of {} starts", problem, starts) : problem);
  }
}

}  // namespace spinel
