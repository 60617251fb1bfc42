#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// What another program answers.
struct ExternalForces {
  double energy = 0.0;                ///< eV
  std::vector<Vec3> force;            ///< [atom] eV/Å
  Mat3 virial{Mat3::Zero()};          ///< eV; −∂E/∂strain, symmetric
  std::vector<Vec3> magnetic_moment;  ///< [atom] μB; empty: none given
};

/// Another program that computes energy and forces, one structure after the other.
class ExternalEngine {
 public:
  virtual ~ExternalEngine() = default;
  /// Error with what the program did; InputError where it cannot be asked at all. The next call starts it anew.
  virtual ExternalForces evaluate(const Structure& structure) = 0;
  /// What comes now is another structure.
  virtual void begin_structure() {}
  /// Called a few times a second while evaluate() waits; what it throws ends the program and the call.
  void set_look(std::function<void()> look) { look_ = std::move(look); }
  /// s that the next call will take, to be on the safe side; 0: no matter.
  virtual double expected_seconds() const { return 0.0; }
  /// What else is known of the last answer, as extended XYZ has it behind key=.
  virtual std::map<std::string, std::string> labels() const { return {}; }

 protected:
  void look() const {
    if (look_) look_();
  }

 private:
  std::function<void()> look_;
};

}  // namespace spinel
