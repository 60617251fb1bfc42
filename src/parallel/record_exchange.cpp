#include "parallel/record_exchange.hpp"

#include <cstring>

#include "core/error.hpp"

namespace spinel {

namespace {

void append(std::vector<char>& bytes, const Record& record) {
  const std::uint64_t size = record.size();
  const char* raw = reinterpret_cast<const char*>(&size);
  bytes.insert(bytes.end(), raw, raw + sizeof size);
  bytes.insert(bytes.end(), record.begin(), record.end());
}

std::vector<Record> taken_apart(const std::vector<char>& bytes) {
  std::vector<Record> records;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t size = 0;
    if (bytes.size() - at < sizeof size) fail("a message of records is damaged");
    std::memcpy(&size, &bytes[at], sizeof size);
    at += sizeof size;
    if (bytes.size() - at < size) fail("a message of records is damaged");
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    records.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += size;
  }
  return records;
}

}  // namespace

std::vector<Record> share_records(const Communicator& communicator, const std::vector<Record>& mine) {
  std::vector<char> bytes;
  for (const Record& record : mine) append(bytes, record);
  std::vector<char> all = communicator.gather(bytes);
  communicator.broadcast(all);
  return taken_apart(all);
}

}  // namespace spinel
