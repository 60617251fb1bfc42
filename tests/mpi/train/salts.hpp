#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "train/objectives/generator_training.hpp"

namespace spinel {

/// Crystals of the CsCl type, of two pairs of elements and of several sizes.
struct Salts {
  Salts() {
    for (std::int64_t k = 0; k < n; ++k) {
      const double edge = 3.5 + 0.05 * static_cast<double>(k % 7);
      offset.push_back(2 * (k + 1));
      for (const int z : {k % 2 == 0 ? 11 : 55, 17}) number.push_back(static_cast<std::uint8_t>(z));
      for (int i = 0; i < 9; ++i) cell.push_back(i % 4 == 0 ? edge : 0.0);
      position.insert(position.end(), {0.0, 0.0, 0.0, edge / 2, edge / 2, edge / 2});
      label.push_back(k == 3 ? std::nan("") : edge);
    }
    data.n_crystals = n;
    data.atom_offset = offset.data();
    data.atomic_number = number.data();
    data.position = position.data();
    data.cell = cell.data();
    data.name = [](std::int64_t k) { return "salt " + std::to_string(k); };
    data.architecture.width = 16;
    data.architecture.layers = 2;
    data.architecture.frequencies = 2;
  }
  DataParts parts() const {
    DataParts p;
    for (std::int64_t k = 0; k < n; ++k) (k < 30 ? p.train : p.validation).push_back(k);
    return p;
  }

  static constexpr std::int64_t n = 36;
  std::vector<std::int64_t> offset = {0};
  std::vector<std::uint8_t> number;
  std::vector<double> position, cell, label;
  GeneratorTrainingData data;
};

}  // namespace spinel
