#include "task/evaluate/reference_cells.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "core/byte_stream.hpp"
#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"
#include "parallel/record_exchange.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "stability/assess/structure_traits.hpp"
#include "stability/composition.hpp"
#include "task/evaluate/evaluation_row.hpp"

namespace spinel {

ReferenceSet::ReferenceSet(const RunContext& context) : context_(context) {
  SourceOptions options;
  options.read = read_options(context.input.structure);
  for (const std::string& path : context.input.evaluate.reference) {
    sources_.push_back(open_list(context, path, {"evaluate", "reference"}, options));
    size_ += sources_.back()->size();
  }
}

std::uint64_t ReferenceSet::fingerprint() const {
  std::uint64_t hash = 0;
  for (const auto& source : sources_) hash = hash * 0x9e3779b97f4a7c15ull + source->fingerprint();
  return hash;
}

std::vector<KeyedCell> ReferenceSet::cells(const std::vector<std::string>& formulas) {
  const Communicator& world = context_.world;
  std::vector<std::string> shared = formulas;
  broadcast_texts(world, shared);
  const std::unordered_set<std::string> wanted(shared.begin(), shared.end());
  // Every rank reads its share; what it finds is put in order on all.
  StructureMatcher matcher(matcher_settings(context_.input.evaluate));
  std::vector<Record> mine;
  std::vector<Record> failed;
  std::int64_t before = 0;
  for (const auto& source : sources_) {
    for (std::int64_t k = 0; k < source->size(); ++k) {
      const std::int64_t number = before + k;
      if (number % world.size() != world.rank()) continue;
      try {
        Structure structure = source->read(k);
        const std::string formula = reduced_formula(composition_of(structure));
        if (wanted.count(formula) == 0) continue;
        std::string name = identifier_of(structure);
        ByteWriter out;
        out.put(number);
        out.put(formula);
        out.put(name.empty() ? source->name(k) : name);
        put_cell(out, matcher.reduced(structure));
        mine.push_back(out.take());
      } catch (const InputError& error) {
        ByteWriter out;
        out.put(number);
        out.put(std::string(error.what()));
        failed.push_back(out.take());
      }
    }
    before += source->size();
  }
  std::map<std::int64_t, std::string> problems;
  for (const Record& record : share_records(world, failed)) {
    ByteReader in(record);
    std::int64_t number = 0;
    in.get(number);
    in.get(problems[number]);
  }
  failed_.clear();
  for (auto& [number, problem] : problems) failed_.push_back(std::move(problem));
  const std::vector<Record> all = share_records(world, mine);
  std::vector<std::pair<KeyedCell, std::string>> found;
  for (const Record& record : all) {
    ByteReader in(record);
    auto& [cell, name] = found.emplace_back();
    in.get(cell.number);
    in.get(cell.key);
    in.get(name);
    cell.cell = get_cell(in);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first.number < b.first.number; });
  std::vector<KeyedCell> cells;
  names_.clear();
  for (auto& [cell, name] : found) {
    cell.number = static_cast<std::int64_t>(cells.size());
    cells.push_back(std::move(cell));
    names_.push_back(std::move(name));
  }
  return cells;
}

}  // namespace spinel
