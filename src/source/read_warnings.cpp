#include "source/read_warnings.hpp"

#include "core/byte_stream.hpp"

namespace spinel {

void ReadWarnings::add(const std::vector<std::string>& warnings, std::int64_t number, const std::string& name) {
  for (const std::string& text : warnings) {
    const auto [at, is_new] = rows_.emplace(text, Row{1, number, name});
    if (is_new) continue;
    Row& row = at->second;
    ++row.count;
    if (number < row.first) {
      row.first = number;
      row.name = name;
    }
  }
}

void ReadWarnings::add(const ReadWarnings& other) {
  for (const auto& [text, more] : other.rows_) {
    const auto [at, is_new] = rows_.emplace(text, more);
    if (is_new) continue;
    const std::int64_t count = at->second.count + more.count;
    if (more.first < at->second.first) at->second = more;
    at->second.count = count;
  }
}

ReadWarnings ReadWarnings::gathered(const Communicator& communicator) const {
  const auto bytes = communicator.gather(pack(*this));
  ReadWarnings all;
  for (ByteReader in(bytes); !in.is_done();) {
    ReadWarnings one;
    in.get(one);
    all.add(one);
  }
  return all;
}

}  // namespace spinel
