#include "database/download.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "database/url.hpp"

namespace spinel {

Download::Download(const Database& database, PageStore& store, Fetcher& fetcher, std::int64_t most,
                   std::function<void(std::int64_t, std::int64_t)> progress)
    : database_(database), store_(store), fetcher_(fetcher), most_(most), progress_(std::move(progress)) {
  for (const std::string& url : database.first_pages()) {
    parts_.emplace_back();
    parts_.back().first_url = url;
  }
}

std::string Download::page_name(std::size_t part, std::size_t number) const {
  const std::string page = fmt::format("page {}", number + 1);
  return parts_.size() == 1 ? page : fmt::format("{} of part {} of the query", page, part + 1);
}

/// Counts a page in, keeps it where it is new, and sees what lies behind it.
void Download::accept(const Wanted& at, const DatabasePage& page, const std::string* to_store) {
  Part& part = parts_[at.part];
  if (const std::string problem = part.chain.add(page); !problem.empty())
    throw DatabaseError("", fmt::format("{}: {}", page_name(at.part, at.number), problem));
  if (to_store != nullptr) store_.write(at.part, at.number, *to_store);
  ++(to_store != nullptr ? n_received_ : n_kept_);
  part.n_pages = std::max(part.n_pages, at.number + 1);
  progress_(n_entries(), total());
  if (!page.next.empty()) {
    if (most_ == 0 || part.chain.n_entries() < most_)
      wanted_.push_back({at.part, at.number + 1, resolved_url(at.url, page.next)});
  } else if (at.number == 0) {
    std::size_t number = 0;
    for (std::string& url : database_.further_pages(part.first_url, page, most_))
      wanted_.push_back({at.part, ++number, std::move(url)});
  }
}

/// Takes a page from the store. False where it is not there, or no longer whole.
bool Download::take_kept(const Wanted& at) {
  if (!store_.has(at.part, at.number)) return false;
  const std::string body = store_.read(at.part, at.number);
  DatabasePage page;
  try {
    page = database_.read_page(body);
  } catch (const InputError&) {
    store_.remove(at.part, at.number);
    return false;
  }
  accept(at, page, nullptr);
  return true;
}

void Download::ask(const Wanted& at) {
  fetcher_.add(page_name(at.part, at.number), at.url, [this, at](const std::string& body) -> std::string {
    DatabasePage page;
    try {
      page = database_.read_page(body);
    } catch (const InputError& error) {
      return fmt::format("the reply cannot be understood: {}", error.what());
    }
    accept(at, page, &body);
    take_kept();
    return "";
  });
}

void Download::take_kept() {
  while (!wanted_.empty()) {
    const Wanted at = std::move(wanted_.front());
    wanted_.pop_front();
    if (!take_kept(at)) ask(at);
  }
}

bool Download::run(const std::function<bool()>& stop) {
  for (std::size_t part = 0; part < parts_.size(); ++part) wanted_.push_back({part, 0, parts_[part].first_url});
  take_kept();
  return fetcher_.run(stop);
}

std::int64_t Download::n_entries() const {
  std::int64_t n = 0;
  for (const Part& part : parts_) n += part.chain.n_entries();
  return n;
}

std::int64_t Download::total() const {
  std::int64_t n = 0;
  for (const Part& part : parts_) {
    if (part.chain.total() < 0) return -1;
    n += part.chain.total();
  }
  return n;
}

bool Download::total_changed() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.chain.total_changed(); });
}

}  // namespace spinel
