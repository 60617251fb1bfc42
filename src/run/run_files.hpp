#pragma once

#include <string>
#include <vector>

#include "input/key_place.hpp"
#include "run/context.hpp"

namespace spinel {

/// Where a run writes: <outdir>/<prefix>.h5 and so on.
class RunFiles {
 public:
  /// `relaxes`: lists of structures are relaxed. `locations` must outlive this. InputError where final_structure has no
  /// known format.
  RunFiles(const ControlParameters& control, const OutputParameters& output, const InputLocations& locations,
           bool relaxes);
  /// Those of the run of an input.
  explicit RunFiles(const RunContext& context);

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
  std::string predictions;      ///< _predictions.csv: what networks predict of crystals
  std::string hull;             ///< _hull.csv: entries of a convex hull
  std::string candidates;       ///< _candidates.csv: entries measured from a hull
  std::string evaluation;       ///< _evaluation.csv: what is found of each structure of a set

  /// <outdir>/<prefix><suffix>, a further file that this run writes whole: keep_old() knows of it from now on.
  std::string add(const std::string& suffix);

  /// On rank 0. Makes the folder. InputError where that cannot be done or nothing can be written there.
  void make_folder() const;
  /// On rank 0. Renames what an earlier run left to <name>.old, over what an even earlier one left there; nothing
  /// where there are neither results nor a checkpoint.
  void keep_old() const;

 private:
  std::string stem_;
  KeyPlace control_;
  std::vector<std::string> added_;
};

}  // namespace spinel
