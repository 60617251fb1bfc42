#pragma once

#include <string>
#include <vector>

#include "input/propose_parameters.hpp"

namespace spinel {

/// A generator of &propose and the share of the candidates that it is asked for.
struct ProposalShare {
  std::string generator;
  double share;
};

/// Those of `generators`, in the order given: "random: 0.3" as it says, the others alike from what is left; of all that
/// are given a share only, in proportion to them. InputError, without its place, where one is none or is there twice,
/// or shares are no shares.
std::vector<ProposalShare> proposal_shares(const ProposeParameters& parameters);

}  // namespace spinel
