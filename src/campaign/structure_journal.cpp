#include "campaign/structure_journal.hpp"

#include <charconv>
#include <filesystem>

#include "core/byte_stream.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

std::vector<char> pack(const StructureJournal::Header& header) {
  ByteWriter out;
  out.put(header.input);
  out.put(header.fingerprint);
  out.put(header.n_structures);
  return out.take();
}

StructureJournal::Header unpack_header(const std::vector<char>& bytes) {
  ByteReader in(bytes);
  StructureJournal::Header header;
  in.get(header.input);
  in.get(header.fingerprint);
  in.get(header.n_structures);
  return header;
}

}  // namespace

std::string StructureJournal::path_of(int pool) const { return (fs::path(folder_) / fmt::format("{}", pool)).string(); }

std::optional<StructureJournal::Header> StructureJournal::scan() {
  places_.clear();
  ends_.clear();
  readers_.clear();
  std::optional<Header> header;
  if (!fs::is_directory(folder_)) return header;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    int pool = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pool);
    if (error != std::errc() || end != name.data() + name.size() || pool < 0) continue;
    bool first = true;
    ends_[pool] = scan_journal(entry.path().string(), [&](std::uint64_t offset, const std::vector<char>& record) {
      if (!first) {
        places_[ByteReader(record).get<std::int64_t>()] = {pool, offset};
      } else if (!header) {
        header = unpack_header(record);
      }
      first = false;
    });
    // A journal without a header holds nothing; its writer begins it anew.
    if (first) ends_[pool] = 0;
  }
  return header;
}

std::uint64_t StructureJournal::end_of(int pool) const {
  const auto found = ends_.find(pool);
  return found == ends_.end() ? 0 : found->second;
}

std::vector<char> StructureJournal::read(std::int64_t number) {
  const Place place = places_.at(number);
  auto reader = readers_.find(place.pool);
  if (reader == readers_.end())
    reader = readers_.emplace(place.pool, PosixFile(path_of(place.pool), PosixFile::Mode::read)).first;
  return read_journal(reader->second, place.offset);
}

void StructureJournal::open(int pool, std::uint64_t end, const Header& header) {
  writer_.emplace(path_of(pool), end);
  if (end == 0) writer_->append(pack(header));
}

void StructureJournal::close() {
  if (writer_) writer_->sync();
  writer_.reset();
}

}  // namespace spinel
