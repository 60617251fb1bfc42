#include "task/propose/proposal_input.hpp"

#include "run/setup/find_file.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"

namespace spinel {

std::vector<KnownList> known_lists(const RunContext& context) {
  const ProposeParameters& p = context.input.propose;
  SourceOptions options;
  options.read = read_options(p);
  std::vector<KnownList> lists;
  for (const std::string& path : p.known)
    lists.push_back({open_list(context, path, {"propose", "known"}, options), p.parents.empty()});
  for (const std::string& path : p.parents)
    lists.push_back({open_list(context, path, {"propose", "parents"}, options), true});
  return lists;
}

ProposalSources proposal_sources(const RunContext& context) {
  const ProposeParameters& p = context.input.propose;
  ProposalSources sources;
  SourceOptions options;
  options.read = read_options(p);
  if (!p.structures.empty()) sources.structures = open_list(context, p.structures, {"propose", "structures"}, options);
  if (!p.model.empty()) sources.model = find_file(context.place("propose"), "model", p.model, context.world);
  return sources;
}

}  // namespace spinel
