#include "crystal/formats/cif/cif_sites.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

constexpr double one_place = 0.02;  // Å, within which sites are at one place
constexpr double full = 1e-3;       // by which a full occupancy may be off one

class SiteReader {
 public:
  SiteReader(const CifReading& reading, const Mat3& cell) : r_(reading), cell_(cell) {}

  CifSites read() {
    read_sites();
    merge_shared_sites();
    return std::move(out_);
  }

 private:
  void read_sites() {
    const CifLoop* loop = r_.block.loop_with("_atom_site_fract_x");
    CifLoop alone;
    if (loop == nullptr && r_.block.find("_atom_site_fract_x") != nullptr) {
      // A single atom needs no loop.
      for (const auto& [tag, value] : r_.block.pairs)
        if (tag.substr(0, 10) == "_atom_site") {
          alone.tags.push_back(tag);
          alone.values.push_back(value);
          alone.line = value.line;
        }
      loop = &alone;
    }
    if (loop == nullptr) {
      if (r_.block.loop_with("_atom_site_cartn_x") != nullptr)
        r_.fail_at(r_.block.line, "the sites of block '{}' have Cartesian coordinates; fractional ones are needed",
                   r_.block.name);
      r_.fail_at(r_.block.line, "no data block has atoms with fractional coordinates");
    }
    out_.line = loop->line;
    enum { X, Y, Z, label, type, occupancy, flag, hydrogens };
    const char* tags[] = {"_atom_site_fract_x",   "_atom_site_fract_y",           "_atom_site_fract_z",
                          "_atom_site_label",     "_atom_site_type_symbol",       "_atom_site_occupancy",
                          "_atom_site_calc_flag", "_atom_site_attached_hydrogens"};
    int column[8];
    for (int k = 0; k < 8; ++k) column[k] = loop->column(tags[k]);
    for (int k = X; k <= Z; ++k)
      if (column[k] < 0) r_.fail_at(out_.line, "the sites have no {}", tags[k]);
    if (column[label] < 0 && column[type] < 0)
      r_.fail_at(out_.line, "the sites have neither _atom_site_label nor _atom_site_type_symbol");
    for (std::size_t row = 0; row < loop->n_rows(); ++row) {
      const auto text = [&](int k) -> std::string_view {
        return column[k] < 0 ? std::string_view() : std::string_view(loop->at(row, column[k]).text);
      };
      const int line = loop->at(row, 0).line;
      if (lower_case(text(flag)) == "dum") continue;
      CifSite site;
      site.label = text(label).empty() ? fmt::format("number {}", row + 1) : std::string(text(label));
      if (!text(occupancy).empty()) {
        site.occupancy = cif_number(text(occupancy));
        if (!std::isfinite(site.occupancy) || site.occupancy < 0.0)
          r_.fail_at(line, "site {} has the occupancy '{}', which is no number", site.label, text(occupancy));
      }
      if (site.occupancy < 1e-6) {
        r_.warn_of("sites of occupancy 0 are left out");
        continue;
      }
      for (int k = X; k <= Z; ++k) {
        if (text(k).empty()) r_.fail_at(line, "site {} has no coordinate {} ('?' or '.')", site.label, "xyz"[k]);
        const double x = cif_number(text(k));
        if (!(std::abs(x) < 1e6)) r_.fail_at(line, "site {} has the coordinate '{}'", site.label, text(k));
        site.fractional[k] = x;
      }
      read_meaning(site, std::string(text(label)), std::string(text(type)), line);
      if (const double n = cif_number(text(hydrogens)); n > 0.0) site.meaning.hydrogens = static_cast<int>(n);
      out_.sites.push_back(std::move(site));
    }
    if (out_.sites.empty()) r_.fail_at(out_.line, "the loop of sites has no atoms");
    read_moments();
  }

  void read_meaning(CifSite& site, const std::string& label, const std::string& type, int line) {
    try {
      const auto of_label = r_.options.type_map.find(label);
      site.is_typed = !type.empty() && of_label == r_.options.type_map.end();
      site.meaning = meaning_of_site(site.is_typed ? type : label, site.is_typed, r_.options);
      // A type that says nothing ('T', 'M1') may stand beside a label that does.
      if (site.is_typed && site.meaning.candidates.empty() && site.meaning.shared.empty() && !label.empty())
        site.meaning.is_clear = false;
    } catch (const InputError& error) {
      r_.fail_at(line, "site {}: {}", site.label, error.what());
    }
  }

  void read_moments() {
    const CifLoop* loop = r_.block.loop_with("_atom_site_moment_crystalaxis_x");
    if (loop == nullptr) return;
    const int label = loop->column("_atom_site_moment_label");
    const int x = loop->column("_atom_site_moment_crystalaxis_x"), y = loop->column("_atom_site_moment_crystalaxis_y"),
              z = loop->column("_atom_site_moment_crystalaxis_z");
    if (label < 0 || y < 0 || z < 0) return;
    for (std::size_t row = 0; row < loop->n_rows(); ++row)
      for (CifSite& site : out_.sites) {
        if (site.label != loop->at(row, label).text) continue;
        const Vec3 moment = {cif_number(loop->at(row, x).text), cif_number(loop->at(row, y).text),
                             cif_number(loop->at(row, z).text)};
        if (moment.allFinite()) site.moment = moment;
      }
  }

  /// Sites at one place are one site with several elements, or with one element of which there are several ions.
  void merge_shared_sites() {
    std::vector<std::vector<std::size_t>> places;
    std::vector<CifSite> result;
    std::vector<std::size_t> partial;
    for (std::size_t i = 0; i < out_.sites.size(); ++i)
      if (out_.sites[i].occupancy < 1.0 - full || !out_.sites[i].meaning.shared.empty()) partial.push_back(i);
    if (partial.empty()) return;
    std::vector<char> is_taken(out_.sites.size(), 0);
    for (const std::size_t i : partial) {
      if (is_taken[i] != 0) continue;
      std::vector<std::size_t>& place = places.emplace_back();
      for (const std::size_t j : partial)
        if (is_taken[j] == 0 && image_distance(cell_, out_.sites[i].fractional, out_.sites[j].fractional) < one_place) {
          is_taken[j] = 1;
          place.push_back(j);
        }
    }
    std::vector<char> keep(out_.sites.size(), 1);
    for (const auto& place : places) resolve(place, keep);
    for (std::size_t i = 0; i < out_.sites.size(); ++i)
      if (keep[i] != 0) result.push_back(std::move(out_.sites[i]));
    out_.sites = std::move(result);
    if (out_.sites.empty()) r_.fail_at(out_.line, "the loop of sites has no atoms");
  }

  void resolve(const std::vector<std::size_t>& place, std::vector<char>& keep) {
    std::vector<SitePart> parts;
    for (const std::size_t i : place) {
      const CifSite& site = out_.sites[i];
      for (const auto& [species, share] : site.meaning.shared) parts.push_back({species, share * site.occupancy});
      if (!site.meaning.shared.empty()) continue;
      if (site.meaning.candidates.empty())
        r_.fail_at(out_.line, "site {} has the occupancy {:.6g}, and no element", site.label, site.occupancy);
      parts.push_back({site.meaning.candidates[0], site.occupancy});
    }
    for (const std::size_t i : place) keep[i] = 0;
    CifSite& first = out_.sites[place[0]];
    SiteContent content;
    try {
      content = content_of_site(parts, "site " + first.label, r_.options, r_.block.warnings);
    } catch (const InputError& error) {
      r_.fail_at(out_.line, "{}", error.what());
    }
    out_.is_disordered = out_.is_disordered || content.is_disordered;
    if (!content.species) return;
    keep[place[0]] = 1;
    first.occupancy = 1.0;
    first.meaning.candidates = {*content.species};
    first.meaning.is_clear = true;
    first.meaning.shared.clear();
    first.parts = std::move(content.parts);
  }

  const CifReading& r_;
  Mat3 cell_;
  CifSites out_;
};

}  // namespace

CifSites read_cif_sites(const CifReading& reading, const Mat3& cell) { return SiteReader(reading, cell).read(); }

double image_distance(const Mat3& cell, const Vec3& a, const Vec3& b) {
  Vec3 d = a - b;
  for (double& x : d) x -= std::round(x);
  return to_cartesian(cell, d).norm();
}

}  // namespace spinel
