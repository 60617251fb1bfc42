#include "task/hull/hull_structures.hpp"

#include <algorithm>

#include "core/content_hash.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "crystal/prototype_label.hpp"
#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "stability/entries/energy_key.hpp"
#include "task/hull/lowest_structures.hpp"

namespace spinel {

namespace {

/// Some of the structures of other lists, one list after the other.
class Selection : public StructureSource {
 public:
  explicit Selection(std::vector<std::shared_ptr<StructureSource>> sources) : sources_(std::move(sources)) {}
  void take(std::vector<ListedStructure> items) { items_ = std::move(items); }
  void note(std::string text) { notes_.push_back(std::move(text)); }

  std::string kind() const override { return "selection"; }
  std::vector<std::string> passed_over() const override {
    std::vector<std::string> all;
    for (const auto& source : sources_)
      for (const std::string& text : source->passed_over()) all.push_back(text);
    all.insert(all.end(), notes_.begin(), notes_.end());
    return all;
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(items_.size()); }
  std::string name(std::int64_t i) const override { return source(i).name(item(i).number); }
  double cost(std::int64_t i) const override { return source(i).cost(item(i).number); }
  Structure read(std::int64_t i) override { return source(i).read(item(i).number); }
  std::string default_id(std::int64_t i) override { return source(i).default_id(item(i).number); }
  std::uint64_t fingerprint() const override {
    std::uint64_t hash = 0;
    for (const auto& source : sources_) hash = hash * 0x9e3779b97f4a7c15ull + source->fingerprint();
    return hash;
  }

 private:
  const ListedStructure& item(std::int64_t i) const { return items_.at(static_cast<std::size_t>(i)); }
  StructureSource& source(std::int64_t i) const { return *sources_[static_cast<std::size_t>(item(i).source)]; }

  std::vector<std::shared_ptr<StructureSource>> sources_;
  std::vector<ListedStructure> items_;
  std::vector<std::string> notes_;
};

/// work(), an InputError of which is about this key of &hull.
template <class Work>
auto for_key(const Input& input, const char* key, Work&& work) {
  try {
    return work();
  } catch (const InputError& error) {
    fail_key(input, "hull", key, error.what());
  }
}

/// Elements that occur, and those of them with a crystal of their own.
struct ElementsSeen {
  ElementSet all, own;

  void add(const Composition& composition) {
    for (const auto& part : composition.parts) all.insert(part.atomic_number);
    if (composition.parts.size() == 1) own.insert(composition.parts[0].atomic_number);
  }
  std::vector<int> without_reference() const {
    std::vector<int> result;
    for (const int z : all.atomic_numbers())
      if (!own.contains(z)) result.push_back(z);
    return result;
  }
};

/// Prototypes with their atoms, named by their labels.
std::shared_ptr<StructureSource> make_prototypes(const Input& input, const std::vector<std::string>& labels,
                                                 const char* key) {
  std::vector<Structure> structures;
  for_key(input, key, [&] {
    for (const auto& label : labels) structures.push_back(make_prototype(parse_prototype_label(label)));
  });
  return structures_in_memory(std::move(structures), labels);
}

/// What lies within the elements that are wanted, of one list after the other; on rank 0.
class Selector {
 public:
  Selector(const Input& input, const EntryList& given) : filtered_(!input.hull.elements.empty()) {
    for_key(input, "elements", [&] {
      for (const auto& symbol : input.hull.elements) wanted_.insert(species_from_symbol(symbol).atomic_number);
    });
    for (const auto& entry : given.entries) seen.add(entry.composition);
  }

  /// What cannot be read is taken, and fails when it is its turn.
  void take_all(StructureSource& source) {
    for (std::int64_t number = 0; number < source.size(); ++number) {
      try {
        const Composition composition = composition_of(source.read(number));
        if (filtered_ && !wanted_.contains(composition.elements())) continue;
        seen.add(composition);
      } catch (const InputError&) {
      }
      items.push_back({n_sources_, number});
    }
    ++n_sources_;
  }

  /// Instead of take_all() for each of the first lists: what &hull lowest asks of them.
  void take_lowest(const std::vector<std::shared_ptr<StructureSource>>& sources, const std::string& label,
                   std::int64_t n) {
    items = lowest_structures(sources, label, n, [this](const Composition& composition) {
      return !filtered_ || wanted_.contains(composition.elements());
    });
    for (const ListedStructure& one : items) {
      const Composition composition = composition_of(sources[static_cast<std::size_t>(one.source)]->read(one.number));
      n_compounds += composition.parts.size() > 1 ? 1 : 0;
      seen.add(composition);
    }
    n_sources_ = static_cast<std::int64_t>(sources.size());
  }

  ElementsSeen seen;
  std::vector<ListedStructure> items;
  std::int64_t n_compounds = 0;  // that were taken as the lowest

 private:
  ElementSet wanted_;
  bool filtered_;
  std::int64_t n_sources_ = 0;
};

std::vector<std::string> reference_labels(const Input& input, const std::vector<int>& elements) {
  std::vector<std::string> labels;
  for (const int z : elements) {
    const std::string symbol = element_symbol(z), own = element_prototype(z);
    if (own.empty())
      fail_key(input, "hull", "elemental_references",
               fmt::format("'prototypes' has none of {}; give a structure of it", symbol));
    std::vector<std::string> names = {own};
    if (own == "fcc" || own == "bcc" || own == "hcp" || own == "dhcp") {
      for (const char* close : {"fcc", "bcc", "hcp"})
        if (own != close) names.emplace_back(close);
    } else if (own != "diamond") {
      names.emplace_back("diamond");
    }
    for (const std::string& name : names) labels.push_back(name + ":" + symbol);
  }
  return labels;
}

std::string names_of(const std::vector<int>& elements) {
  std::vector<std::string> symbols;
  for (const int z : elements) symbols.emplace_back(element_symbol(z));
  return fmt::format("{}", fmt::join(symbols, ", "));
}

/// Collective; `given` on rank 0.
std::shared_ptr<StructureSource> select(const RunContext& context, const EntryList& given) {
  const Communicator& world = context.world;
  const Input& input = context.input;
  const HullParameters& p = input.hull;
  Selector selector(input, given);
  std::vector<std::shared_ptr<StructureSource>> sources;
  const auto add = [&](std::shared_ptr<StructureSource> source) {
    sources.push_back(std::move(source));
    on_root(world, [&] { selector.take_all(*sources.back()); });
  };
  SourceOptions options;
  options.read = read_options(p);
  if (p.lowest == 0) {
    for (const auto& file : p.structures) add(open_list(context, file, {"hull", "structures"}, options));
  } else {
    for (const auto& file : p.structures) sources.push_back(open_list(context, file, {"hull", "structures"}, options));
    on_root(world, [&] { for_key(input, "lowest_by", [&] { selector.take_lowest(sources, p.lowest_by, p.lowest); }); });
  }
  add(make_prototypes(input, p.prototypes, "prototypes"));
  if (p.elemental_references == "prototypes") {
    std::vector<std::string> labels;
    on_root(world, [&] { labels = reference_labels(input, selector.seen.without_reference()); });
    broadcast_texts(world, labels);
    add(make_prototypes(input, labels, "elemental_references"));
  }
  auto selection = std::make_shared<Selection>(std::move(sources));
  if (selector.n_compounds < p.lowest)
    selection->note(fmt::format("the structures hold only {} distinct compound{} with a number '{}'",
                                selector.n_compounds, selector.n_compounds == 1 ? "" : "s", p.lowest_by));
  std::vector<std::int64_t> numbers;
  on_root(world, [&] {
    if (const auto missing = selector.seen.without_reference(); !missing.empty())
      fail_key(input, "hull", "elemental_references",
               fmt::format("no structure of the element{} {} to measure formation energies from; give {}, or "
                           "elemental_references = 'prototypes'",
                           missing.size() > 1 ? "s" : "", names_of(missing), missing.size() > 1 ? "some" : "one"));
    for (const ListedStructure& item : selector.items) numbers.insert(numbers.end(), {item.source, item.number});
  });
  world.broadcast(numbers);
  selector.items.clear();
  for (std::size_t k = 0; k < numbers.size(); k += 2) selector.items.push_back({numbers[k], numbers[k + 1]});
  selection->take(std::move(selector.items));
  return selection;
}

}  // namespace

bool computes_entries(const Input& input) { return !input.hull.structures.empty() || !input.hull.prototypes.empty(); }

StructureSet hull_structures(const RunContext& context, const EntryList& given) {
  const Input& input = context.input;
  const HullParameters& p = input.hull;
  std::vector<std::string> origins = p.structures;
  if (p.lowest > 0) origins.back() += fmt::format(" (the {} lowest by {}, and elements)", p.lowest, p.lowest_by);
  if (!p.prototypes.empty()) origins.emplace_back("prototypes");
  return {select(context, given), fmt::format("{}", fmt::join(origins, ", ")), "hull",
          p.structures.empty() ? "prototypes" : "structures",
          relaxes_structures(input) ? StructureSet::Action::relaxation : StructureSet::Action::single_point};
}

std::vector<std::int64_t> add_computed_entries(const RunContext& context, StructureSweep& sweep, EntryList& list) {
  std::vector<std::int64_t> numbers(list.entries.size(), -1);
  on_root(context.world, [&] {
    EntryFileOptions options;
    options.id_key = context.input.hull.id_key;
    const auto ids = id_keys(options);
    list.kind = EnergyKind::total;
    for (std::int64_t number = 0; number < sweep.size(); ++number) {
      const StructureResult result = sweep.result(number);
      if (result.status != StructureStatus::done && result.status != StructureStatus::not_converged) {
        list.left_out.push_back(fmt::format("{}: {}", result.name, result.reason));
        continue;
      }
      HullEntry entry;
      entry.id = result.name;
      for (const auto& [key, value] : result.structure.info)
        if (std::find(ids.begin(), ids.end(), lower_case(key)) != ids.end()) entry.id = value;
      entry.composition = composition_of(result.structure);
      entry.energy = result.energy / static_cast<double>(result.structure.size());
      if (const auto type = result.structure.info.find("run_type"); type != result.structure.info.end())
        entry.run_type = type->second;
      list.entries.push_back(std::move(entry));
      numbers.push_back(number);
    }
  });
  return numbers;
}

}  // namespace spinel
