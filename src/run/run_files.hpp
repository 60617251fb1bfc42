#pragma once

#include <string>

#include "input/parameters.hpp"

namespace spinel {

/// Where a run writes: <outdir>/<prefix>.h5 and so on.
struct RunFiles {
  /// InputError where final_structure has no known format.
  explicit RunFiles(const Input& input);

  std::string folder;
  std::string result;           ///< .h5
  std::string trajectory;       ///< .h5md
  std::string checkpoint;       ///< .restart.h5
  std::string final_structure;  ///< empty: none
  std::string structures;       ///< _relaxed.xyz or _evaluated.xyz: what became of a list of structures
  std::string paths;            ///< _trajectory.xyz: relaxations of a list, step by step
  std::string samples;          ///< .samples.h5: what Ising chains went through
  std::string uncertain;        ///< _uncertain.xyz: frames of md on which a committee does not agree
  std::string journal;          ///< .journal: folder of what is done of a list of structures
  std::string predictions;      ///< _predictions.csv: what networks say of crystals

  /// On rank 0. Makes the folder. InputError where that cannot be done or nothing can be written there.
  void make_folder(const Input& input) const;
  /// On rank 0. Renames what an earlier run left to <name>.old, over what an even earlier one left there; nothing
  /// where there are neither results nor a checkpoint.
  void keep_old() const;
};

}  // namespace spinel
