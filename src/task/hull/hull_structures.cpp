#include "task/hull/hull_structures.hpp"

#include <algorithm>
#include <filesystem>

#include "core/content_hash.hpp"
#include "core/text.hpp"
#include "crystal/elements.hpp"
#include "crystal/prototype_label.hpp"
#include "parallel/on_root.hpp"
#include "run/find_file.hpp"
#include "stability/entries/energy_key.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

/// Prototypes with their atoms, by their labels.
class PrototypeList : public StructureSource {
 public:
  void add(const std::string& label) {
    structures_.push_back(make_prototype(parse_prototype_label(label)));
    labels_.push_back(label);
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(labels_.size()); }
  std::string name(std::int64_t number) const override { return labels_.at(static_cast<std::size_t>(number)); }
  double work(std::int64_t number) const override { return static_cast<double>(read(number).size()); }
  Structure read(std::int64_t number) const override { return structures_.at(static_cast<std::size_t>(number)); }
  std::uint64_t fingerprint() const override {
    Fnv1a hash;
    for (const std::string& label : labels_) hash.add(label + "\n");
    return hash.value();
  }

 private:
  std::vector<std::string> labels_;
  std::vector<Structure> structures_;
};

/// Some of the structures of other lists, one list after the other.
class Selection : public StructureSource {
 public:
  void add(std::unique_ptr<StructureSource> source) { sources_.push_back(std::move(source)); }
  const std::vector<std::unique_ptr<StructureSource>>& sources() const { return sources_; }
  void take(std::size_t source, std::int64_t number) { items_.push_back({source, number}); }

  std::int64_t size() const override { return static_cast<std::int64_t>(items_.size()); }
  std::string name(std::int64_t number) const override { return source(number).name(item(number).number); }
  double work(std::int64_t number) const override { return source(number).work(item(number).number); }
  Structure read(std::int64_t number) const override { return source(number).read(item(number).number); }
  std::uint64_t fingerprint() const override {
    std::uint64_t hash = 0;
    for (const auto& source : sources_) hash = hash * 0x9e3779b97f4a7c15ull + source->fingerprint();
    return hash;
  }

 private:
  struct Item {
    std::size_t source;
    std::int64_t number;
  };
  const Item& item(std::int64_t number) const { return items_.at(static_cast<std::size_t>(number)); }
  const StructureSource& source(std::int64_t number) const { return *sources_[item(number).source]; }

  std::vector<std::unique_ptr<StructureSource>> sources_;
  std::vector<Item> items_;
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

/// Takes those of the last list that lie within `elements`, and notes what they hold. What cannot be read is taken, and
/// fails when it is its turn.
void take_all(Selection& selection, const ElementSet& wanted, bool filtered, ElementsSeen& seen) {
  const std::size_t at = selection.sources().size() - 1;
  const StructureSource& source = *selection.sources()[at];
  for (std::int64_t number = 0; number < source.size(); ++number) {
    try {
      const Composition composition = composition_of(source.read(number));
      if (filtered && !wanted.contains(composition.elements())) continue;
      seen.add(composition);
    } catch (const InputError&) {
    }
    selection.take(at, number);
  }
}

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
        if (own != close) names.push_back(close);
    } else if (own != "diamond") {
      names.push_back("diamond");
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

std::unique_ptr<StructureSource> select(const Input& input, const EntryList& given) {
  const HullParameters& p = input.hull;
  auto selection = std::make_unique<Selection>();
  ElementsSeen seen;
  ElementSet wanted;
  for_key(input, "elements", [&] {
    for (const auto& symbol : p.elements) wanted.insert(species_from_symbol(symbol).atomic_number);
  });
  for (const auto& entry : given.entries) seen.add(entry.composition);
  for (const auto& file : p.structures) {
    const std::string path = find_file({input.locations, "hull"}, "structures", file);
    selection->add(for_key(input, "structures", [&] { return open_structure_source(path, false); }));
    take_all(*selection, wanted, !p.elements.empty(), seen);
  }
  const auto add_prototypes = [&](const std::vector<std::string>& labels, const char* key) {
    auto prototypes = std::make_unique<PrototypeList>();
    for_key(input, key, [&] {
      for (const auto& label : labels) prototypes->add(label);
    });
    selection->add(std::move(prototypes));
    take_all(*selection, wanted, !p.elements.empty(), seen);
  };
  add_prototypes(p.prototypes, "prototypes");
  if (p.elemental_references == "prototypes")
    add_prototypes(reference_labels(input, seen.without_reference()), "elemental_references");
  if (const auto missing = seen.without_reference(); !missing.empty())
    fail_key(input, "hull", "elemental_references",
             fmt::format("no structure of the element{} {} to measure formation energies from; give {}, or "
                         "elemental_references = 'prototypes'",
                         missing.size() > 1 ? "s" : "", names_of(missing), missing.size() > 1 ? "some" : "one"));
  return selection;
}

}  // namespace

bool computes_entries(const Input& input) { return !input.hull.structures.empty() || !input.hull.prototypes.empty(); }

StructureSet hull_structures(const RunContext& context, const EntryList& given) {
  const Input& input = context.input;
  const HullParameters& p = input.hull;
  std::vector<std::string> origins = p.structures;
  if (!p.prototypes.empty()) origins.push_back("prototypes");
  StructureSet set{nullptr, fmt::format("{}", fmt::join(origins, ", ")), "hull",
                   p.structures.empty() ? "prototypes" : "structures", relaxes_structures(input)};
  on_root(context.world, [&] { set.source = select(input, given); });
  return set;
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
      list.entries.push_back(std::move(entry));
      numbers.push_back(number);
    }
  });
  return numbers;
}

}  // namespace spinel
