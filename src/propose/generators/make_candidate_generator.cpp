#include "core/error.hpp"
#include "propose/generators/own_candidate.hpp"

namespace spinel {

std::unique_ptr<CandidateGenerator> make_candidate_generator(const std::string& name, const GeneratorSetting& setting,
                                                             const ProposalSources& sources, std::int64_t wanted,
                                                             const Communicator& communicator) {
  if (name == "substitution") return substitution_generator(setting, wanted);
  if (name == "prototypes") return prototype_generator(setting, wanted, communicator);
  if (name == "partial") return partial_generator(setting, wanted);
  if (name == "random") return random_generator(setting);
  if (name == "model") return model_generator(setting, sources.model, communicator);
  if (name == "structures") return list_generator(setting, sources.structures);
  fail("there is no generator '{}'", name);
}

}  // namespace spinel
