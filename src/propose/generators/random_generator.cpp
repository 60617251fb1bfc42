#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "crystal/prototype_label.hpp"
#include "propose/candidate_volume.hpp"
#include "propose/generators/candidate_generator.hpp"
#include "propose/generators/own_candidate.hpp"
#include "propose/symmetry/wyckoff_sets.hpp"
#include "stability/composition.hpp"

namespace spinel {

namespace {

constexpr std::int64_t attempts_in_block = 16;

/// What a cell is to hold.
struct Content {
  std::vector<int> element, atoms;
  std::int32_t parent = -1;  // whose content with other elements it is
};

/// Random search: a content, a space group and one of the ways to put the content on its Wyckoff positions are drawn,
/// then cells and free parameters until no two atoms are too near (Pickard & Needs, J. Phys.: Condens. Matter 23,
/// 053201 (2011); with symmetry as Fredericks et al., Comput. Phys. Commun. 261, 107810 (2021)).
class RandomGenerator : public CandidateGenerator {
 public:
  explicit RandomGenerator(const GeneratorSetting& setting)
      : setting_(setting),
        random_(setting.seed, RandomPurpose::proposal),
        matcher_(proposal_matcher(setting.parameters)) {
    for (const std::int64_t number : setting.parameters.space_groups) groups_.push_back(static_cast<int>(number));
    for (int number = 1; number <= 230 && setting.parameters.space_groups.empty(); ++number) groups_.push_back(number);
    for (const std::string& text : setting.parameters.compositions) contents_.push_back(content_of(text));
    if (contents_.empty()) parents_ = setting.parents(counts_);
  }

  bool make(std::int64_t block, std::vector<Attempt>& attempts) override {
    if (contents_.empty() && parents_.empty()) return false;
    for (std::int64_t k = 0; k < attempts_in_block; ++k) attempts.push_back(attempt(block * attempts_in_block + k));
    return true;
  }
  std::int64_t block_size() const override { return attempts_in_block / 2; }

  /// Endless, but not where no attempt can succeed.
  std::int64_t most_in_vain() const override { return 4096; }

 private:
  Content content_of(const std::string& text) const {
    Content content;
    std::int64_t all = 0;
    try {
      for (const auto& part : parse_formula(text).parts) {
        if (part.amount != std::round(part.amount)) fail_input("'{}' is no content of a cell", text);
        if (part.atomic_number > last_with_radius || !setting_.finder.rules().allows(part.atomic_number))
          fail_input("'{}' holds {}, which may not occur", text, element_symbol(part.atomic_number));
        content.element.push_back(part.atomic_number);
        content.atoms.push_back(static_cast<int>(part.amount));
        all += content.atoms.back();
      }
    } catch (const InputError& error) {
      fail_input("&propose compositions: {}", error.what());
    }
    if (all > setting_.parameters.max_atoms || content.element.size() > most_elements)
      fail_input("&propose compositions: '{}' has more than {} atoms or {} elements", text,
                 setting_.parameters.max_atoms, most_elements);
    return content;
  }

  static std::size_t draw(RandomSequence& random, std::size_t n) {
    return std::min(n - 1, static_cast<std::size_t>(random.uniform() * static_cast<double>(n)));
  }

  Content draw_content(RandomSequence& random) const {
    if (!contents_.empty()) return contents_[draw(random, contents_.size())];
    Content content;
    content.parent = parents_[draw(random, parents_.size())];
    const KnownCrystal& parent = setting_.known[content.parent];
    const auto list = setting_.finder.find(parent).found;
    if (list.empty()) return content;
    const Assignment& elements = list[draw(random, list.size())].elements;
    const int repeats = static_cast<int>(parent.n_atoms()) / parent.reduced.front().size();
    for (std::size_t k = 0; k < parent.n_species(); ++k) {
      content.element.push_back(elements[k]);
      content.atoms.push_back(parent.count[k] / repeats);
    }
    return content;
  }

  Attempt attempt(std::int64_t number) {
    const ProposeParameters& p = setting_.parameters;
    RandomSequence random(random_, 2 * setting_.round + 1, static_cast<std::uint64_t>(number));
    Attempt result;
    const Content content = draw_content(random);
    if (content.element.empty()) {
      result.verdict = Verdict::not_neutral;
      return result;
    }
    const SpaceGroup& group = SpaceGroup::of(groups_[draw(random, groups_.size())]);
    WyckoffSets sets(group, content.atoms);
    if (sets.count() == 0.0) {
      result.verdict = Verdict::no_space_group;
      return result;
    }
    double volume = 0.0;
    for (std::size_t k = 0; k < content.element.size(); ++k)
      volume += content.atoms[k] * atomic_volume(content.element[k]);
    result.verdict = Verdict::no_positions;
    for (std::int64_t tries = 0; tries < p.attempts; ++tries) {
      const double factor = p.volume_range[0] + (p.volume_range[1] - p.volume_range[0]) * random.uniform();
      Structure structure;
      if (!place(group, sets.draw(random), content, volume * factor, random, structure)) continue;
      result = own_candidate(setting_, structure, matcher_);
      result.candidate.parent = content.parent;
      break;
    }
    return result;
  }

  /// Atoms on positions with free parameters drawn, in the primitive cell; false where two are too near.
  bool place(const SpaceGroup& group, const std::vector<std::vector<int>>& sets, const Content& content, double volume,
             RandomSequence& random, Structure& structure) const {
    const Mat3 conventional = group.random_cell(random) * std::cbrt(volume * group.centering());
    structure.cell = group.primitive() * conventional;
    const Mat3 to_primitive = to_fractional_matrix(structure.cell);
    std::vector<double> radius;
    for (std::size_t s = 0; s < sets.size(); ++s) {
      const double own = radius_of(content.element[s]);
      const std::int32_t type = add_species(structure, species_from_number(content.element[s]));
      for (const int p : sets[s]) {
        const WyckoffPosition& position = group.positions()[static_cast<std::size_t>(p)];
        const Vec3 free(random.uniform(), random.uniform(), random.uniform());
        const std::size_t first = structure.size();
        for (const Vec3& place : group.places(position, free)) {
          const Vec3 r = to_cartesian(conventional, place);
          // Places that differ by a vector of the lattice are one atom of the primitive cell.
          bool is_image = false;
          for (std::size_t a = first; a < structure.size() && !is_image; ++a) {
            Vec3 apart = to_primitive * (structure.position[a] - r);
            for (int k = 0; k < 3; ++k) apart[k] -= std::nearbyint(apart[k]);
            is_image = apart.cwiseAbs().maxCoeff() < 1e-6;
          }
          if (is_image) continue;
          for (std::size_t a = 0; a < structure.size(); ++a)
            if (nearest(structure.cell, to_primitive, structure.position[a] - r) <
                setting_.parameters.distance_factor * (own + radius[a]))
              return false;
          structure.position.push_back(r);
          structure.type.push_back(type);
          radius.push_back(own);
        }
      }
    }
    return is_wide_enough(structure, radius);
  }

  /// In a cell that is not reduced this may miss a nearer image; is_wide_enough looks again.
  static double nearest(const Mat3& cell, const Mat3& to_fractional, const Vec3& r) {
    Vec3 apart = to_fractional * r;
    for (int k = 0; k < 3; ++k) apart[k] -= std::nearbyint(apart[k]);
    return to_cartesian(cell, apart).norm();
  }

  /// Once more with all images.
  bool is_wide_enough(const Structure& structure, const std::vector<double>& radius) const {
    const double factor = setting_.parameters.distance_factor;
    const std::vector<double> shortest = shortest_distances(structure);
    const std::size_t n = structure.species.size();
    for (std::size_t a = 0; a < structure.size(); ++a)
      for (std::size_t b = a; b < structure.size(); ++b) {
        const auto s = static_cast<std::size_t>(structure.type[a]), t = static_cast<std::size_t>(structure.type[b]);
        if (shortest[s * n + t] < factor * (radius[a] + radius[b])) return false;
      }
    return true;
  }

  GeneratorSetting setting_;
  Random random_;
  StructureMatcher matcher_;
  std::vector<int> groups_;
  std::vector<Content> contents_;
  std::vector<std::int32_t> parents_;
  VerdictCounts counts_{};
};

}  // namespace

std::unique_ptr<CandidateGenerator> random_generator(const GeneratorSetting& setting) {
  return std::make_unique<RandomGenerator>(setting);
}

}  // namespace spinel
