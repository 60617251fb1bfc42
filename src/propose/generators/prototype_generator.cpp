#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/symmetry.hpp"
#include "parallel/record_exchange.hpp"
#include "propose/generators/replacement_passes.hpp"

namespace spinel {

namespace {

constexpr double symmetry_tolerance = 0.1;  // Å: prototypes of relaxed crystals

/// What the prototype of a crystal is, and its species in an order that its crystals share.
struct PrototypeOf {
  std::string label;  // empty: no symmetry was found
  std::vector<std::uint8_t> order;
};
auto members(PrototypeOf& p) { return std::tie(p.label, p.order); }

/// Space group, and for each species its Wyckoff letters with how many orbits are there: "225 a b". Of the settings of
/// one crystal that differ in letters one is taken as it comes.
PrototypeOf prototype_of(const KnownCrystal& crystal) {
  WyckoffSites sites;
  try {
    sites = wyckoff_sites(substituted(crystal, crystal.own(), 1.0), symmetry_tolerance);
  } catch (const Error&) {
    return {};
  }
  std::vector<std::map<std::int32_t, int>> letters(crystal.n_species());
  for (std::size_t a = 0; a < crystal.n_atoms(); ++a)
    if (sites.orbit[a] == static_cast<std::int32_t>(a)) ++letters[crystal.type[a]][sites.letter[a]];
  std::vector<std::string> of_species;
  for (const auto& one : letters) {
    std::string text;
    for (const auto& [letter, n] : one) text += fmt::format("{}{}", static_cast<char>('a' + letter), n);
    of_species.push_back(text);
  }
  PrototypeOf result;
  result.order.resize(crystal.n_species());
  std::iota(result.order.begin(), result.order.end(), std::uint8_t{0});
  std::stable_sort(result.order.begin(), result.order.end(),
                   [&](std::uint8_t i, std::uint8_t j) { return of_species[i] < of_species[j]; });
  result.label = fmt::format("{}", sites.number);
  for (const std::uint8_t k : result.order) result.label += " " + of_species[k];
  return result;
}

class PrototypeGenerator : public ReplacementPasses {
 public:
  PrototypeGenerator(const GeneratorSetting& setting, std::int64_t wanted, const Communicator& communicator)
      : setting_(setting) {
    const auto parents = setting.parents(counts_);
    std::vector<Record> mine;
    for (auto k = static_cast<std::size_t>(communicator.rank()); k < parents.size();
         k += static_cast<std::size_t>(communicator.size())) {
      ByteWriter out;
      out.put(static_cast<std::uint64_t>(k));
      out.put(prototype_of(setting.known[parents[k]]));
      mine.push_back(out.take());
    }
    std::vector<PrototypeOf> of_parent(parents.size());
    for (const Record& record : share_records(communicator, mine)) {
      ByteReader in(record);
      const auto k = in.get<std::uint64_t>();
      in.get(of_parent[k]);
    }
    std::map<std::string, std::size_t> number;
    for (std::size_t k = 0; k < parents.size(); ++k) {
      if (of_parent[k].label.empty()) {
        ++without_symmetry_;
        continue;
      }
      const auto [place, is_new] = number.emplace(of_parent[k].label, prototypes_.size());
      if (is_new) prototypes_.emplace_back();
      prototypes_[place->second].push_back({parents[k], std::move(of_parent[k].order)});
    }
    set_units(static_cast<std::int64_t>(prototypes_.size()), wanted, 16);
  }

  std::vector<std::pair<std::string, std::string>> notes() const override {
    std::string text = grouped(static_cast<std::int64_t>(prototypes_.size()));
    if (without_symmetry_ > 0) text += fmt::format("; of {} parents no symmetry was found", grouped(without_symmetry_));
    return {{"parents", parents_text(counts_)}, {"prototypes", text}};
  }

 private:
  struct Member {
    std::int32_t parent;
    std::vector<std::uint8_t> order;  // its species in the order of the prototype
  };
  struct Choice {
    std::int32_t parent = -1;
    Replacement replacement;
  };

  /// What has no probability comes last.
  static double likelihood(const Choice& choice) {
    const double p = choice.replacement.probability;
    return p == p ? p : -1.0;
  }

  bool unit(std::int64_t number, std::int64_t begin, std::int64_t end, std::vector<Attempt>& attempts) override {
    std::map<Assignment, Choice> best;
    VerdictCounts left_out{};
    for (const Member& member : prototypes_[static_cast<std::size_t>(number)]) {
      const ReplacementList list = setting_.finder.find(setting_.known[member.parent]);
      for (std::size_t v = 0; v < n_verdicts; ++v) left_out[v] += list.left_out[v];
      for (const Replacement& one : list.found) {
        Assignment on_sites{};
        for (std::size_t k = 0; k < member.order.size(); ++k) on_sites[k] = one.elements[member.order[k]];
        Choice& known = best[on_sites];
        if (const Choice choice{member.parent, one}; known.parent < 0 || likelihood(choice) > likelihood(known))
          known = choice;
      }
    }
    if (begin == 0) append_left_out(left_out, attempts);
    std::vector<const Choice*> order;
    for (const auto& [sites, choice] : best) order.push_back(&choice);
    std::stable_sort(order.begin(), order.end(),
                     [](const Choice* a, const Choice* b) { return likelihood(*a) > likelihood(*b); });
    const auto n = static_cast<std::int64_t>(order.size());
    for (std::int64_t k = begin; k < std::min(end, n); ++k) {
      const Choice& choice = *order[static_cast<std::size_t>(k)];
      attempts.push_back(replaced(setting_, choice.parent, choice.replacement));
    }
    return end < n;
  }

  GeneratorSetting setting_;
  std::vector<std::vector<Member>> prototypes_;
  VerdictCounts counts_{};
  std::int64_t without_symmetry_ = 0;
};

}  // namespace

std::unique_ptr<CandidateGenerator> prototype_generator(const GeneratorSetting& setting, std::int64_t wanted,
                                                        const Communicator& communicator) {
  return std::make_unique<PrototypeGenerator>(setting, wanted, communicator);
}

}  // namespace spinel
