#include "task/discover/discover_results.hpp"

#include <cmath>
#include <limits>

#include "crystal/formats/xyz/extended_xyz.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "stability/entries/hull_file.hpp"
#include "task/discover/discover_candidates.hpp"
#include "task/discover/screen/screen_results.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double of_nine_tenths = 1.6448536269514722;  // sigma to either side that 90 % of normal numbers lie within
constexpr std::size_t longest_list = 25;               // hits that are printed

}  // namespace

void DiscoverResults::write(bool complete) {
  collect();
  if (d_.has_hull_) measure_final_hull();
  count_table_hits();
  if (d_.has_hull_) d_.hull_->compute();
  ResultFile file(d_.context_.world, d_.files_.result);
  on_root(d_.context_.world, [&] {
    d_.files_.make_folder();
    std::int64_t hits = 0, calls = 0;
    for (DiscoverRoundRow& round : rounds_) {
      for (const DiscoverRow& row : rows_)
        if (row.round == round.round) round.n_hits += row.hit ? 1 : 0;
      hits += round.n_hits;
      calls += round.n_asked;
      round.n_hits_so_far = hits;
      round.n_calls = calls;
    }
    Table<DiscoverRoundRow> table;
    using R = DiscoverRoundRow;
    table.column("round", "", "0: what was asked for first", &R::round).shown("round");
    table.column("n_open", "", "candidates that might have been chosen", &R::n_open).shown("open");
    table.column("n_calls", "", "labels asked for so far", &R::n_calls).shown("calls");
    table.column("n_asked", "", "labels asked for", &R::n_asked).shown("asked");
    table.column("n_failed", "", "labels that the oracle could not give", &R::n_failed).shown("failed");
    if (d_.has_two_levels())
      table.column("n_references", "", "known structures that the oracle computed beside them", &R::n_references)
          .shown("references");
    table.column("n_hits", "", "hits among them", &R::n_hits).shown("hits");
    table.column("n_hits_so_far", "", "hits of all rounds so far", &R::n_hits_so_far).shown("so far");
    table
        .column("mean_error", "", "mean absolute error of the first target, predicted before the labels",
                &R::mean_error)
        .shown("error");
    table.column("coverage", "", "share of labels within the interval that 90 % should be in", &R::coverage)
        .shown("in 90 %", 2);
    table.column("choice_seconds", "s", "time to choose; with two levels also to relax what is new", &R::choice_seconds)
        .shown("choice", 1);
    table.column("label_seconds", "s", "time of the oracle", &R::label_seconds).shown("oracle", 1);
    if (const auto* proposed = dynamic_cast<const ProposedCandidates*>(d_.candidates_.get()))
      write_screen(*proposed, file);
    if (!rounds_.empty()) {
      d_.context_.log.line();
      d_.context_.log.line(table.text(rounds_));
      table.write(file, "/rounds", rounds_);
      label_table().write(file, "/labels", rows_);
      std::vector<std::string> names = d_.parameters().targets;
      if (names.empty()) names.emplace_back("energy");
      file.write_texts("/targets", names, "what labels are, in the order of columns");
      std::int64_t n_pool = d_.candidates_->size();
      file.write("/n_candidates", n_pool, {"", "candidates of all rounds"});
      file.write("/n_possible_hits", n_possible_, {"", "hits among all candidates; -1: not known"});
      if (d_.parameters().csv) label_table().write_csv(d_.labels_file_, rows_);
      if (d_.has_hull_) write_hulls(file);
      if (d_.has_two_levels()) write_levels(file);
      write_hits();
      report();
    }
  });
  write_header(file, d_.context_, complete);
  file.save();
}

/// On all ranks.
void DiscoverResults::collect() {
  for (std::size_t r = 0; r < d_.rounds_.size(); ++r) {
    const auto& round = d_.rounds_[r];
    if (!round.labels || round.choice.chosen.empty()) continue;
    DiscoverRoundRow& row = rounds_.emplace_back();
    row.round = static_cast<std::int64_t>(r);
    row.n_open = round.choice.n_open;
    row.n_asked = static_cast<std::int64_t>(round.choice.chosen.size());
    row.choice_seconds = round.choice.seconds;
    row.label_seconds = round.labels->seconds;
    row.n_references = static_cast<std::int64_t>(round.labels->references.size());
    double error = 0.0;
    std::int64_t n_predicted = 0, n_within = 0;
    for (std::size_t k = 0; k < round.choice.chosen.size(); ++k) {
      const ChosenCandidate& chosen = round.choice.chosen[k];
      const CandidateLabel& label = round.labels->labels[k];
      DiscoverRow& one = rows_.emplace_back();
      one.round = row.round;
      one.call = static_cast<std::int64_t>(rows_.size());
      one.candidate = chosen.candidate;
      one.id = d_.candidates_->id(chosen.candidate);
      one.formula = reduced_formula(d_.candidates_->composition(chosen.candidate));
      one.failure = label.failure;
      one.repeats = label.repeats;
      one.mean = chosen.mean;
      one.sigma = chosen.sigma;
      one.value = label.value;
      for (auto* list : {&one.mean, &one.sigma, &one.value}) list->resize(d_.n_targets(), nan);
      one.score = chosen.score;
      one.potential_above = d_.has_two_levels() ? d_.potential_distance(chosen.candidate) : nan;
      one.predicted_above = one.mean[0] - chosen.hull;
      one.above = one.value[0] - chosen.hull;
      one.hit = d_.is_hit(label, chosen.hull);
      row.n_failed += label.failure.empty() ? 0 : 1;
      if (std::isnan(one.mean[0]) || std::isnan(one.value[0])) continue;
      ++n_predicted;
      error += std::abs(one.mean[0] - one.value[0]);
      n_within += std::abs(one.mean[0] - one.value[0]) <= of_nine_tenths * one.sigma[0] ? 1 : 0;
    }
    row.mean_error = n_predicted > 0 ? error / static_cast<double>(n_predicted) : nan;
    row.coverage = n_predicted > 0 ? static_cast<double>(n_within) / static_cast<double>(n_predicted) : nan;
  }
}

/// Collective. Hits are those of the hull of all that is known in the end; where the pool has all labels, of them too.
void DiscoverResults::measure_final_hull() {
  KnownHull hull = *d_.hull_;
  if (const auto* table = dynamic_cast<const TableOracle*>(d_.oracle_.get()))
    for (std::int64_t i = 0; i < d_.candidates_->size(); ++i) {
      const double energy = table->values()[0][static_cast<std::size_t>(i)];
      if (d_.state_[static_cast<std::size_t>(i)].status == CandidateState::open && !std::isnan(energy))
        hull.add({d_.candidates_->id(i), d_.candidates_->composition(i), energy});
    }
  hull.compute();
  std::vector<Composition> compositions;
  for (std::int64_t i = 0; i < d_.candidates_->size(); ++i) compositions.push_back(d_.candidates_->composition(i));
  const auto points = hull.at(compositions);
  for (DiscoverRow& row : rows_) {
    row.final_above = row.value[0] - points[static_cast<std::size_t>(row.candidate)].energy;
    row.hit =
        row.failure.empty() && row.repeats.empty() && row.final_above <= d_.parameters().hit_above_hull + on_the_hull;
  }
  if (const auto* table = dynamic_cast<const TableOracle*>(d_.oracle_.get())) {
    n_possible_ = 0;
    for (std::size_t i = 0; i < points.size(); ++i)
      n_possible_ += table->values()[0][i] - points[i].energy <= d_.parameters().hit_above_hull + on_the_hull ? 1 : 0;
  }
}

void DiscoverResults::count_table_hits() {
  const auto* table = dynamic_cast<const TableOracle*>(d_.oracle_.get());
  if (table == nullptr || d_.follows_hull()) return;
  n_possible_ = 0;
  for (std::size_t i = 0; i < table->values()[0].size(); ++i) {
    bool hit = true;
    for (std::size_t t = 0; t < d_.windows_.size(); ++t) hit = hit && d_.windows_[t].contains(table->values()[t][i]);
    n_possible_ += hit ? 1 : 0;
  }
}

Table<DiscoverRow> DiscoverResults::label_table() const {
  using R = DiscoverRow;
  Table<R> table;
  table.column("round", "", "0: what was asked for first", &R::round);
  table.column("call", "", "number of the label, from 1", &R::call);
  table.column("candidate", "", "number of the candidate, from 0", &R::candidate);
  table.column("id", "", "identifier of the candidate", &R::id);
  table.column("formula", "", "reduced formula", &R::formula);
  table.column("score", "", "by which it was chosen", &R::score);
  const bool hull = d_.follows_hull();
  for (std::size_t t = 0; t < d_.n_targets(); ++t) {
    const std::string name = hull ? "energy" : d_.windows_[t].name;
    const std::string unit = hull ? "eV/atom" : "";
    table.column("predicted_" + name, unit, "mean of what was predicted before", [t](const R& r) { return r.mean[t]; });
    table.column("sigma_" + name, unit, "its standard deviation, with noise", [t](const R& r) { return r.sigma[t]; });
    table.column(name, unit, "the label; NaN: there is none", [t](const R& r) { return r.value[t]; });
  }
  if (d_.has_two_levels())
    table.column("potential_above_hull", "eV/atom", "distance from the hull at the level of &potential",
                 &R::potential_above);
  table.column("predicted_above_hull", "eV/atom", "what was predicted, from the hull known then", &R::predicted_above)
      .where(hull);
  table.column("above_hull", "eV/atom", "the label, from the hull known then", &R::above).where(hull);
  table
      .column("final_above_hull", "eV/atom", "the label, from the hull of all that is known in the end",
              &R::final_above)
      .where(hull);
  table.column("hit", "", "1: it is what was looked for", &R::hit);
  table.column("repeats", "", "id of the known or earlier crystal that it relaxed to; such are no hits", &R::repeats);
  table.column("failure", "", "why there is no label", &R::failure);
  return table;
}

/// On rank 0. Of what is known, without labels that nobody asked for.
void DiscoverResults::write_hulls(ResultFile& file) const {
  const KnownHull& start = d_.has_two_levels() ? *d_.reference_hull_ : *d_.start_hull_;
  write_hull(file, start.entries(), start.table(), "/start/hull");
  write_hull(file, d_.hull_->entries(), d_.hull_->table());
}

/// On rank 0. What is of two levels, also of rounds whose labels are not there yet.
void DiscoverResults::write_levels(ResultFile& file) const {
  write_hull(file, d_.start_hull_->entries(), d_.start_hull_->table(), "/potential/hull");
  struct Reference {
    std::int64_t round;
    std::string id, formula, failure;
    double potential_energy, energy;
  };
  std::vector<Reference> references;
  for (std::size_t r = 0; r < d_.rounds_.size(); ++r) {
    if (!d_.rounds_[r].labels) continue;
    for (const CandidateLabel& label : d_.rounds_[r].labels->references) {
      const auto& known = (*d_.references_)[label.candidate];
      references.push_back({static_cast<std::int64_t>(r), known.id,
                            reduced_formula(composition_of(known.relaxed.structure)), label.failure,
                            known.relaxed.value[0], label.failure.empty() ? label.value[0] : nan});
    }
  }
  Table<Reference> table;
  table.column("round", "", "whose labels needed it first", &Reference::round);
  table.column("id", "", "identifier of the known structure", &Reference::id);
  table.column("formula", "", "reduced formula", &Reference::formula);
  table.column("potential_energy", "eV/atom", "by &potential", &Reference::potential_energy);
  table.column("energy", "eV/atom", "by &oracle; NaN: it failed", &Reference::energy);
  table.column("failure", "", "why there is none", &Reference::failure);
  table.write(file, "/references", references);
  if (d_.parameters().csv) table.write_csv(d_.references_file_, references);
  std::vector<std::int64_t> candidates;
  for (std::int64_t i = 0; i < d_.relaxation_->size(); ++i) candidates.push_back(i);
  const auto relaxed = [this](std::int64_t i) -> const CandidateLabel& { return (*d_.relaxation_)[i]; };
  Table<std::int64_t> all;
  all.column("candidate", "", "number, from 0", [](std::int64_t i) { return i; });
  all.column("id", "", "identifier of the candidate", [this](std::int64_t i) { return d_.candidates_->id(i); });
  all.column("formula", "", "reduced formula",
             [this](std::int64_t i) { return reduced_formula(d_.candidates_->composition(i)); });
  all.column("energy", "eV/atom", "by &potential; NaN: it failed",
             [relaxed](std::int64_t i) { return relaxed(i).failure.empty() ? relaxed(i).value[0] : nan; });
  all.column("above_hull", "eV/atom", "distance from the hull at the level of &potential",
             [this, relaxed](std::int64_t i) { return relaxed(i).failure.empty() ? d_.potential_distance(i) : nan; });
  all.column("repeats", "", "id of the known or earlier crystal that it became",
             [relaxed](std::int64_t i) { return relaxed(i).repeats; });
  all.column("failure", "", "why it is left out", [relaxed](std::int64_t i) { return relaxed(i).failure; });
  all.write(file, "/relaxed", candidates);
}

/// On rank 0.
void DiscoverResults::write_hits() const {
  if (!d_.candidates_->has_structures()) return;
  std::vector<Structure> hits;
  for (std::size_t r = 0; r < d_.rounds_.size(); ++r) {
    if (!d_.rounds_[r].labels) continue;
    for (const CandidateLabel& label : d_.rounds_[r].labels->labels) {
      for (const DiscoverRow& row : rows_) {
        if (row.candidate != label.candidate || !row.hit) continue;
        Structure structure = label.structure.size() > 0 ? label.structure : d_.candidates_->structure(label.candidate);
        structure.info["id"] = row.id;
        structure.info["round"] = fmt::format("{}", row.round);
        for (std::size_t t = 0; t < d_.windows_.size(); ++t)
          structure.info[d_.windows_[t].name] = fmt::format("{}", row.value[t]);
        if (d_.follows_hull()) structure.info["energy_above_hull"] = fmt::format("{}", row.final_above);
        hits.push_back(std::move(structure));
      }
    }
  }
  if (!hits.empty()) write_xyz(d_.hits_file_, hits);
}

/// On rank 0.
void DiscoverResults::report() const {
  Log& log = d_.context_.log;
  std::vector<DiscoverRow> hits;
  for (const DiscoverRow& row : rows_)
    if (row.hit) hits.push_back(row);
  const auto n = static_cast<std::int64_t>(hits.size());
  log.print("  {} hits in {} labels{}", grouped(n), grouped(static_cast<std::int64_t>(rows_.size())),
            n_possible_ >= 0
                ? fmt::format("; the whole pool has {} in {}", grouped(n_possible_), grouped(d_.candidates_->size()))
                : "");
  if (d_.has_two_levels())
    log.print("  {} known structures were computed by &oracle beside them, to measure labels from",
              grouped(d_.references_->n_computed()));
  if (hits.empty() || hits.size() > longest_list) return;
  using R = DiscoverRow;
  Table<R> table;
  table.column("call", "", "", &R::call).shown("call");
  table.column("round", "", "", &R::round).shown("round");
  table.column("id", "", "", &R::id).shown("id", [](const R& r) { return r.id; });
  table.column("formula", "", "", &R::formula).shown("formula", [](const R& r) { return r.formula; });
  for (std::size_t t = 0; t < d_.windows_.size(); ++t)
    table.column(d_.windows_[t].name, "", "", [t](const R& r) { return r.value[t]; }).shown(d_.windows_[t].name);
  if (d_.follows_hull()) {
    table.column("above", "eV/atom", "", &R::above).shown("above the hull then");
    table.column("final", "eV/atom", "", &R::final_above).shown("in the end");
  }
  log.line(table.text(hits));
}

}  // namespace spinel
