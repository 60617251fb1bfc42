#include "io/journal.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <exception>

#include "core/content_hash.hpp"
#include "core/error.hpp"

namespace spinel {

namespace {

constexpr std::array<char, 8> mark = {'S', 'p', 'n', 'l', 'J', 'n', 'l', '2'};

struct Head {
  std::uint64_t size, checksum;
};

std::uint64_t checksum(std::uint64_t size, const char* bytes) {
  ContentHash hash(size);
  hash.add(bytes, size);
  return hash.value()[0];
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// False where no whole record begins there.
bool read_record(const PosixFile& file, std::uint64_t file_size, std::uint64_t offset, std::vector<char>& record) {
  Head head{};
  if (file_size < offset + sizeof head || file.read(&head, sizeof head, offset) != sizeof head) return false;
  if (head.size > file_size - offset - sizeof head) return false;
  record.resize(head.size);
  if (file.read(record.data(), record.size(), offset + sizeof head) != record.size()) return false;
  return checksum(head.size, record.data()) == head.checksum;
}

}  // namespace

Journal::Journal(const std::string& path, std::uint64_t end)
    : file_(path, end == 0 ? PosixFile::Mode::create : PosixFile::Mode::update), end_(end), last_sync_(now()) {
  if (end_ != 0) {
    file_.resize(end_);
    return;
  }
  file_.write(mark.data(), mark.size(), 0);
  end_ = mark.size();
}

Journal::~Journal() {
  try {
    if (file_.is_open()) sync();
  } catch (const std::exception&) {  // the records themselves were written; who must know calls sync()
  }
}

void Journal::append(const std::vector<char>& record) {
  const Head head{record.size(), checksum(record.size(), record.data())};
  std::vector<char> bytes(sizeof head + record.size());
  std::memcpy(bytes.data(), &head, sizeof head);
  if (!record.empty()) std::memcpy(bytes.data() + sizeof head, record.data(), record.size());
  file_.write(bytes.data(), bytes.size(), end_);
  end_ += bytes.size();
  is_synced_ = false;
  if (now() - last_sync_ > sync_seconds) sync();
}

void Journal::sync() {
  if (is_synced_) return;
  file_.sync();
  is_synced_ = true;
  last_sync_ = now();
}

std::uint64_t scan_journal(const std::string& path,
                           const std::function<void(std::uint64_t, const std::vector<char>&)>& visit) {
  if (!file_exists(path)) return 0;
  const PosixFile file(path, PosixFile::Mode::read);
  const std::uint64_t size = file.size();
  std::array<char, mark.size()> begin{};
  // A file cut short within its mark was begun by a process that was killed at that moment.
  if (file.read(begin.data(), begin.size(), 0) < begin.size()) return 0;
  if (begin != mark) fail("'{}' is not a journal of finished work", path);
  std::uint64_t offset = mark.size();
  std::vector<char> record;
  while (read_record(file, size, offset, record)) {
    visit(offset, record);
    offset += sizeof(Head) + record.size();
  }
  return offset;
}

std::vector<char> read_journal(const PosixFile& file, std::uint64_t offset) {
  std::vector<char> record;
  if (!read_record(file, file.size(), offset, record)) fail("'{}' changed while it was read", file.path());
  return record;
}

}  // namespace spinel
