#include <algorithm>
#include <charconv>

#include "core/text.hpp"
#include "input/proposal_shares.hpp"
#include "input/validate/check.hpp"

namespace spinel {

namespace {

const std::vector<std::string>& generator_names() {
  static const std::vector<std::string> names = {"substitution", "prototypes", "partial",
                                                 "random",       "model",      "structures"};
  return names;
}

std::string without_blanks(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

}  // namespace

std::vector<ProposalShare> proposal_shares(const ProposeParameters& parameters) {
  constexpr double open = -1.0;
  std::vector<ProposalShare> shares;
  double given = 0.0;
  std::size_t n_open = 0;
  for (const std::string& text : parameters.generators) {
    const auto colon = text.find(':');
    ProposalShare one{without_blanks(text.substr(0, colon)), open};
    const auto& names = generator_names();
    if (std::find(names.begin(), names.end(), one.generator) == names.end())
      fail_input("'{}' is none of {}", one.generator, quoted_list(names));
    for (const ProposalShare& other : shares)
      if (other.generator == one.generator) fail_input("'{}' is listed twice", one.generator);
    if (colon != std::string::npos) {
      const std::string number = without_blanks(text.substr(colon + 1));
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), one.share);
      if (error != std::errc() || end != number.data() + number.size() || !(one.share > 0.0) || one.share > 1.0)
        fail_input("'{}' has no share above 0 and up to 1, such as 'random: 0.3'", text);
      given += one.share;
    } else {
      ++n_open;
    }
    shares.push_back(one);
  }
  if (given > 1.0 + 1e-9) fail_input("the shares are {} together, above 1", given);
  if (n_open > 0 && given > 1.0 - 1e-9) fail_input("the shares given leave nothing for the others");
  for (ProposalShare& one : shares)
    one.share = one.share == open ? (1.0 - given) / static_cast<double>(n_open)
                : n_open > 0      ? one.share
                                  : one.share / given;
  return shares;
}

void check_propose_keys(const Input& input) {
  const ProposeParameters& p = input.propose;
  const Check check(input, "propose");
  if (input.control.units != "metal")
    fail_key(input, "control", "units", "calculation = 'propose' makes crystals of elements: units must be 'metal'");
  check_type_map(check, p);
  std::vector<ProposalShare> shares;
  try {
    shares = proposal_shares(p);
  } catch (const InputError& error) {
    check(true, "generators", "{}", error.what());
  }
  const auto uses = [&](const char* name) {
    return std::any_of(shares.begin(), shares.end(), [&](const ProposalShare& s) { return s.generator == name; });
  };
  const ProposeParameters standard;
  const bool has_parents = !p.parents.empty() || !p.known.empty();
  for (const char* name : {"substitution", "prototypes", "partial"})
    check(uses(name) && !has_parents, "parents", "missing: '{}' begins from crystals of parents or known", name);
  check(uses("random") && p.compositions.empty() && !has_parents, "compositions",
        "missing: 'random' needs contents of cells, or parents or known whose contents it changes");
  check(uses("model") && p.model.empty(), "model", "missing: the generator 'model' needs one");
  check(uses("structures") && p.structures.empty(), "structures", "missing: the generator 'structures' needs a list");
  for (const auto& [generator, key, given] :
       {std::tuple{"model", "model", !p.model.empty()},
        {"structures", "structures", !p.structures.empty()},
        {"random", "compositions", !p.compositions.empty()},
        {"random", "space_groups", !p.space_groups.empty()},
        {"random", "volume_range", p.volume_range != standard.volume_range},
        {"random", "distance_factor", p.distance_factor != standard.distance_factor},
        {"random", "attempts", p.attempts != standard.attempts},
        {"partial", "colorings", p.colorings != standard.colorings}})
    check(given && !uses(generator), key, "goes with the generator '{}', which is not among generators", generator);
  for (const auto& [key, list] : {std::pair{"known", &p.known},
                                  {"parents", &p.parents},
                                  {"elements", &p.elements},
                                  {"required_elements", &p.required_elements},
                                  {"compositions", &p.compositions}}) {
    check(has_empty(*list), key, "a name must not be empty");
    const auto twice = repeated(*list);
    check(!twice.empty(), key, "'{}' is listed twice", twice);
  }
  for (const std::string& element : p.required_elements)
    check(!p.elements.empty() && std::find(p.elements.begin(), p.elements.end(), element) == p.elements.end(),
          "required_elements", "'{}' is not among elements", element);
  if (!p.n_elements.empty()) {
    check(p.n_elements.front() > p.n_elements.back(), "n_elements", "{} is above {}", p.n_elements.front(),
          p.n_elements.back());
    check(static_cast<std::int64_t>(p.required_elements.size()) > p.n_elements.back(), "required_elements",
          "are more than n_elements allows");
  }
  check(p.threshold >= 1.0, "threshold", "is a probability, below 1");
  check(p.volume_range.front() > p.volume_range.back(), "volume_range", "{} is above {}", p.volume_range.front(),
        p.volume_range.back());
  check(p.charge_balance == "none" && p.threshold != standard.threshold, "threshold",
        "is of ionic substitutions; with charge_balance = 'none' there are none");
}

}  // namespace spinel
