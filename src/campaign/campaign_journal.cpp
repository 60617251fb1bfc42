#include "campaign/campaign_journal.hpp"

#include <charconv>
#include <filesystem>

#include "core/byte_stream.hpp"

namespace spinel {

static auto members(CampaignJournal::Header& h) { return std::tie(h.input, h.n_items, h.content); }

namespace {

namespace fs = std::filesystem;

}  // namespace

std::string CampaignJournal::path_of(int pool) const { return (fs::path(folder_) / fmt::format("{}", pool)).string(); }

std::optional<CampaignJournal::Header> CampaignJournal::scan() {
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
    ends_[pool] = scan_journal(entry.path().string(), [&](std::uint64_t offset, const Bytes& record) {
      if (!first) {
        places_[ByteReader(record).get<std::int64_t>()] = {pool, offset};
      } else if (!header) {
        header = unpack<Header>(record);
      }
      first = false;
    });
    // A journal without a header holds nothing; its writer begins it anew.
    if (first) ends_[pool] = 0;
  }
  return header;
}

std::int64_t CampaignJournal::count(std::int64_t n) const {
  return static_cast<std::int64_t>(std::distance(places_.begin(), places_.lower_bound(n)));
}

void CampaignJournal::share(const Communicator& communicator) {
  std::vector<std::int64_t> numbers;
  for (const auto& [item, place] : places_)
    numbers.insert(numbers.end(), {item, place.pool, static_cast<std::int64_t>(place.offset)});
  communicator.broadcast(numbers);
  places_.clear();
  for (std::size_t k = 0; k < numbers.size(); k += 3)
    places_[numbers[k]] = {static_cast<int>(numbers[k + 1]), static_cast<std::uint64_t>(numbers[k + 2])};
}

std::uint64_t CampaignJournal::end_of(int pool) const {
  const auto found = ends_.find(pool);
  return found == ends_.end() ? 0 : found->second;
}

Bytes CampaignJournal::read(std::int64_t item) {
  const Place place = places_.at(item);
  auto reader = readers_.find(place.pool);
  if (reader == readers_.end())
    reader = readers_.emplace(place.pool, PosixFile(path_of(place.pool), PosixFile::Mode::read)).first;
  Bytes record = read_journal(reader->second, place.offset);
  record.erase(record.begin(), record.begin() + sizeof(std::int64_t));
  return record;
}

void CampaignJournal::open(int pool, std::uint64_t end, const Header& header) {
  writer_.emplace(path_of(pool), end);
  if (end == 0) writer_->append(pack(header));
}

void CampaignJournal::append(std::int64_t item, const Bytes& result) {
  ByteWriter out;
  out.put(item);
  Bytes record = out.take();
  record.insert(record.end(), result.begin(), result.end());
  writer_->append(record);
}

void CampaignJournal::close() {
  if (writer_) writer_->sync();
  writer_.reset();
}

void CampaignJournal::remove() {
  readers_.clear();
  std::error_code error;
  fs::remove_all(folder_, error);
  if (error) fail("cannot delete {}: {}", folder_, error.message());
}

}  // namespace spinel
