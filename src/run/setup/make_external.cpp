#include "run/setup/make_external.hpp"

#include <unistd.h>

#include <filesystem>

#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "crystal/formats/text_file.hpp"
#include "parallel/on_root.hpp"
#include "potential/external_potential.hpp"
#include "run/setup/find_file.hpp"

namespace spinel {

namespace fs = std::filesystem;

bool is_external(const PotentialParameters& parameters) {
  return parameters.style == "socket" || parameters.style == "command";
}

ExternalMaker::ExternalMaker(const RunContext& context, const PotentialParameters& parameters, const char* group)
    : parameters_(parameters),
      place_(context.place(group)),
      world_(context.world),
      stem_((fs::path(context.input.control.outdir) / context.input.control.prefix).string()) {
  if (parameters_.code == "script") return;
  template_path_ = find_file(place_, "template", parameters_.template_file, world_);
  on_root(world_, [&] { template_text_ = read_text(template_path_); });
  world_.broadcast(template_text_);
  dft_.k_spacing = parameters_.k_spacing;
  // Programs run in folders of their own, where relative paths lead nowhere.
  dft_.template_folder = fs::absolute(template_path_).parent_path().string();
  if (!parameters_.pseudo_dir.empty())
    dft_.pseudo_dir = fs::absolute(find_file(place_, "pseudo_dir", parameters_.pseudo_dir, world_)).string();
  dft_.for_socket = parameters_.style == "socket";
}

namespace {

std::string fill(const std::string& code, const std::string& text, const std::string& name, const Structure& structure,
                 const DftSettings& settings) {
  return code == "cp2k" ? fill_cp2k(text, name, structure, settings)
                        : fill_quantum_espresso(text, name, structure, settings);
}

}  // namespace

std::uint64_t ExternalMaker::fingerprint() const {
  if (template_text_.empty()) return 0;
  Fnv1a hash;
  hash.add(template_text_);
  return hash.value();
}

std::string ExternalMaker::level() const {
  if (!parameters_.level.empty()) return parameters_.level;
  if (parameters_.style == "command" || parameters_.command.empty()) return "";
  ContentHash hash;
  hash.add(fmt::format("{}\n{}\n{}\n", parameters_.code, parameters_.command, parameters_.k_spacing));
  hash.add(template_text_);
  return "socket-" + hash.hex().substr(0, 8);
}

/// With a row of atoms, one of each species.
void ExternalMaker::check_template(const std::vector<Species>& species) const {
  constexpr double apart = 3.0;  // Å
  Structure row;
  row.species = species;
  row.cell = apart * static_cast<double>(species.size()) * Mat3::Identity();
  for (std::size_t k = 0; k < species.size(); ++k) {
    row.type.push_back(static_cast<std::int32_t>(k));
    row.position.push_back(Vec3(apart * static_cast<double>(k), 0.0, 0.0));
  }
  try {
    const std::string text = fill(parameters_.code, template_text_, template_path_, row, dft_);
    if (parameters_.code == "quantum_espresso") pseudopotentials_of_quantum_espresso(text, template_path_);
  } catch (const InputError& error) {
    place_.fail("template", error.what());
  }
}

std::unique_ptr<ExternalEngine> ExternalMaker::make_session(const std::string& suffix, std::int64_t first_rank) const {
  IpiSessionSettings settings;
  settings.command = parameters_.command;
  settings.folder = stem_ + "_client" + suffix;
  settings.timeout = parameters_.timeout;
  settings.times = times_;
  if (parameters_.address.empty()) {
    settings.address.name = fmt::format("spinel_{}{}", getpid(), suffix);
  } else {
    settings.address = SocketAddress::parse(parameters_.address);
    if (settings.address.is_unix())
      settings.address.name += suffix;
    else
      settings.address.port += static_cast<int>(first_rank);
  }
  if (parameters_.code != "script") {
    const bool is_cp2k = parameters_.code == "cp2k";
    settings.runs_there = settings.keeps_first_cell = true;
    settings.address_form = is_cp2k ? AddressForm::spinel : AddressForm::quantum_espresso;
    DftSettings dft = dft_;
    dft.unix_socket = settings.address.is_unix();
    dft.host = dft.unix_socket ? settings.address.name : settings.address.host;
    dft.port = settings.address.port;
    settings.write_input = [code = parameters_.code, text = template_text_, path = template_path_, dft](
                               const Structure& structure, const std::string& folder) {
      const std::string file = folder + (code == "cp2k" ? "/cp2k.inp" : "/pw.in");
      TextWriter out(file);
      out.write("{}", fill(code, text, path, structure, dft));
      out.close();
      return file;
    };
  }
  return std::make_unique<IpiSession>(std::move(settings));
}

std::shared_ptr<Potential> ExternalMaker::make(const std::vector<Species>& species,
                                               const Communicator& communicator) const {
  if (parameters_.code != "script") on_root(communicator, [&] { check_template(species); });
  // Each pool has a program of its own; the number of its first rank tells them apart on every machine of the job.
  std::int64_t first_rank = world_.rank();
  communicator.broadcast(&first_rank, 1);
  const std::string suffix = first_rank > 0 ? fmt::format("_{}", first_rank) : "";
  if (parameters_.style == "socket") return std::make_shared<ExternalPotential>(make_session(suffix, first_rank));
  return std::make_shared<ExternalPotential>(std::make_unique<CommandEngine>(
      program(suffix), CommandEngineSettings{parameters_.timeout, times_, !parameters_.array.empty()}));
}

std::unique_ptr<CommandArray> ExternalMaker::make_array() const {
  if (parameters_.array.empty()) return nullptr;
  return std::make_unique<CommandArray>(program(""), parameters_.array);
}

CommandSettings ExternalMaker::program(const std::string& worker) const {
  return {parameters_.code,
          parameters_.command,
          template_text_,
          template_path_,
          dft_,
          stem_ + "_calculations",
          began_,
          worker};
}

}  // namespace spinel
