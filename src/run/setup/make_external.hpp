#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "crystal/structure.hpp"
#include "external/command_array.hpp"
#include "external/command_engine.hpp"
#include "external/ipi_session.hpp"
#include "potential/potential.hpp"
#include "run/context.hpp"

namespace spinel {

/// Is it a style whose energies another program computes?
bool is_external(const PotentialParameters& parameters);

/// Makes potentials that ask another program, one for each pool.
class ExternalMaker {
 public:
  /// Collective over all ranks of the program. `group`: whose keys `parameters` are. InputError where the template
  /// cannot be read.
  ExternalMaker(const RunContext& context, const PotentialParameters& parameters, const char* group);

  /// Of the template, which results depend on; 0 without one.
  std::uint64_t fingerprint() const;

  /// What energies go with in a hull; empty where each answer has its own, or nothing is known of the program.
  std::string level() const;

  /// Collective over the ranks that will use it together. InputError where the template lacks one of the species.
  std::shared_ptr<Potential> make(const std::vector<Species>& species, const Communicator& communicator) const;

  /// Runs the program for many structures at once; null where the group has no array.
  std::unique_ptr<CommandArray> make_array() const;

 private:
  void check_template(const std::vector<Species>& species) const;
  std::unique_ptr<ExternalEngine> make_session(const std::string& suffix, std::int64_t first_rank) const;
  CommandSettings program(const std::string& worker) const;

  PotentialParameters parameters_;
  KeyPlace place_;
  Communicator world_;
  std::string stem_;  // <outdir>/<prefix>
  std::string template_path_, template_text_;
  DftSettings dft_;
  std::shared_ptr<CallTimes> times_ = std::make_shared<CallTimes>();  // of the program so far
  const std::filesystem::file_time_type began_ = std::filesystem::file_time_type::clock::now();
};

}  // namespace spinel
