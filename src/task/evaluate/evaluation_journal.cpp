#include "task/evaluate/evaluation_journal.hpp"

#include <filesystem>

#include "core/byte_stream.hpp"
#include "input/schema.hpp"

namespace spinel {

namespace fs = std::filesystem;

namespace {

/// What blocks depend on, as bytes.
Record header(const Input& input, std::uint64_t set, std::int64_t n_structures, std::uint64_t reference) {
  Input relevant;
  relevant.control.seed = input.control.seed;
  relevant.structure = input.structure;
  relevant.evaluate = input.evaluate;
  // These only come into what is made of the blocks.
  relevant.evaluate.bootstrap = EvaluateParameters().bootstrap;
  relevant.evaluate.csv = EvaluateParameters().csv;
  relevant.evaluate.hull.clear();
  relevant.evaluate.stable_below = EvaluateParameters().stable_below;
  if (input.evaluate.relax) {
    relevant.potential = input.potential;
    relevant.relax = input.relax;
  }
  ByteWriter out;
  out.put(echo(relevant));
  out.put(set);
  out.put(n_structures);
  out.put(reference);
  return out.take();
}

Record pack(std::int64_t number, const EvaluationBlock& block) {
  ByteWriter out;
  out.put(number);
  out.put(static_cast<std::uint64_t>(block.traits.size()));
  for (const Record& record : block.traits) out.put(std::string(record.begin(), record.end()));
  out.put(static_cast<std::uint64_t>(block.matches.size()));
  for (const SetMatch& match : block.matches) {
    out.put(match.first);
    out.put(match.first_rms);
    out.put(match.reference);
    out.put(match.reference_rms);
  }
  return out.take();
}

}  // namespace

EvaluationJournal::EvaluationJournal(const Input& input, const RunFiles& files, std::uint64_t set,
                                     std::int64_t n_structures, std::uint64_t reference)
    : path_((fs::path(files.journal) / "evaluation").string()) {
  const Record mine = header(input, set, n_structures, reference);
  std::uint64_t end = 0;
  bool first = true, same = input.control.restart_mode != "from_scratch";
  if (same)
    end = scan_journal(path_, [&](std::uint64_t offset, const Record& record) {
      if (first)
        same = record == mine;
      else if (same)
        places_[ByteReader(record).get<std::int64_t>()] = offset;
      first = false;
    });
  if (first && input.control.restart_mode == "restart" && !input.evaluate.relax)
    fail_key(input, "control", "restart_mode",
             fmt::format("'restart', but there is no journal {}; use 'auto' to begin anew where there is none", path_));
  std::error_code error;
  fs::create_directories(files.journal, error);
  if (error) fail("cannot make the folder {}: {}", files.journal, error.message());
  const bool anew = !same || first;
  if (anew) fs::remove(path_, error);
  writer_.emplace(path_, anew ? 0 : end);
  if (anew) writer_->append(mine);
}

bool EvaluationJournal::read(std::int64_t number, EvaluationBlock& block) const {
  const auto place = places_.find(number);
  if (place == places_.end()) return false;
  const Record record = read_journal(PosixFile(path_, PosixFile::Mode::read), place->second);
  ByteReader in(record);
  in.get<std::int64_t>();
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
    std::string text;
    in.get(text);
    block.traits.emplace_back(text.begin(), text.end());
  }
  block.matches.resize(static_cast<std::size_t>(in.get<std::uint64_t>()));
  for (SetMatch& match : block.matches) {
    in.get(match.first);
    in.get(match.first_rms);
    in.get(match.reference);
    in.get(match.reference_rms);
  }
  return true;
}

void EvaluationJournal::append(std::int64_t number, const EvaluationBlock& block) {
  writer_->append(pack(number, block));
}

void EvaluationJournal::close() {
  writer_->sync();
  writer_.reset();
}

}  // namespace spinel
