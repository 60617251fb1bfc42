#include "task/propose/proposal_results.hpp"

#include <cmath>
#include <limits>

#include "core/provenance.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "io/dataset/dataset_stream.hpp"
#include "io/table.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"
#include "stability/composition.hpp"

namespace spinel {

namespace {

/// A row of the table of candidates.
struct CandidateRow {
  std::string id, formula, generator, parent;
  double probability = 0.0, volume = 0.0;
  std::int64_t n_atoms = 0;
};

Table<CandidateRow> candidate_table() {
  using R = CandidateRow;
  Table<R> t;
  t.column("id", "", "", &R::id);
  t.column("formula", "", "", &R::formula);
  t.column("n_atoms", "", "", &R::n_atoms);
  t.column("volume_per_atom", "Å³", "", &R::volume);
  t.column("generator", "", "", &R::generator);
  t.column("parent", "", "", &R::parent);
  t.column("probability", "", "", &R::probability);
  return t;
}

struct CountRow {
  std::string name;
  double share = 0.0;
  std::int64_t attempts = 0;
  VerdictCounts counts{};
};

std::vector<CountRow> count_rows(const std::vector<ProposalShare>& generators,
                                 const std::vector<VerdictCounts>& counts) {
  std::vector<CountRow> rows;
  for (std::size_t g = 0; g < generators.size(); ++g) {
    CountRow row{generators[g].generator, generators[g].share, 0, counts[g]};
    for (const std::int64_t n : counts[g]) row.attempts += n;
    rows.push_back(row);
  }
  return rows;
}

std::string parent_of(const Candidate& candidate, const KnownCrystals& known) {
  return candidate.parent >= 0 ? known[candidate.parent].id : candidate.origin;
}

}  // namespace

std::string candidate_id(const RunContext& context, std::int64_t number) {
  return fmt::format("{}-{}", context.input.control.prefix, number + 1);
}

void report_counts(const RunContext& context, const std::vector<ProposalShare>& generators,
                   const std::vector<VerdictCounts>& counts) {
  for (const CountRow& row : count_rows(generators, counts)) {
    const std::int64_t accepted = row.counts[static_cast<std::size_t>(Verdict::accepted)];
    echo_line(context.log, row.name,
              fmt::format("{} candidates of {} attempts", grouped(accepted), grouped(row.attempts)));
    for (std::size_t v = 1; v < n_verdicts; ++v)
      if (row.counts[v] > 0)
        context.log.print("    {:>12} {}", grouped(row.counts[v]), meaning(static_cast<Verdict>(v)));
  }
}

void write_counts(ResultFile& file, const std::vector<ProposalShare>& generators,
                  const std::vector<VerdictCounts>& counts) {
  Table<CountRow> t;
  t.column("name", "", "generator", &CountRow::name);
  t.column("share", "", "of the candidates, asked for", &CountRow::share);
  t.column("attempts", "", "of all ends", &CountRow::attempts);
  for (std::size_t v = 0; v < n_verdicts; ++v)
    t.column(name(static_cast<Verdict>(v)), "", meaning(static_cast<Verdict>(v)),
             [v](const CountRow& row) { return row.counts[v]; });
  t.write(file, "/generators", count_rows(generators, counts));
}

void write_candidates(const RunContext& context, const std::string& path, const KnownCrystals& known,
                      const std::vector<ProposalShare>& generators, const EachSegment& mine) {
  DatasetStreamPlan plan;
  plan.scalars = {"probability"};
  auto &generator_bytes = plan.text_bytes["generator"], &parent_bytes = plan.text_bytes["parent"];
  const auto add = [](std::vector<std::int64_t>& sizes, std::size_t size) {
    sizes.push_back(static_cast<std::int64_t>(size));
  };
  const auto generator_of = [&](const Proposal& one) {
    return generators[static_cast<std::size_t>(one.generator)].generator;
  };
  mine([&](std::int64_t first, const ProposalSegment& segment) {
    for (const Proposal& one : segment.proposals) {
      add(plan.atoms, one.candidate.own ? one.candidate.own->n_atoms() : known[one.candidate.parent].n_atoms());
      add(plan.id_bytes, candidate_id(context, first++).size());
      add(generator_bytes, generator_of(one).size());
      add(parent_bytes, parent_of(one.candidate, known).size());
    }
  });
  if (context.world.sum(static_cast<std::int64_t>(plan.atoms.size())) == 0) return;
  DatasetStream stream(path, plan,
                       {{"spinel_version", provenance().version},
                        {"title", context.input.control.title},
                        {"namelist", echo(context.input)}},
                       context.world);
  on_all_ranks(context.world, [&] {
    mine([&](std::int64_t first, const ProposalSegment& segment) {
      DatasetRecords records;
      for (const Proposal& one : segment.proposals) {
        Structure s = one.candidate.structure(known);
        s.info["id"] = candidate_id(context, first++);
        s.info["generator"] = generator_of(one);
        if (const std::string parent = parent_of(one.candidate, known); !parent.empty()) s.info["parent"] = parent;
        if (const double p = one.candidate.probability; p == p) s.info["probability"] = fmt::format("{}", p);
        records.add(s, "");
      }
      stream.append(records);
    });
  });
  stream.finish();
}

void write_candidate_table(const RunContext& context, const std::string& path, const KnownCrystals& known,
                           const std::vector<ProposalShare>& generators, const EachSegment& all) {
  const auto table = candidate_table();
  TextWriter out(path);
  out.write("{}\n", table.csv_titles());
  all([&](std::int64_t first, const ProposalSegment& segment) {
    for (const Proposal& one : segment.proposals) {
      const Structure s = one.candidate.structure(known);
      CandidateRow row;
      row.id = candidate_id(context, first++);
      row.formula = reduced_formula(composition_of(s));
      row.n_atoms = static_cast<std::int64_t>(s.size());
      row.volume = std::abs(s.volume()) / static_cast<double>(s.size());
      row.generator = generators[static_cast<std::size_t>(one.generator)].generator;
      row.parent = parent_of(one.candidate, known);
      row.probability = one.candidate.probability;
      out.write("{}\n", table.csv_line(row));
    }
  });
  out.close();
}

}  // namespace spinel
