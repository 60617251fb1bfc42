#include "stability/facets.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

extern "C" {
#include <libqhull_r/libqhull_r.h>
}

#include "core/error.hpp"

namespace spinel {

namespace {

/// What qhull prints, kept as text.
class Messages {
 public:
  Messages() : stream_(open_memstream(&text_, &size_)) {
    if (stream_ == nullptr) fail("no memory for qhull's messages");
  }
  ~Messages() {
    std::fclose(stream_);
    std::free(text_);
  }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  FILE* stream() { return stream_; }
  std::string first_line() {
    std::fflush(stream_);
    const std::string all(text_, size_);
    return all.substr(0, all.find('\n'));
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  FILE* stream_;
};

struct FreeQhull {
  void operator()(qhT* qh) const {
    qh_freeqhull(qh, !qh_ALL);
    int still_held = 0, blocks = 0;
    qh_memfreeshort(qh, &still_held, &blocks);
    delete qh;
  }
};

}  // namespace

std::vector<std::int32_t> lower_facets(const std::vector<double>& points, std::size_t n_elements) {
  const std::size_t k = n_elements, n = points.size() / k;
  // One point far above the middle: all of the upper hull hangs on it, and there is volume where all energies are 0.
  std::vector<double> all = points;
  double highest = 0.0;
  for (std::size_t p = 0; p < n; ++p) highest = std::max(highest, points[p * k + k - 1]);
  all.insert(all.end(), k - 1, 1.0 / static_cast<double>(k));
  all.push_back(highest + 1.0);

  Messages messages;
  std::unique_ptr<qhT, FreeQhull> qh(new qhT);
  qh_zero(qh.get(), messages.stream());
  char options[] = "qhull Qt";
  const int status = qh_new_qhull(qh.get(), static_cast<int>(k), static_cast<int>(n + 1), all.data(), False, options,
                                  nullptr, messages.stream());
  if (status != 0) fail("qhull cannot make the hull of {} phases of {} elements: {}", n, k, messages.first_line());

  std::vector<std::int32_t> facets;
  for (const facetT* facet = qh->facet_list; facet != nullptr && facet->next != nullptr; facet = facet->next) {
    if (facet->normal == nullptr || facet->normal[k - 1] >= 0.0) continue;
    std::vector<std::int32_t> corners;
    for (void** at = &facet->vertices->e[0].p; *at != nullptr; ++at)
      corners.push_back(qh_pointid(qh.get(), static_cast<vertexT*>(*at)->point));
    if (corners.size() != k || std::count(corners.begin(), corners.end(), static_cast<std::int32_t>(n)) > 0) continue;
    std::sort(corners.begin(), corners.end());
    facets.insert(facets.end(), corners.begin(), corners.end());
  }
  return facets;
}

std::vector<std::int32_t> hull_facets(const std::vector<HullEntry>& entries,
                                      const std::vector<double>& formation_energy,
                                      const std::vector<std::uint8_t>& stable) {
  ElementSet elements;
  for (const auto& entry : entries)
    for (const auto& part : entry.composition.parts) elements.insert(part.atomic_number);
  const auto numbers = elements.atomic_numbers();
  const std::size_t k = numbers.size();
  std::vector<std::int32_t> index;
  std::vector<double> points;
  for (std::size_t e = 0; e < entries.size(); ++e) {
    if (stable[e] == 0) continue;
    index.push_back(static_cast<std::int32_t>(e));
    for (std::size_t i = 1; i < k; ++i) points.push_back(entries[e].composition.fraction(numbers[i]));
    points.push_back(formation_energy[e]);
  }
  if (k < 2) return {};
  auto facets = lower_facets(points, k);
  for (auto& corner : facets) corner = index[static_cast<std::size_t>(corner)];
  // In one order whatever qhull's was.
  std::vector<std::vector<std::int32_t>> rows;
  for (std::size_t f = 0; f < facets.size(); f += k)
    rows.emplace_back(facets.begin() + static_cast<std::ptrdiff_t>(f),
                      facets.begin() + static_cast<std::ptrdiff_t>(f + k));
  std::sort(rows.begin(), rows.end());
  facets.clear();
  for (const auto& row : rows) facets.insert(facets.end(), row.begin(), row.end());
  return facets;
}

}  // namespace spinel
