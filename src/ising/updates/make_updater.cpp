#include "core/error.hpp"
#include "ising/updates/updater.hpp"

namespace spinel {

std::unique_ptr<Updater> make_updater(const std::string& name) {
  if (name == "metropolis") return make_metropolis();
  if (name == "heat_bath") return make_heat_bath();
  if (name == "wolff") return make_wolff();
  if (name == "swendsen_wang") return make_swendsen_wang();
  fail_input("no update '{}': metropolis, heat_bath, wolff or swendsen_wang", name);
}

}  // namespace spinel
