#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/prototypes.hpp"
#include "propose/candidate_volume.hpp"
#include "propose/oxidation_guess.hpp"
#include "propose/proposal_stream.hpp"

namespace spinel {
namespace {

std::vector<Structure> salts() {
  return {make_prototype("rocksalt", {"Na", "Cl"}, 5.64), make_prototype("cscl", {"Cs", "Cl"}, 4.12),
          make_prototype("fluorite", {"Ca", "F"}, 5.46), make_prototype("perovskite", {"Sr", "Ti", "O"}, 3.9),
          make_prototype("L1_2", {"Ni", "Al"}, 3.57)};
}

struct Known {
  explicit Known(const std::vector<Structure>& structures)
      : crystals(Communicator::world(), {{list(structures), true}}, proposal_matcher({})) {}
  static std::shared_ptr<StructureSource> list(const std::vector<Structure>& structures) {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < structures.size(); ++k) names.push_back(fmt::format("s{}", k));
    return structures_in_memory(structures, names);
  }
  KnownCrystals crystals;
};

std::vector<Proposal> all_of(const ProposeParameters& parameters, const Known& known, std::int64_t segment,
                             ProposalSources sources = {}, std::vector<VerdictCounts>* counts = nullptr,
                             const Communicator& ranks = Communicator::world()) {
  ProposalStream stream(ranks, parameters, known.crystals, sources, 1, 0, parameters.count);
  std::vector<Proposal> all;
  while (static_cast<std::int64_t>(all.size()) < parameters.count) {
    const auto next =
        stream.next(std::min<std::int64_t>(segment, parameters.count - static_cast<std::int64_t>(all.size())),
                    [] { return false; });
    if (counts != nullptr) {
      counts->resize(next->counts.size());
      for (std::size_t g = 0; g < counts->size(); ++g)
        for (std::size_t v = 0; v < n_verdicts; ++v) (*counts)[g][v] += next->counts[g][v];
    }
    if (next->proposals.empty()) break;
    all.insert(all.end(), next->proposals.begin(), next->proposals.end());
  }
  return all;
}

std::string text_of(const Proposal& one, const Known& known) {
  const Structure s = one.candidate.structure(known.crystals);
  std::string text = fmt::format("{} {} {:.17g}", one.generator, s.formula(), s.volume());
  for (const Vec3& r : s.position) text += fmt::format(" {:.17g}", r.sum());
  return text;
}

TEST(ProposalStream, CandidatesAreNewDistinctAndNeutral) {
  const Known known(salts());
  ProposeParameters parameters;
  parameters.generators = {"substitution: 0.3", "prototypes: 0.2", "partial: 0.3", "random: 0.2"};
  parameters.count = 150;
  parameters.max_atoms = 12;
  const auto all = all_of(parameters, known, 64);
  ASSERT_EQ(all.size(), 150u);
  // Every pair by the matcher, in cells of their own.
  StructureMatcher matcher(proposal_matcher(parameters));
  std::vector<ReducedCell> cells;
  for (const Structure& s : salts()) cells.push_back(matcher.reduced(s));
  const std::size_t n_known = cells.size();
  std::set<std::int32_t> generators;
  for (const Proposal& one : all) {
    const Structure s = one.candidate.structure(known.crystals);
    generators.insert(one.generator);
    const auto states = guess_oxidation_states(composition_of(s));
    const bool is_alloy = known_crystal(s, matcher).is_metallic;
    EXPECT_TRUE(states || is_alloy) << s.formula();
    EXPECT_LE(s.size(), 24u);
    cells.push_back(matcher.reduced(s));
    EXPECT_LE(cells.back().size(), 12);
  }
  EXPECT_EQ(generators.size(), 4u);
  for (std::size_t k = n_known; k < cells.size(); ++k)
    for (std::size_t j = 0; j < k; ++j) EXPECT_FALSE(matcher.fit(cells[j], cells[k])) << j << " and " << k;
}

TEST(ProposalStream, RanksAndRestartsDoNotMatter) {
  const Known known(salts());
  ProposeParameters parameters;
  parameters.generators = {"substitution", "prototypes", "partial", "random"};
  parameters.count = 36;
  parameters.max_atoms = 12;
  const auto whole = all_of(parameters, known, 12);  // by all ranks, in segments
  ASSERT_EQ(whole.size(), 36u);
  const auto alone = all_of(parameters, known, 12, {}, nullptr, Communicator::self());
  ASSERT_EQ(alone.size(), 36u);
  const Communicator world = Communicator::world();
  ProposalStream first(world, parameters, known.crystals, {}, 1, 0, parameters.count);
  ByteWriter out;
  put(out, *first.next(12, [] { return false; }));
  put(out, *first.next(12, [] { return false; }));
  const auto bytes = out.take();
  ProposalStream second(world, parameters, known.crystals, {}, 1, 0, parameters.count);
  ByteReader in(bytes);
  std::vector<Proposal> all;
  for (int k = 0; k < 2; ++k) {
    const ProposalSegment segment = get_segment(in);
    all.insert(all.end(), segment.proposals.begin(), segment.proposals.end());
    second.restore(segment);
  }
  const auto last = second.next(12, [] { return false; });
  all.insert(all.end(), last->proposals.begin(), last->proposals.end());
  for (std::size_t k = 0; k < 36; ++k) EXPECT_EQ(text_of(all[k], known), text_of(whole[k], known)) << k;
  for (std::size_t k = 0; k < 36; ++k) EXPECT_EQ(text_of(alone[k], known), text_of(whole[k], known)) << k;
  // What is kept of those that were passed over says the same of what comes.
  ByteWriter passed;
  for (std::size_t k = 0; k < 24; ++k) put_seen(passed, whole[k].candidate);
  const auto seen = passed.take();
  ByteReader next(seen), again_in(bytes);
  ProposalSegment segment = get_segment(again_in);
  segment = get_segment(again_in);  // where the generators stand
  segment.proposals.clear();
  while (!next.is_done()) segment.proposals.push_back({0, get_seen(next)});
  ProposalStream third(world, parameters, known.crystals, {}, 1, 0, parameters.count);
  third.restore(segment);
  const auto same = third.next(12, [] { return false; });
  ASSERT_EQ(same->proposals.size(), 12u);
  for (std::size_t k = 0; k < 12; ++k)
    EXPECT_EQ(text_of(same->proposals[k], known), text_of(whole[24 + k], known)) << k;
  EXPECT_EQ(same->counts, last->counts);
  for (const Proposal& one : whole)
    EXPECT_EQ(reduced_formula(composition_of(one.candidate, known.crystals)),
              reduced_formula(composition_of(one.candidate.structure(known.crystals))));
  // Another round is in another order.
  ProposalStream other(world, parameters, known.crystals, {}, 1, 1, parameters.count);
  const auto again = other.next(12, [] { return false; });
  bool differs = false;
  for (std::size_t k = 0; k < 12; ++k) differs |= text_of(again->proposals[k], known) != text_of(whole[k], known);
  EXPECT_TRUE(differs);
  EXPECT_FALSE(other.next(12, [] { return true; }));
}

TEST(ProposalStream, AListGivesWhatIsNewInIt) {
  const Known known(salts());
  auto list = salts();                                            // all known
  list.push_back(make_prototype("rocksalt", {"K", "Cl"}, 6.29));  // new
  list.push_back(make_prototype("rocksalt", {"K", "Cl"}, 6.35));  // the same again
  list.push_back(make_prototype("rocksalt", {"K", "O"}, 5.0));    // not neutral
  list.push_back(make_prototype("rocksalt", {"Rb", "Cl"}, 0.6));  // too close
  list.push_back(make_prototype("cscl", {"K", "Cl"}, 3.9));       // new
  ProposeParameters parameters;
  parameters.generators = {"structures"};
  parameters.minimum_distance = 0.5;
  std::vector<VerdictCounts> counts;
  const auto all = all_of(parameters, known, 4, {Known::list(list)}, &counts);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].candidate.origin, "s5");
  EXPECT_EQ(all[1].candidate.origin, "s9");
  const auto of = [&](Verdict v) { return counts.at(0)[static_cast<std::size_t>(v)]; };
  EXPECT_EQ(of(Verdict::accepted), 2);
  EXPECT_EQ(of(Verdict::known), 5);
  EXPECT_EQ(of(Verdict::repeated), 1);
  EXPECT_EQ(of(Verdict::not_neutral), 1);
  EXPECT_EQ(of(Verdict::too_close), 1);
}

TEST(ProposalStream, RandomCrystalsKeepTheirDistances) {
  const Known known({});
  ProposeParameters parameters;
  parameters.generators = {"random"};
  parameters.compositions = {"Ti2 O4", "Mg Al2 O4"};
  parameters.count = 20;
  parameters.distance_factor = 0.8;
  for (const Proposal& one : all_of(parameters, known, 20)) {
    const Structure s = one.candidate.structure(known.crystals);
    EXPECT_TRUE(s.size() == 6 || s.size() == 7);
    const auto shortest = shortest_distances(s);
    const std::size_t n = s.species.size();
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b)
        EXPECT_GE(shortest[a * n + b],
                  0.8 * (radius_of(s.species[a].atomic_number) + radius_of(s.species[b].atomic_number)) - 1e-9);
  }
  parameters.compositions = {"Ti0.5 O"};
  EXPECT_THROW(all_of(parameters, known, 20), InputError);
  parameters.compositions = {"Na Cl"};
  parameters.elements = {"Na"};
  EXPECT_THROW(all_of(parameters, known, 20), InputError);
}

}  // namespace
}  // namespace spinel
