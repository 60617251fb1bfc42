#include "run/run_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "crystal/formats/structure_file.hpp"
#include "input/schema.hpp"

namespace spinel {

namespace fs = std::filesystem;

RunFiles::RunFiles(const ControlParameters& control, const OutputParameters& output, const InputLocations& locations,
                   bool relaxes)
    : folder(control.outdir),
      stem_((fs::path(control.outdir) / control.prefix).string()),
      control_(locations, "control") {
  result = stem_ + ".h5";
  trajectory = stem_ + ".h5md";
  checkpoint = stem_ + ".restart.h5";
  structures = stem_ + (relaxes ? "_relaxed.xyz" : "_evaluated.xyz");
  paths = stem_ + "_trajectory.xyz";
  uncertain = stem_ + "_uncertain.xyz";
  samples = stem_ + ".samples.h5";
  journal = stem_ + ".journal";
  predictions = stem_ + "_predictions.csv";
  hull = stem_ + "_hull.csv";
  candidates = stem_ + "_candidates.csv";
  evaluation = stem_ + "_evaluation.csv";
  if (output.final_structure.empty()) return;
  final_structure = (fs::path(folder) / output.final_structure).string();
  try {
    check_structure_format(final_structure);
  } catch (const InputError& error) {
    KeyPlace(locations, "output").fail("final_structure", error.what());
  }
}

RunFiles::RunFiles(const RunContext& context)
    : RunFiles(context.input.control, context.input.output, context.input.locations,
               relaxes_structures(context.input)) {}

std::string RunFiles::add(const std::string& suffix) { return added_.emplace_back(stem_ + suffix); }

void RunFiles::make_folder() const {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder))
    control_.fail("outdir", fmt::format("cannot make the folder {}: {}", folder, error.message()));
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    control_.fail("outdir", fmt::format("the folder {} is not writable", folder));
}

void RunFiles::keep_old() const {
  const auto exists = [](const std::string& path) { return !path.empty() && fs::exists(path); };
  // The checkpoints first: without them no restart can meet a trajectory that is not its own.
  std::vector<std::string> whole = added_;
  whole.insert(whole.end(), {checkpoint, journal, result, hull, candidates, evaluation});
  // A trajectory without results or checkpoint is what a run left that was killed early: not worth an older one's
  // place.
  if (std::none_of(whole.begin(), whole.end(), exists)) return;
  std::vector<std::string> all = whole;
  all.insert(all.end(), {trajectory, samples, final_structure, structures, paths, predictions, uncertain});
  for (const std::string& path : all) {
    if (!exists(path)) continue;
    std::error_code error;
    if (path == journal) fs::remove_all(path + ".old", error);
    fs::rename(path, path + ".old", error);
    if (error) fail("cannot rename {} to {}.old: {}", path, path, error.message());
  }
}

}  // namespace spinel
