#include "task/evaluate/measures/look_at_list.hpp"

#include <utility>

#include "core/byte_stream.hpp"

namespace spinel {

LookedAt look_at_list(const Communicator& communicator, StructureSource& list,
                      const std::function<Record(std::int64_t, const Structure&)>& look) {
  std::vector<Record> mine;
  for (std::int64_t number = communicator.rank(); number < list.size(); number += communicator.size()) {
    ByteWriter out;
    out.put(number);
    std::string problem;
    Record found;
    try {
      found = look(number, list.read(number));
    } catch (const InputError& error) {
      problem = error.what();
    }
    out.put(problem);
    out.put(found);
    mine.push_back(out.take());
  }
  LookedAt all;
  all.records.resize(static_cast<std::size_t>(list.size()));
  std::vector<std::string> problems(all.records.size());
  for (const Record& record : share_records(communicator, mine)) {
    ByteReader in(record);
    const auto number = static_cast<std::size_t>(in.get<std::int64_t>());
    in.get(problems[number]);
    in.get(all.records[number]);
  }
  for (std::string& problem : problems)
    if (!problem.empty()) all.problems.push_back(std::move(problem));
  return all;
}

}  // namespace spinel
