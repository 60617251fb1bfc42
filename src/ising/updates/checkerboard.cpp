#include "ising/updates/checkerboard.hpp"

#include <Random123/philox.h>

#include <cmath>

namespace spinel {

namespace {

constexpr std::uint64_t update_stream = 0x101;  // beside the values of RandomPurpose

/// q as a binary fraction of 64 digits.
std::uint64_t to_fixed_point(double q) {
  const double scaled = std::rint(std::ldexp(q, 64));
  return scaled >= 0x1p64 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(scaled);
}

std::uint64_t spread_bit(bool bit) { return bit ? ~std::uint64_t{0} : 0; }

/// The digit of each N as an expression in the bits of N = odd + 2 second + 4 four.
SpinRule::Digit expand(const std::array<bool, 5>& of_n) {
  SpinRule::Digit digit;
  digit.base = spread_bit(of_n[0]);
  digit.step = {spread_bit(of_n[0] != of_n[1]), spread_bit(of_n[0] != of_n[2]),
                spread_bit((of_n[0] != of_n[1]) != (of_n[2] != of_n[3])), spread_bit(of_n[0] != of_n[4])};
  return digit;
}

}  // namespace

SpinRule make_spin_rule(bool heat_bath, const IsingModel& model) {
  SpinRule rule;
  rule.heat_bath = heat_bath;
  rule.with_field = model.field != 0.0;
  std::array<std::uint64_t, 5> threshold{};
  std::array<bool, 5> stable_up{};
  for (int n = 0; n <= 4; ++n) {
    const double local_field = model.coupling * (2 * n - 4) + model.field;
    const double weight = std::exp(-2.0 * std::abs(local_field) / model.temperature);
    threshold[static_cast<std::size_t>(n)] = to_fixed_point(heat_bath ? weight / (1.0 + weight) : weight);
    stable_up[static_cast<std::size_t>(n)] = local_field >= 0.0;
  }
  rule.antiferromagnet = spread_bit(!rule.with_field && model.coupling < 0.0);
  rule.stable = expand(stable_up);
  for (std::size_t d = 0; d < rule.digits.size(); ++d) {
    std::array<bool, 5> bit{};
    for (std::size_t n = 0; n < 5; ++n) bit[n] = threshold[n] >> (63 - d) & 1;
    if (rule.with_field) {
      rule.digits[d] = expand(bit);
    } else {
      rule.digits[d].pattern = (bit[0] ? 2U : 0U) + (bit[1] ? 1U : 0U);
    }
  }
  return rule;
}

std::array<std::uint64_t, 2> make_update_key(const ChainKey& key) {
  r123::Philox4x64 philox;
  const auto words =
      philox({{static_cast<std::uint64_t>(key.temperature) << 32 | key.replica, 0, 0, 0}}, {{key.seed, update_stream}});
  return {words[0], words[1]};
}

void CheckerboardUpdater::sweep(SpinLattice& lattice, const IsingModel& model, const ChainKey& key,
                                std::int64_t sweep) {
  if (!ready_ || model.coupling != model_.coupling || model.field != model_.field ||
      model.temperature != model_.temperature) {
    model_ = model;
    rule_ = make_spin_rule(heat_bath_, model);
  }
  if (!ready_ || key.seed != chain_.seed || key.temperature != chain_.temperature || key.replica != chain_.replica) {
    chain_ = key;
    keys_ = make_round_keys(make_update_key(key));
  }
  ready_ = true;

  HalfSweep half;
  half.pitch = lattice.pitch();
  half.half_width = lattice.half_width();
  half.n_rows = lattice.n_rows();
  half.first_row = lattice.first_row();
  half.keys = &keys_;
  half.sweep = static_cast<std::uint64_t>(sweep);
  half.rule = &rule_;
  for (const Color color : {Color::black, Color::white}) {
    half.own = lattice.half_row(color, 0);
    half.other = lattice.half_row(other(color), 0);
    half.color = static_cast<int>(color);
    lattice.begin_halo(other(color));
    update_interior(half);
    lattice.finish_halo();
    update_boundary(half);
  }
}

std::unique_ptr<Updater> make_metropolis() { return std::make_unique<CheckerboardUpdater>(false); }
std::unique_ptr<Updater> make_heat_bath() { return std::make_unique<CheckerboardUpdater>(true); }

}  // namespace spinel
