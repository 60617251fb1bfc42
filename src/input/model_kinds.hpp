#pragma once

#include <string>
#include <vector>

namespace spinel {

/// A kind of network that &model kind names. What of it needs torch is a row of network/kinds.cpp under the same name,
/// and of kinds that predict properties without it a row of model/property_kinds.cpp.
struct ModelKind {
  enum class Use {
    property,   ///< a number or class of a crystal
    energy,     ///< an interatomic potential
    generator,  ///< new crystals
    density     ///< the density of vectors, and new ones
  };

  std::string name;
  Use use;
  std::string help;  ///< what it is and who published it
};

/// All of them.
const std::vector<ModelKind>& model_kinds();
/// The names of those for one use.
std::vector<std::string> model_kinds_for(ModelKind::Use use);
/// Is this kind of &model an interatomic potential?
bool is_potential_kind(const std::string& kind);
/// Does it make crystals?
bool is_generator_kind(const std::string& kind);
/// Does it learn &vectors?
bool is_density_kind(const std::string& kind);

}  // namespace spinel
