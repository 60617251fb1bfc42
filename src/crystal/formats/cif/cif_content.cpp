#include "crystal/formats/cif/cif_content.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "crystal/closest_pair.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/cif/cif_cell.hpp"
#include "crystal/formats/cif/cif_operations.hpp"
#include "crystal/formats/cif/cif_sites.hpp"
#include "crystal/formats/cif/cif_symmetry.hpp"
#include "crystal/formats/ordered_supercell.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

constexpr double merge_distance = 0.2;      // Å, of images that are one atom
constexpr double rounding_distance = 0.02;  // Å, that digits left off may account for
constexpr std::size_t most_choices = 4096;  // of elements for labels that leave them open

struct Image {
  Vec3 fractional;
  std::size_t operation;
};

Vec3 wrapped(Vec3 s) {
  for (double& x : s) {
    x -= std::floor(x);
    if (x >= 1.0) x = 0.0;
  }
  return s;
}

class ContentReader {
 public:
  explicit ContentReader(const CifReading& reading) : r_(reading) {}

  Structure read() {
    parameters_ = read_cif_cell(r_);
    cell_ = cell_from_parameters(parameters_);
    read_formula();
    CifSites found = read_cif_sites(r_, cell_);
    sites_ = std::move(found.sites);
    sites_line_ = found.line;
    is_disordered_ = found.is_disordered;
    symmetries_ = read_cif_symmetries(r_, parameters_);
    choose(symmetries_.meant);
    return assemble();
  }

 private:
  void read_formula() {
    const CifValue* value = r_.find({"_chemical_formula_sum"});
    if (value == nullptr) return;
    formula_ = parse_cif_formula(value->text);
    formula_text_ = value->text;
    if (const CifValue* z = r_.find({"_cell_formula_units_z"})) {
      const double n = cif_number(z->text);
      if (std::isfinite(n) && n > 0.0) units_ = n;
    }
  }

  FormulaMatch compare(const CifFormula& content) const {
    const FormulaMatch as_stated = compare_with_formula(content, *formula_, units_);
    if (as_stated != FormulaMatch::other || units_ <= 1.0) return as_stated;
    // Some write the content of the whole cell as the formula, and Z of the reduced one beside it.
    for (const auto& [z, n] : *formula_)
      if (std::abs(n / units_ - std::round(n / units_)) > 1e-6) return as_stated;
    return compare_with_formula(content, *formula_, 1.0);
  }

  std::string stated() const {
    return units_ > 0.0 ? fmt::format("{:.6g} × '{}'", units_, formula_text_) : fmt::format("'{}'", formula_text_);
  }

  std::vector<Image> images_of(const CifSite& site, const CifSymmetry& symmetry, bool& is_merged) const {
    // The site itself first: a special position keeps the digits of the file.
    std::vector<Image> images = {{wrapped(site.fractional), symmetry.operations.size()}};
    for (std::size_t o = 0; o < symmetry.operations.size(); ++o) {
      const SymmetryOperation& operation = symmetry.operations[o];
      const Vec3 s = wrapped(operation.rotation * site.fractional + operation.translation);
      double nearest = merge_distance;
      for (const Image& other : images) nearest = std::min(nearest, image_distance(cell_, s, other.fractional));
      if (nearest >= merge_distance)
        images.push_back({s, o});
      else if (nearest > rounding_distance)
        is_merged = true;
    }
    return images;
  }

  /// Chooses symmetry and elements so that the content is what the block says of it, or says what does not fit.
  void choose(const std::vector<CifSymmetry>& symmetries) {
    std::vector<const CifSymmetry*> fitting;
    std::string misfit;
    for (const CifSymmetry& symmetry : symmetries) {
      const auto bad =
          std::find_if(symmetry.operations.begin(), symmetry.operations.end(),
                       [&](const SymmetryOperation& operation) { return !keeps_metric(operation, cell_); });
      if (bad == symmetry.operations.end())
        fitting.push_back(&symmetry);
      else if (misfit.empty())
        misfit = fmt::format("{} does not fit the cell ({:.6g} {:.6g} {:.6g} Å, {:.6g} {:.6g} {:.6g}°)",
                             symmetry.origin, parameters_.a, parameters_.b, parameters_.c, parameters_.alpha,
                             parameters_.beta, parameters_.gamma);
    }
    if (fitting.empty()) {
      if (r_.options.trust != Trust::sites)
        r_.fail_at(sites_line_, "{}; trust = 'sites' takes the sites as they are listed", misfit);
      r_.warn_of(misfit + ": the sites are taken as they are listed");
      only_listed_ = {"no symmetry", {{Mat3::Identity(), Vec3::Zero()}}, {}, 1};
      fitting.push_back(&only_listed_);
    } else if (!misfit.empty()) {
      r_.warn_of(misfit);
    }
    // Contents by symmetry, each with the elements that fit the formula best.
    std::vector<Choice> good, all;
    std::string overlap;
    for (const CifSymmetry* symmetry : fitting) {
      Choice choice = choose_elements(*symmetry);
      if (!choice.overlap.empty()) {
        if (overlap.empty()) overlap = choice.overlap;
        continue;
      }
      if (choice.match && *choice.match != FormulaMatch::other) good.push_back(choice);
      all.push_back(std::move(choice));
    }
    if (all.empty()) r_.fail_at(sites_line_, "{}", overlap);
    const std::vector<Choice>& among = good.empty() ? all : good;
    if (formula_ && good.empty()) no_match(among[0]);
    const Choice& chosen = among[0];
    for (std::size_t k = 1; k < among.size(); ++k)
      if (r_.options.trust == Trust::both && !same_content(chosen, among[k]))
        fail_disagreeing(*chosen.symmetry, *among[k].symmetry);
    if (all.size() > 1 && good.size() == 1)
      r_.warn_of(fmt::format("{} is taken, which gives the formula", chosen.symmetry->origin));
    if (symmetries_.number_alone && (good.empty() || !formula_))
      r_.fail_at(sites_line_,
                 "{} may be meant in another setting, and there is no formula to tell; a loop of the symmetry "
                 "operations would do",
                 chosen.symmetry->origin);
    if (!chosen.open_label.empty()) fail_open(chosen);
    for (std::size_t i = 0; i < sites_.size(); ++i) sites_[i].species = chosen.species[i];
    images_ = chosen.images;
    symmetry_ = *chosen.symmetry;
    if (chosen.is_listed_twice) r_.warn_of("sites of one element that lie at one place are one atom");
    if (chosen.is_merged) r_.warn_of("images of a site that lie within 0.2 Å of each other are taken for one atom");
    check_group(chosen);
    tell_hydrogen(chosen);
  }

  [[noreturn]] void fail_disagreeing(const CifSymmetry& a, const CifSymmetry& b) const {
    const std::string would = "the formula does not tell which is meant; a loop of its symmetry operations would do";
    if (a.number == b.number)
      r_.fail_at(sites_line_, "the space group has two origins in use: {} or {}? {}", a.origin, b.origin, would);
    r_.fail_at(sites_line_, "{} and {} contradict each other, and {}", a.origin, b.origin, would);
  }

  struct Choice {
    const CifSymmetry* symmetry = nullptr;
    std::vector<std::vector<Image>> images;  // [site]
    std::vector<Species> species;            // [site]
    CifFormula content;
    std::optional<FormulaMatch> match;  // where there is a formula
    std::string open_label;             // a site whose element nothing decides
    std::string overlap;                // two sites of different elements at one place
    bool is_merged = false;             // images that are not quite at one place are one atom
    bool is_listed_twice = false;       // sites are left out that are images of others
  };

  CifFormula content_of(const Choice& choice, const std::vector<Species>& species) const {
    CifFormula content;
    for (std::size_t i = 0; i < sites_.size(); ++i)
      content[species[i].atomic_number] += static_cast<double>(choice.images[i].size());
    return content;
  }

  /// The elements a site may have; with a formula, those in it where there are some.
  std::vector<Species> candidates_of(const CifSite& site) const {
    if (!formula_ || is_disordered_ || r_.options.allow_labels) return site.meaning.candidates;
    if (site.is_typed && site.meaning.is_clear) return site.meaning.candidates;
    std::vector<Species> in_formula;
    for (const Species& species : site.meaning.candidates)
      if (formula_->count(species.atomic_number) > 0) in_formula.push_back(species);
    if (!in_formula.empty()) return in_formula;
    // 'T1', 'M', also 'Ow' of a formula in which there is no such element.
    if (!site.meaning.candidates.empty() && site.meaning.is_clear && r_.options.trust != Trust::formula)
      return site.meaning.candidates;
    for (const auto& [z, n] : *formula_)
      if (z != 1) in_formula.push_back(species_from_number(z));
    return in_formula;
  }

  Choice choose_elements(const CifSymmetry& symmetry) {
    Choice choice;
    choice.symmetry = &symmetry;
    for (const CifSite& site : sites_) choice.images.push_back(images_of(site, symmetry, choice.is_merged));
    merge_same_sites(choice);
    std::vector<std::vector<Species>> candidates;
    choice.species.resize(sites_.size());
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      candidates.push_back(candidates_of(sites_[i]));
      if (candidates[i].empty()) {
        choice.open_label = sites_[i].label;
        return choice;
      }
      choice.species[i] = candidates[i][0];
      const bool decided = candidates[i].size() == 1 || sites_[i].meaning.is_clear;
      if (!decided && choice.open_label.empty()) choice.open_label = sites_[i].label;
    }
    choice.content = content_of(choice, choice.species);
    if (!formula_ || is_disordered_ || r_.options.allow_labels) return choice;
    choice.match = compare(choice.content);
    if (choice.open_label.empty() && *choice.match != FormulaMatch::other) return choice;
    // What stands for the letters of a label is the same for all sites that have them, or else for each by itself.
    if (!search(choice, candidates, true)) search(choice, candidates, false);
    return choice;
  }

  static std::string letters_of(const std::string& label) {
    std::size_t n = 0;
    while (n < label.size() && ((label[n] | 0x20) >= 'a' && (label[n] | 0x20) <= 'z')) ++n;
    return label.substr(0, n);
  }

  /// Looks for the one assignment of elements that gives the formula.
  bool search(Choice& choice, const std::vector<std::vector<Species>>& candidates, bool by_letters) const {
    std::map<std::string, std::vector<std::size_t>> groups;  // sites with one choice
    for (std::size_t i = 0; i < sites_.size(); ++i)
      if (candidates[i].size() > 1)
        groups[by_letters ? letters_of(sites_[i].label) : fmt::format("{} {}", sites_[i].label, i)].push_back(i);
    std::vector<const std::vector<std::size_t>*> group;
    std::size_t n = 1;
    for (const auto& [letters, sites] : groups) {
      group.push_back(&sites);
      n *= candidates[sites[0]].size();
      if (n > most_choices) return false;
    }
    int found = 0;
    std::vector<Species> best;
    for (std::size_t code = 0; code < n; ++code) {
      std::vector<Species> species = choice.species;
      std::size_t rest = code;
      bool same_width = true;
      for (const auto* sites : group) {
        const std::size_t width = candidates[sites->front()].size();
        for (const std::size_t i : *sites) {
          same_width = same_width && candidates[i].size() == width;
          species[i] = candidates[i][std::min(rest % width, candidates[i].size() - 1)];
        }
        rest /= width;
      }
      if (!same_width || compare(content_of(choice, species)) == FormulaMatch::other) continue;
      ++found;
      best = std::move(species);
    }
    if (found != 1) return false;
    choice.species = best;
    choice.content = content_of(choice, best);
    choice.match = compare(choice.content);
    choice.open_label.clear();
    return true;
  }

  /// Sites that are listed more than once, or besides their images: the later ones are left out.
  void merge_same_sites(Choice& choice) const {
    while (true) {
      Structure all;
      all.cell = cell_;
      std::vector<std::size_t> site_of;
      for (std::size_t i = 0; i < sites_.size(); ++i)
        for (const Image& image : choice.images[i]) {
          all.position.push_back(to_cartesian(cell_, image.fractional));
          all.type.push_back(0);
          site_of.push_back(i);
        }
      const ClosestPair pair = closest_pair(all);
      if (!(pair.distance < merge_distance) || pair.first == pair.second) return;
      const std::size_t a = std::min(site_of[pair.first], site_of[pair.second]),
                        b = std::max(site_of[pair.first], site_of[pair.second]);
      const auto& of_a = sites_[a].meaning.candidates;
      const auto& of_b = sites_[b].meaning.candidates;
      if (a == b || of_a.empty() || of_b.empty() || of_a[0].atomic_number != of_b[0].atomic_number) {
        choice.overlap = fmt::format("sites {} and {} lie at one place ({:.3g} Å apart), but are not of one element",
                                     sites_[a].label, sites_[b].label, pair.distance);
        return;
      }
      choice.images[b].clear();
      choice.is_listed_twice = true;
    }
  }

  static bool same_content(const Choice& a, const Choice& b) {
    // Two origins give different crystals where the same number of atoms lies elsewhere.
    if (a.symmetry->number != b.symmetry->number || a.content != b.content) return false;
    for (std::size_t i = 0; i < a.images.size(); ++i)
      for (const Image& image : a.images[i]) {
        bool found = false;
        for (const Image& other : b.images[i])
          found = found || (image.fractional - other.fractional).cwiseAbs().maxCoeff() < 1e-3;
        if (!found) return false;
      }
    return true;
  }

  void no_match(const Choice& choice) {
    if (!choice.match) return;
    if (!choice.open_label.empty() && r_.options.trust != Trust::sites) fail_open(choice);
    const std::string what =
        fmt::format("the cell holds {}, but {} {} stated", formula_text(choice.content), stated(),
                    units_ > 0.0 ? "(Z × _chemical_formula_sum) are" : "(_chemical_formula_sum) is");
    if (r_.options.trust != Trust::sites)
      r_.fail_at(sites_line_, "{}; trust = 'sites'{} decides", what,
                 r_.options.trust == Trust::formula ? " alone" : " or 'formula'");
    r_.warn_of(what);
  }

  [[noreturn]] void fail_open(const Choice& choice) const {
    const CifSite* open = nullptr;
    for (const CifSite& site : sites_)
      if (site.label == choice.open_label) open = &site;
    std::string may;
    for (const Species& species : open->meaning.candidates) may += (may.empty() ? "" : " or ") + species.symbol;
    r_.fail_at(sites_line_, "site {}: {}, and {}; _atom_site_type_symbol or type_map = '{}: …' would tell", open->label,
               may.empty() ? "its label is no element" : "its label may be " + may,
               formula_ ? fmt::format("the formula {} does not decide", stated()) : "there is no formula to decide",
               open->label);
  }

  /// A list with fewer operations than the named group has is right where all atoms of the cell are listed.
  void check_group(const Choice& choice) {
    if (symmetries_.beside_list.empty() || choice.symmetry->number != 0) return;
    const CifSymmetry* likely = nullptr;
    for (const CifSymmetry& group : symmetries_.beside_list) {
      const bool fits = std::all_of(group.operations.begin(), group.operations.end(),
                                    [&](const auto& operation) { return keeps_metric(operation, cell_); });
      if (!fits || group.operations.size() <= choice.symmetry->operations.size()) return;
      if (is_invariant(choice, group)) return;
      if (likely == nullptr) likely = &group;
    }
    // Formula and Z together say how many atoms there are.
    if (choice.match && units_ > 0.0 && *choice.match != FormulaMatch::other) return;
    const std::string what =
        fmt::format("{} has {} operations, but the list has {}, and the {} atoms of the cell do not have the others",
                    likely->origin, likely->operations.size(), choice.symmetry->operations.size(), count_of(choice));
    if (r_.options.trust == Trust::both)
      r_.fail_at(sites_line_, "{}; trust = 'sites' takes the list, 'formula' the group", what);
    r_.warn_of(what);
  }

  static std::size_t count_of(const Choice& choice) {
    std::size_t n = 0;
    for (const auto& images : choice.images) n += images.size();
    return n;
  }

  bool is_invariant(const Choice& choice, const CifSymmetry& group) const {
    constexpr std::size_t enough = 20;  // sites; one that is not invariant proves it
    for (std::size_t i = 0; i < std::min(sites_.size(), enough); ++i)
      for (const SymmetryOperation& operation : group.operations) {
        const Vec3 s = wrapped(operation.rotation * sites_[i].fractional + operation.translation);
        bool found = false;
        for (std::size_t j = 0; j < sites_.size() && !found; ++j)
          found = choice.species[j].symbol == choice.species[i].symbol &&
                  std::any_of(choice.images[j].begin(), choice.images[j].end(), [&](const Image& image) {
                    return image_distance(cell_, s, image.fractional) < merge_distance;
                  });
        if (!found) return false;
      }
    return true;
  }

  void tell_hydrogen(const Choice& choice) {
    int implied = 0;
    for (const CifSite& site : sites_) implied = std::max(implied, site.meaning.hydrogens);
    const bool has_hydrogen = choice.content.count(1) > 0;
    if ((choice.match && *choice.match == FormulaMatch::lacks_hydrogen) || (implied > 0 && !has_hydrogen))
      r_.warn_of("hydrogen atoms of the compound have no sites in the file");
  }

  Structure assemble() {
    Structure structure;
    structure.cell = cell_;
    structure.info["data_block"] = r_.block.name;
    std::vector<DisorderedGroup> disordered;
    const bool magnetic =
        std::any_of(sites_.begin(), sites_.end(), [](const CifSite& site) { return site.moment.has_value(); });
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      if (images_[i].empty()) continue;
      const std::int32_t type = add_species(structure, sites_[i].species);
      if (!sites_[i].parts.empty()) disordered.push_back({{}, sites_[i].parts});
      for (const Image& image : images_[i]) {
        structure.position.push_back(to_cartesian(structure.cell, image.fractional));
        if (!sites_[i].parts.empty()) disordered.back().atoms.push_back(structure.type.size());
        structure.type.push_back(type);
        if (magnetic) structure.magnetic_moment.push_back(moment_of(sites_[i], image.operation));
      }
    }
    structure.warnings = r_.block.warnings;
    if (!disordered.empty()) {
      try {
        structure = ordered_supercell(structure, disordered, r_.options.disorder_seed);
      } catch (const InputError& error) {
        r_.fail_at(sites_line_, "{}", error.what());
      }
    }
    regularize_cell(structure, r_.file);
    return structure;
  }

  /// Of an image: axial vectors turn with the determinant, and with time reversal.
  Vec3 moment_of(const CifSite& site, std::size_t operation) const {
    if (!site.moment) return Vec3::Zero();
    const Vec3 lengths = {cell_.row(0).norm(), cell_.row(1).norm(), cell_.row(2).norm()};
    Vec3 fractional = site.moment->cwiseQuotient(lengths);
    if (operation < symmetry_.operations.size()) {
      const Mat3& rotation = symmetry_.operations[operation].rotation;
      const double sign = symmetry_.time_reversal.empty() ? 1.0 : symmetry_.time_reversal[operation];
      fractional = sign * rotation.determinant() * (rotation * fractional);
    }
    return to_cartesian(cell_, fractional);
  }

  const CifReading& r_;
  CellParameters parameters_;
  Mat3 cell_;
  std::optional<CifFormula> formula_;
  std::string formula_text_;
  double units_ = 0.0;  // Z; 0: not given
  std::vector<CifSite> sites_;
  int sites_line_ = 1;
  bool is_disordered_ = false;
  CifSymmetries symmetries_;
  CifSymmetry symmetry_, only_listed_;
  std::vector<std::vector<Image>> images_;  // [site]
};

}  // namespace

Structure structure_of_cif(CifBlock block, const std::string& name, const ReadOptions& options) {
  const CifReading reading = {block, name, options};
  return ContentReader(reading).read();
}

}  // namespace spinel
