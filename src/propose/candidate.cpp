#include "propose/candidate.hpp"

#include "crystal/elements.hpp"

namespace spinel {

namespace {

struct Words {
  const char *name, *meaning;
};

constexpr Words words[n_verdicts] = {
    {"accepted", "new candidates"},
    {"not_neutral", "charges do not add up to 0, or no oxidation states are known"},
    {"element_twice", "two species became the same element"},
    {"not_allowed", "elements that may not occur, or that are missing"},
    {"too_many_atoms", "more atoms than max_atoms"},
    {"too_close", "atoms nearer than minimum_distance"},
    {"no_positions", "no positions with the least distances were found in a space group"},
    {"no_space_group", "no Wyckoff positions of a space group hold the content of the cell"},
    {"cut", "beyond the limits of one parent: colorings, or substitutions (counted as one)"},
    {"not_made", "the generator failed, or the structure could not be read"},
    {"known", "is one of the known crystals"},
    {"repeated", "is an earlier candidate"},
};

}  // namespace

const char* name(Verdict verdict) { return words[static_cast<std::size_t>(verdict)].name; }
const char* meaning(Verdict verdict) { return words[static_cast<std::size_t>(verdict)].meaning; }

Structure Candidate::structure(const KnownCrystals& known) const {
  if (!own) return substituted(known[parent], elements, scale);
  Structure structure;
  structure.cell = own->cell;
  structure.position = own->position;
  for (const std::uint8_t z : own->element) structure.species.push_back(species_from_number(z));
  structure.type.assign(own->type.begin(), own->type.end());
  return structure;
}

void put(ByteWriter& out, const Attempt& attempt) {
  out.put(attempt.verdict);
  out.put(attempt.times);
  if (attempt.verdict != Verdict::accepted) return;
  const Candidate& c = attempt.candidate;
  out.put(c.parent);
  out.put(c.elements);
  out.put(c.scale);
  out.put(c.probability);
  out.put(c.origin);
  out.put(c.own != nullptr);
  if (c.own) out.put(*c.own);
}

Attempt get_attempt(ByteReader& in) {
  Attempt attempt;
  in.get(attempt.verdict);
  in.get(attempt.times);
  if (attempt.verdict != Verdict::accepted) return attempt;
  Candidate& c = attempt.candidate;
  in.get(c.parent);
  in.get(c.elements);
  in.get(c.scale);
  in.get(c.probability);
  in.get(c.origin);
  if (in.get<bool>()) {
    auto own = std::make_shared<KnownCrystal>();
    in.get(*own);
    c.own = std::move(own);
  }
  return attempt;
}

void put_seen(ByteWriter& out, const Candidate& candidate) {
  out.put(candidate.own != nullptr);
  if (candidate.own) {
    out.put(candidate.own->element);
    out.put(candidate.own->count);
    out.put(candidate.own->reduced);
  } else {
    out.put(candidate.parent);
    out.put(candidate.elements);
  }
}

Candidate get_seen(ByteReader& in) {
  Candidate candidate;
  if (in.get<bool>()) {
    auto own = std::make_shared<KnownCrystal>();
    in.get(own->element);
    in.get(own->count);
    in.get(own->reduced);
    candidate.own = std::move(own);
  } else {
    in.get(candidate.parent);
    in.get(candidate.elements);
  }
  return candidate;
}

Composition composition_of(const Candidate& candidate, const KnownCrystals& known) {
  const KnownCrystal& crystal = candidate.own ? *candidate.own : known[candidate.parent];
  Composition composition;
  for (std::size_t k = 0; k < crystal.n_species(); ++k)
    composition.add(candidate.own ? crystal.element[k] : candidate.elements[k], crystal.count[k]);
  return composition;
}

}  // namespace spinel
