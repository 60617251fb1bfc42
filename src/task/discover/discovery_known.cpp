#include "task/discover/discovery.hpp"

#include <algorithm>
#include <numeric>

#include "core/random.hpp"
#include "core/text.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "stability/entries/entry_file.hpp"
#include "task/discover/discover_entries.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_known = 1500;        // entries that are learned from
constexpr std::uint64_t of_known = 1000000001;  // in the place of a round, of random numbers

/// Elements that all candidates hold.
ElementSet common_elements(const CandidateSource& candidates) {
  ElementSet common;
  for (std::int64_t i = 0; i < candidates.size(); ++i) {
    const ElementSet own = candidates.composition(i).elements();
    if (i == 0) common = own;
    common.low &= own.low;
    common.high &= own.high;
  }
  return common;
}

}  // namespace

/// Collective. The entries that files name.
void Discovery::open_hull() {
  const DiscoverParameters& p = parameters();
  EntryList list;
  list.kind = p.oracle == "potential" ? EnergyKind::total : EnergyKind::formation;
  if (!p.known.empty()) {
    list = shared_entries(context_, "known", p.known);
    if (p.oracle == "potential" && list.kind == EnergyKind::formation)
      fail_key(context_.input, "discover", "known",
               "has formation energies, and the potential gives total ones: they cannot meet in one hull");
    if (list.kind == EnergyKind::formation) add_zero_references(list);
  }
  start_hull_ = std::make_unique<KnownHull>(context_.world, std::move(list));
}

/// Collective. Energies of known structures where a potential gives them, and the hull of all that is known. False
/// where it was stopped.
bool Discovery::compute_known() {
  const DiscoverParameters& p = parameters();
  std::vector<CandidateLabel> computed;
  std::vector<std::string> computed_ids;
  if (!p.known_structures.empty()) {
    std::vector<Structure> structures;
    const std::optional<ElementSet> possible = possible_elements();
    std::int64_t n_left_out = 0;
    SourceOptions options;
    options.read = read_options(p);
    for (const std::string& path : p.known_structures) {
      const auto source = open_list(context_, path, {"discover", "known_structures"}, options);
      for (std::int64_t i = 0; i < source->size(); ++i) {
        Structure structure = source->read(i);
        if (possible && !possible->contains(composition_of(structure).elements())) {
          ++n_left_out;
          continue;
        }
        structures.push_back(std::move(structure));
        if (structures.back().info.count("id") == 0) structures.back().info["id"] = source->default_id(i);
      }
    }
    if (n_left_out > 0)
      echo_line(context_.log, "left out",
                fmt::format("{} known structures, of elements that no candidate can have", grouped(n_left_out)));
    std::vector<std::int64_t> numbers(structures.size());
    std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
    std::vector<std::string> ids;
    for (const Structure& structure : structures) ids.push_back(structure.info.at("id"));
    if (has_two_levels()) oracle_energies_->check(structures);
    auto answer = energies_->compute("known", std::move(structures), numbers);
    if (!answer) return false;
    for (std::size_t k = 0; k < answer->size(); ++k) {
      const CandidateLabel& label = (*answer)[k];
      if (!label.failure.empty()) {
        echo_line(context_.log, "WARNING", fmt::format("{} is not part of the hull: {}", ids[k], label.failure));
        continue;
      }
      start_hull_->add({ids[k], composition_of(label.structure), label.value[0], energies_->level()});
      seen_.keep(label.structure, ids[k]);
      computed.push_back(label);
      computed_ids.push_back(ids[k]);
    }
  }
  const char* key = p.known.empty() ? "known_structures" : "known";
  try {
    on_root(context_.world, [&] {
      EntryList all = start_hull_->entries();
      keep_functional(all, "");
    });
    start_hull_->compute();
  } catch (const InputError& error) {
    fail_key(context_.input, "discover", key, error.what());
  }
  on_root(context_.world, [&] {
    const HullTable& table = start_hull_->table();
    echo_line(context_.log, "known",
              fmt::format("{} entries, {} of them on the hull", grouped(static_cast<std::int64_t>(table.size())),
                          grouped(std::count(table.stable.begin(), table.stable.end(), 1))));
  });
  if (has_two_levels()) {
    open_levels(computed, computed_ids);
    return true;
  }
  hull_ = std::make_unique<KnownHull>(*start_hull_);
  has_hull_ = true;
  learn_from_known(computed);
  return true;
}

/// Collective. Known compounds tell how far others are from the hull: each is measured from the hull of all of other
/// compositions. Those that hold what all candidates hold are taken, and where structures count those that have one.
void Discovery::learn_from_known(const std::vector<CandidateLabel>& computed) {
  std::vector<double> rows;
  const std::size_t width = features_.size() + 2;
  on_root(context_.world, [&] {
    const HullTable& table = start_hull_->table();
    const auto& entries = start_hull_->entries().entries;
    const std::size_t first_computed = entries.size() - computed.size();
    const ElementSet common = common_elements(*candidates_);
    std::vector<std::size_t> usable;
    for (std::size_t e = features_.needs_structure() ? first_computed : 0; e < entries.size(); ++e) {
      const ElementSet own = entries[e].composition.elements();
      if (own.size() > 1 && own.contains(common)) usable.push_back(e);
    }
    const Random random(static_cast<std::uint64_t>(context_.input.control.seed), RandomPurpose::discovery);
    if (usable.size() > most_known) {
      std::vector<std::pair<double, std::size_t>> drawn;
      for (const std::size_t e : usable) drawn.emplace_back(random.uniform4(of_known, e)[0], e);
      std::sort(drawn.begin(), drawn.end());
      usable.clear();
      for (std::size_t k = 0; k < most_known; ++k) usable.push_back(drawn[k].second);
    }
    for (const std::size_t e : usable) {
      std::vector<double> row(width);
      const Structure* structure = e >= first_computed ? &computed[e - first_computed].structure : nullptr;
      try {
        features_.compute(entries[e].composition, structure, row.data());
      } catch (const InputError&) {
        continue;
      }
      const double distance = table.phase_separation_energy[e];
      row[width - 2] = table.formation_energy[e] - distance;
      row[width - 1] = distance;
      rows.insert(rows.end(), row.begin(), row.end());
    }
  });
  context_.world.broadcast(rows);
  const auto n = static_cast<Eigen::Index>(rows.size() / width);
  const Eigen::Map<const Points> all(rows.data(), n, static_cast<Eigen::Index>(width));
  known_feature_ = all.leftCols(all.cols() - 1);
  known_label_ = all.col(all.cols() - 1);
}

}  // namespace spinel
