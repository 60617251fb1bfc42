#include "run/run_files.hpp"

#include <unistd.h>

#include <filesystem>

#include "core/error.hpp"
#include "crystal/formats/structure_file.hpp"
#include "input/schema.hpp"

namespace spinel {

namespace fs = std::filesystem;

RunFiles::RunFiles(const Input& input) : folder(input.control.outdir) {
  const std::string stem = (fs::path(folder) / input.control.prefix).string();
  result = stem + ".h5";
  trajectory = stem + ".h5md";
  checkpoint = stem + ".restart.h5";
  structures = stem + (relaxes_structures(input) ? "_relaxed.xyz" : "_evaluated.xyz");
  paths = stem + "_trajectory.xyz";
  uncertain = stem + "_uncertain.xyz";
  samples = stem + ".samples.h5";
  journal = stem + ".journal";
  predictions = stem + "_predictions.csv";
  if (input.output.final_structure.empty()) return;
  final_structure = (fs::path(folder) / input.output.final_structure).string();
  try {
    check_structure_format(final_structure);
  } catch (const InputError& error) {
    fail_key(input, "output", "final_structure", error.what());
  }
}

void RunFiles::make_folder(const Input& input) const {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder))
    fail_key(input, "control", "outdir", fmt::format("cannot make the folder {}: {}", folder, error.message()));
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    fail_key(input, "control", "outdir", fmt::format("the folder {} is not writable", folder));
}

void RunFiles::keep_old() const {
  // A trajectory without results or checkpoint is what a run left that was killed early: not worth an older one's
  // place.
  if (!fs::exists(checkpoint) && !fs::exists(result) && !fs::exists(journal)) return;
  // The checkpoint first: without it no restart can meet a trajectory that is not its own.
  for (const std::string& path :
       {checkpoint, journal, trajectory, samples, result, final_structure, structures, paths, predictions, uncertain}) {
    if (path.empty() || !fs::exists(path)) continue;
    std::error_code error;
    if (path == journal) fs::remove_all(path + ".old", error);
    fs::rename(path, path + ".old", error);
    if (error) fail("cannot rename {} to {}.old: {}", path, path, error.message());
  }
}

}  // namespace spinel
