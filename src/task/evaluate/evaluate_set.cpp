#include "task/evaluate/evaluate_set.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "core/text.hpp"
#include "parallel/on_root.hpp"
#include "run/find_file.hpp"
#include "run/run_report.hpp"
#include "stability/entries/energy_key.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

/// A list that others hold too.
class SharedSource : public StructureSource {
 public:
  explicit SharedSource(std::shared_ptr<StructureSource> source) : source_(std::move(source)) {}
  std::int64_t size() const override { return source_->size(); }
  std::string name(std::int64_t number) const override { return source_->name(number); }
  double work(std::int64_t number) const override { return source_->work(number); }
  Structure read(std::int64_t number) const override { return source_->read(number); }
  std::uint64_t fingerprint() const override { return source_->fingerprint(); }

 private:
  std::shared_ptr<StructureSource> source_;
};

bool is_periodic(const Structure& structure) {
  return std::all_of(structure.periodic.begin(), structure.periodic.end(), [](bool p) { return p; });
}

}  // namespace

std::string identifier_of(const Structure& structure) {
  for (const std::string& wanted : id_keys({}))
    for (const auto& [key, value] : structure.info)
      if (lower_case(key) == wanted) return value;
  return {};
}

EvaluationSet::EvaluationSet(const RunContext& context) : context_(context) {
  const Input& input = context.input;
  on_root(context.world, [&] {
    const std::string path = find_file(context.place("structure"), "file", input.structure.file);
    try {
      source_ = open_structure_source(path, false);
    } catch (const InputError& error) {
      fail_key(input, "structure", "file", error.what());
    }
    n_ = source_->size();
  });
  context.world.broadcast(&n_, 1);
}

double EvaluationSet::energy_of(const Structure& structure, const Composition& composition,
                                std::optional<EnergyKind>& kind) const {
  EntryFileOptions options;
  options.energy_key = context_.input.evaluate.energy_key;
  options.energy_kind = context_.input.evaluate.energy_kind;
  std::vector<std::string> known;
  for (const auto& [key, value] : structure.info) known.push_back(lower_case(key));
  const EnergyKey key = choose_energy_key(options, known);
  if (kind && *kind != key.kind) fail_input("formation energies and total energies in one set");
  kind = key.kind;
  for (const auto& [name, text] : structure.info) {
    if (lower_case(name) != key.name) continue;
    double value = 0.0;
    if (!parse_number(trim(text), value)) fail_input("{} = '{}' is no finite number", name, text);
    return key.per_atom_energy(value, composition);
  }
  fail_input("no {}", key.name);
}

SetContents EvaluationSet::look_through(bool needs_energies) {
  needs_energies_ = needs_energies;
  SetContents contents;
  std::unordered_set<std::string> formulas;
  std::optional<EnergyKind> kind;
  for (std::int64_t number = 0; number < n_; ++number) {
    Structure structure;
    Composition composition;
    try {
      structure = source_->read(number);
      composition = composition_of(structure);
    } catch (const InputError&) {
      continue;  // one of the failed
    }
    formulas.insert(reduced_formula(composition));
    for (const auto& part : composition.parts) contents.elements.insert(part.atomic_number);
    if (!needs_energies) continue;
    try {
      energy_of(structure, composition, kind);
    } catch (const InputError& error) {
      fail_key(context_.input, "evaluate", "energy_key",
               fmt::format("{}: {} (stability needs an energy of every structure, or relax = .true.)",
                           source_->name(number), error.what()));
    }
  }
  kind_ = kind.value_or(EnergyKind::total);
  contents.formulas.assign(formulas.begin(), formulas.end());
  return contents;
}

StructureSet EvaluationSet::to_relax() const {
  StructureSet set{nullptr, context_.input.structure.file, "structure", "file", true};
  if (source_) set.source = std::make_unique<SharedSource>(source_);
  return set;
}

void EvaluationSet::check_potential_fits() {
  if (!context_.input.evaluate.relax) return;
  const PotentialMaker maker(context_.input.potential, context_.units, context_.place("potential"), context_.world);
  on_root(context_.world, [&] { check_potential(context_.input, to_relax(), maker); });
}

bool EvaluationSet::prepare() {
  if (!context_.input.evaluate.relax) return true;
  sweep_ = std::make_unique<StructureSweep>(context_, to_relax());
  return sweep_->run();
}

EvaluatedStructure EvaluationSet::get(std::int64_t number) {
  EvaluatedStructure s;
  s.number = number;
  s.name = source_->name(number);
  const auto fail_with = [&s](const std::string& reason) {
    s.status = StructureStatus::failed;
    s.reason = reason;
  };
  try {
    s.original = source_->read(number);
    s.id = identifier_of(s.original);
    s.original = completed_structure(context_.input, s.original, number, s.name);
  } catch (const InputError& error) {
    fail_with(error.what());
  }
  if (sweep_) {
    StructureResult result = sweep_->result(number);
    s.status = result.status;
    s.reason = result.reason;
    s.structure = std::move(result.structure);
    if (s.structure.size() == 0) s.structure = s.original;
    const bool has_energy = s.status == StructureStatus::done || s.status == StructureStatus::not_converged;
    if (has_energy && s.structure.size() > 0) s.energy = result.energy / static_cast<double>(s.structure.size());
  } else {
    s.structure = std::move(s.original);
    s.original = {};
    if (s.status == StructureStatus::failed) return s;
    s.status = StructureStatus::done;
    std::optional<EnergyKind> kind;
    if (needs_energies_) s.energy = energy_of(s.structure, composition_of(s.structure), kind);
  }
  if (s.status != StructureStatus::failed && !is_periodic(s.structure))
    fail_with("is not periodic along all directions");
  return s;
}

std::optional<StructureListSummary> EvaluationSet::write(ResultFile& file, const RunFiles& files) {
  if (!sweep_) return std::nullopt;
  return write_structures(file, context_, files, n_, [&](std::int64_t number) { return sweep_->result(number); });
}

ReferenceCells read_reference_cells(const RunContext& context, const std::vector<std::string>& formulas) {
  constexpr std::size_t chunk = 4096;
  const auto& world = context.world;
  const Input& input = context.input;
  const auto& paths = input.evaluate.reference;
  ReferenceCells reference;
  const std::unordered_set<std::string> wanted(formulas.begin(), formulas.end());
  StructureMatcher matcher(matcher_settings(input.evaluate));
  for (const std::string& path : paths) {
    std::unique_ptr<StructureSource> source;
    std::int64_t at = 0;
    for (int more = 1; more != 0;) {
      std::vector<Record> records;
      std::vector<std::string> keys;
      on_root(world, [&] {
        std::int64_t number = at;
        const std::string found = find_file(context.place("evaluate"), "reference", path);
        try {
          if (!source) {
            source = open_structure_source(found, false);
            reference.size += source->size();
            reference.fingerprint = reference.fingerprint * 0x9e3779b97f4a7c15ull + source->fingerprint();
          }
          for (; number < source->size() && records.size() < chunk; ++number) {
            Structure structure = source->read(number);
            std::string formula = reduced_formula(composition_of(structure));
            if (wanted.count(formula) == 0) continue;
            std::string id = identifier_of(structure);
            reference.names.push_back(id.empty() ? source->name(number) : std::move(id));
            structure.info.clear();
            records.push_back(pack(structure));
            keys.push_back(std::move(formula));
          }
        } catch (const InputError& error) {
          fail_key(input, "evaluate", "reference", error.what());
        }
        at = number;
        more = number < source->size() ? 1 : 0;
      });
      world.broadcast(&more, 1);
      std::vector<Record> cells;
      std::string problem;
      try {
        for (const Record& record : deal_records(world, records))
          cells.push_back(pack(matcher.reduced(unpack_structure(record))));
      } catch (const std::exception& error) {
        problem = fmt::format("{}: {}", path, error.what());
      }
      world.fail_together(problem);
      const auto all = share_records(world, cells);
      std::string joined = fmt::format("{}", fmt::join(keys, "\n"));
      world.broadcast(joined);
      std::size_t begin = 0;
      const std::size_t first = reference.cells.size();
      reference.cells.resize(first + all.size());
      // Record k came from rank k modulo the number of ranks, where it was the (k over that number)th.
      const auto ranks = static_cast<std::size_t>(world.size());
      std::vector<std::size_t> start(ranks + 1, 0);
      for (std::size_t r = 0; r < ranks; ++r) start[r + 1] = start[r] + (all.size() + ranks - 1 - r) / ranks;
      for (std::size_t k = 0; k < all.size(); ++k) {
        const std::size_t end = std::min(joined.find('\n', begin), joined.size());
        KeyedCell& cell = reference.cells[first + k];
        cell.number = static_cast<std::int64_t>(first + k);
        cell.key = joined.substr(begin, end - begin);
        cell.cell = unpack_cell(all[start[k % ranks] + k / ranks]);
        begin = end + 1;
      }
    }
  }
  return reference;
}

}  // namespace spinel
