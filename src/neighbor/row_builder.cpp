#include "neighbor/row_builder.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neighbor/row_builder.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace spinel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

std::size_t BuildRows(const RowBuilder& b, std::size_t begin) {
  const hn::ScalableTag<float> df;
  const hn::RebindToUnsigned<decltype(df)> du;
  const std::size_t lanes = hn::Lanes(df);
  const CellGrid& grid = *b.grid;
  const double range2 = b.range * b.range;
  const auto limit = hn::Set(df, static_cast<float>(range2));
  const double exact_range2 = b.exact_range * b.exact_range, sure = 2.0 * b.exact_range - b.range;
  const auto sure_limit = hn::Set(df, static_cast<float>(sure * sure));
  const Vec3 width(grid.inverse_width[0] > 0.0 ? 1.0 / grid.inverse_width[0] : 0.0,
                   grid.inverse_width[1] > 0.0 ? 1.0 / grid.inverse_width[1] : 0.0, 0.0);

  struct Run {
    std::uint32_t begin, end;
  };
  std::vector<Run> runs;
  std::size_t used = b.first[begin];
  for (std::size_t i = begin; i < b.n_rows; ++i) {
    const Vec3 place = b.position[i] - grid.low;
    const int x0 = grid.place(b.position[i][0] - b.range, 0), x1 = grid.place(b.position[i][0] + b.range, 0);
    const int y0 = grid.place(b.position[i][1] - b.range, 1), y1 = grid.place(b.position[i][1] + b.range, 1);

    // In each column only the slices that a sphere about the atom can touch: contiguous in cell order.
    runs.clear();
    std::size_t candidates = 0;
    for (int ix = x0; ix <= x1; ++ix) {
      const double dx = std::max({0.0, ix * width[0] - place[0], place[0] - (ix + 1) * width[0]});
      for (int iy = y0; iy <= y1; ++iy) {
        const double dy = std::max({0.0, iy * width[1] - place[1], place[1] - (iy + 1) * width[1]});
        const double left = range2 - dx * dx - dy * dy;
        if (left < 0.0) continue;
        const double dz = std::sqrt(left);
        const int z0 = grid.place(b.position[i][2] - dz, 2), z1 = grid.place(b.position[i][2] + dz, 2);
        const Run run{b.cell_start[grid.cell(ix, iy, z0)], b.cell_start[grid.cell(ix, iy, z1) + 1]};
        if (run.begin == run.end) continue;
        runs.push_back(run);
        candidates += run.end - run.begin;
      }
    }
    if (used + candidates + lanes > b.capacity) return i;

    const auto x = hn::Set(df, static_cast<float>(place[0])), y = hn::Set(df, static_cast<float>(place[1])),
               z = hn::Set(df, static_cast<float>(place[2]));
    const auto self = hn::Set(du, static_cast<std::uint32_t>(i));
    auto farthest = hn::Zero(df);
    for (const Run& run : runs) {
      for (std::size_t k = run.begin; k < run.end; k += lanes) {
        const auto dx = hn::Sub(x, hn::LoadU(df, b.sorted[0] + k)), dy = hn::Sub(y, hn::LoadU(df, b.sorted[1] + k)),
                   dz = hn::Sub(z, hn::LoadU(df, b.sorted[2] + k));
        const auto r2 = hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(dz, dz)));
        const auto atom = hn::LoadU(du, b.order + k);
        auto near = hn::And(hn::RebindMask(du, hn::Lt(r2, limit)), hn::Ne(atom, self));
        if (k + lanes > run.end) near = hn::And(near, hn::FirstN(du, run.end - k));
        farthest = hn::Max(farthest, hn::IfThenElseZero(hn::RebindMask(df, near), r2));
        // Compressing to a register and storing it whole is several times faster than compressing to memory.
        hn::StoreU(hn::Compress(atom, near), du, b.index + used);
        used += hn::CountTrue(du, near);
      }
    }
    // Rarely a pair is so near the range that single precision cannot decide; the list must not depend on that.
    if (!hn::AllTrue(df, hn::Lt(farthest, sure_limit))) {
      used = static_cast<std::size_t>(std::remove_if(b.index + b.first[i], b.index + used,
                                                     [&](std::uint32_t j) {
                                                       return (b.position[j] - b.position[i]).squaredNorm() >=
                                                              exact_range2;
                                                     }) -
                                      b.index);
    }
    b.first[i + 1] = used;
  }
  return b.n_rows;
}

}  // namespace spinel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spinel {

HWY_EXPORT(BuildRows);

std::size_t build_rows(const RowBuilder& builder, std::size_t begin) {
  return HWY_DYNAMIC_DISPATCH(BuildRows)(builder, begin);
}

}  // namespace spinel
#endif
