#include "task/optimize/evaluation_journal.hpp"

#include <filesystem>

#include "core/error.hpp"
#include "run/restart.hpp"

namespace spinel {

EvaluationJournal::EvaluationJournal(const RunContext& context, const RunFiles& files,
                                     std::vector<std::pair<std::string, std::uint64_t>> content)
    : journal_(files.journal) {
  const Input& input = context.input;
  const std::string& mode = input.control.restart_mode;
  std::uint64_t end = 0;
  if (mode != "from_scratch") {
    const auto earlier = journal_.scan();
    if (!earlier && mode == "restart")
      fail_key(input, "control", "restart_mode",
               fmt::format("'restart', but there is no journal {}; use 'auto' to begin anew where there is none",
                           files.journal));
    if (earlier) {
      changes_ = compare_with_checkpoint(input, parse_input(earlier->input, files.journal), files.journal);
      if (earlier->content != content)
        fail_key(input, "optimize", "dataset",
                 fmt::format("no longer holds what {} was written for; put back what was, or begin anew with "
                             "restart_mode = 'from_scratch'",
                             files.journal));
      for (std::int64_t k = 0; journal_.has(2 * k); ++k) {
        const Bytes choice = journal_.read(2 * k);
        ByteReader in(choice);
        OptimizationRow& row = rows_.emplace_back();
        in.get(row);
        if (!journal_.has(2 * k + 1)) continue;
        const Bytes result = journal_.read(2 * k + 1);
        ByteReader more(result);
        more.get(row.value);
        more.get(row.reason);
        more.get(row.seconds);
        row.is_done = true;
      }
      if (!rows_.empty()) end = journal_.end_of(0);
    }
  }
  files.make_folder();
  if (rows_.empty()) files.keep_old();
  std::error_code error;
  std::filesystem::create_directories(files.journal, error);
  if (error) fail("cannot make the folder {}: {}", files.journal, error.message());
  journal_.open(0, end, {echo(input), 0, std::move(content)});
}

void EvaluationJournal::choose(const OptimizationRow& row) {
  ByteWriter out;
  out.put(row);
  journal_.append(2 * row.number, out.take());
}

void EvaluationJournal::finish(const OptimizationRow& row) {
  ByteWriter out;
  out.put(row.value);
  out.put(row.reason);
  out.put(row.seconds);
  journal_.append(2 * row.number + 1, out.take());
}

}  // namespace spinel
