#include "database/page_chain.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace spinel {

std::string PageChain::add(const DatabasePage& page) {
  const auto n = static_cast<std::int64_t>(page.records.size());
  const auto came_before = [&](const std::string& id) { return !id.empty() && ids_.count(id) > 0; };
  if (n > 0 && std::all_of(page.ids.begin(), page.ids.end(), came_before))
    return "it holds only entries that came before: its pages have no end";
  if (n == 0 && !page.next.empty()) return "it has no entries, but a link to a next page: its pages have no end";
  if (!page.next.empty() && !links_.insert(page.next).second)
    return fmt::format("it points to a page that came before: its pages have no end ({})", page.next);
  if (page.total >= 0 && total_ >= 0 && page.total != total_) total_changed_ = true;
  if (total_ < 0) total_ = page.total;
  if (total_ >= 0 && !total_changed_ && n_entries_ + n > total_)
    return fmt::format("there are more entries than the {} that the server counted: its pages have no end", total_);
  n_entries_ += n;
  for (const std::string& id : page.ids) ids_.insert(id);
  return "";
}

}  // namespace spinel
