#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "core/provenance.hpp"
#include "core/stop_signal.hpp"
#include "core/terminal.hpp"
#include "linalg/petsc.hpp"
#include "parallel/job_end.hpp"
#include "task/registry.hpp"
#include "task/sequence.hpp"

namespace {

constexpr int exit_error = 1, exit_input_error = 2;

int spinel_main(int argc, char** argv, const spinel::Communicator& world) {
  using namespace spinel;
  std::string path, topic;
  bool check = false, version = false, keywords = false;
  CLI::App app{"Spinel: computational materials science with machine-learned models", "spinel"};
  app.set_help_flag();
  app.add_option("input", path, "namelist file to run");
  app.add_flag("--check", check, "read and validate the input, and do no work");
  auto* help = app.add_option("--help,-h", topic, "this help, or that of a calculation or &group")->expected(0, 1);
  app.add_flag("--version", version, "version and libraries");
  app.add_flag("--keywords", keywords, "all groups and keys as Markdown");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    fail_input("{} (see spinel --help)", error.what());
  }

  Log log(world.is_root(), stdout, stdout_is_terminal());
  if (help->count() > 0) {
    if (topic.empty()) log.line(app.help());
    log.line(help_text(topic, calculation_help()));
  } else if (version) {
    log.print("spinel {}", provenance().version_text());
  } else if (keywords) {
    if (world.is_root()) std::fputs(keywords_markdown().c_str(), stdout);
  } else if (path.empty()) {
    fail_input("no input file given: spinel input.nml (see spinel --help)");
  } else {
    const std::vector<Input> inputs = read_inputs(path, world);
    if (check) {
      check_sequence(world, inputs, log);
      log.print("{}: no errors found", path);
    } else {
      // Never destroyed, so that a signal that comes while the program shuts down does not spoil the exit status of a
      // finished run.
      [[maybe_unused]] static const auto* const stop_signal = new StopSignal;
      run_sequence(world, inputs, log);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  spinel::MpiRuntime mpi(argc, argv);
  const spinel::PetscRuntime petsc;
  const auto world = spinel::Communicator::world();
  const auto report = [&](const std::exception& error) { std::fprintf(stderr, "spinel: %s\n", error.what()); };
  try {
    return spinel_main(argc, argv, world);
  } catch (const spinel::InputError& error) {
    if (world.is_root()) report(error);
    spinel::end_job_together(world, exit_input_error);
    return exit_input_error;
  } catch (const spinel::CollectiveError& error) {
    if (world.is_root()) report(error);
    spinel::end_job_together(world, exit_error);
    return exit_error;
  } catch (const std::exception& error) {
    if (world.size() > 1) std::fprintf(stderr, "spinel: on rank %d of %d:\n", world.rank(), world.size());
    report(error);
    spinel::end_job(exit_error);
    MPI_Abort(world.mpi(), exit_error);
  }
  return exit_error;
}
