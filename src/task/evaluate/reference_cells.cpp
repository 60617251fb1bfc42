#include "task/evaluate/reference_cells.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/byte_stream.hpp"
#include "parallel/record_exchange.hpp"
#include "run/setup/open_list.hpp"
#include "stability/assess/structure_traits.hpp"
#include "stability/composition.hpp"
#include "task/evaluate/evaluation_row.hpp"

namespace spinel {

ReferenceSet::ReferenceSet(const RunContext& context) : context_(context) {
  for (const std::string& path : context.input.evaluate.reference) {
    sources_.push_back(open_list(context, path, {"evaluate", "reference"}));
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
  std::string joined = fmt::format("{}", fmt::join(formulas, "\n"));
  world.broadcast(joined);
  std::unordered_set<std::string> wanted;
  for (std::size_t begin = 0; begin < joined.size();) {
    const std::size_t end = std::min(joined.find('\n', begin), joined.size());
    wanted.insert(joined.substr(begin, end - begin));
    begin = end + 1;
  }
  // Every rank reads its share; what it finds is put in order on all.
  StructureMatcher matcher(matcher_settings(context_.input.evaluate));
  std::vector<Record> mine;
  std::int64_t before = 0, failed = -1;
  std::string problem;
  for (const auto& source : sources_) {
    for (std::int64_t k = 0; k < source->size() && failed < 0; ++k) {
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
      } catch (const std::exception& error) {
        failed = number;
        problem = error.what();
      }
    }
    before += source->size();
  }
  fail_at_first(failed, problem);
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

/// Collective. The problem with the first structure of all that has one (its number; −1: none here) is everybody's.
void ReferenceSet::fail_at_first(std::int64_t number, std::string problem) const {
  const auto numbers = context_.world.all_gather(number);
  int first = -1;
  for (std::size_t rank = 0; rank < numbers.size(); ++rank)
    if (numbers[rank] >= 0 && (first < 0 || numbers[rank] < numbers[static_cast<std::size_t>(first)]))
      first = static_cast<int>(rank);
  if (first < 0) return;
  context_.world.broadcast(problem, first);
  fail_key(context_.input, "evaluate", "reference", problem);
}

}  // namespace spinel
