#include "crystal/structure.hpp"

namespace spinel {

double Structure::total_mass() const {
  double mass = 0.0;
  for (const auto t : type) mass += species[static_cast<std::size_t>(t)].mass;
  return mass;
}

std::string Structure::formula() const {
  std::vector<std::size_t> per_species(species.size(), 0);
  for (const auto t : type) ++per_species[static_cast<std::size_t>(t)];
  std::map<std::string, std::size_t> counts;
  for (std::size_t i = 0; i < species.size(); ++i)
    if (per_species[i] > 0) counts[species[i].symbol] += per_species[i];

  std::string text;
  const auto take = [&](const std::string& symbol) {
    const auto it = counts.find(symbol);
    if (it == counts.end()) return;
    text += symbol;
    if (it->second > 1) text += std::to_string(it->second);
    counts.erase(it);
  };
  // Hill (1900): carbon and hydrogen first where there is carbon, the rest by alphabet.
  if (counts.count("C") > 0) {
    take("C");
    take("H");
  }
  while (!counts.empty()) take(std::string(counts.begin()->first));
  return text;
}

}  // namespace spinel
