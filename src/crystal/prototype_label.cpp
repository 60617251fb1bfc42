#include "crystal/prototype_label.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/text_file.hpp"
#include "crystal/prototypes.hpp"

namespace spinel {

namespace {

constexpr std::array<double, 99> volumes = {
    6,    34.9, 21.6, 8.1,   7.3,  8.8,  10,   11,   13,   22,   39.5, 23.2, 16.6, 20,   28.3, 25.8, 28.9,
    37.5, 76.3, 43.5, 24.9,  17.7, 13.8, 12,   12.2, 11.8, 11.1, 10.9, 11.8, 15.2, 19.6, 22.6, 21.5, 27.3,
    32.8, 46.5, 92.6, 56.4,  33,   23.3, 18,   15.6, 14.3, 13.6, 13.7, 14.2, 17.1, 21.6, 26.2, 27.1, 30.2,
    34,   42.7, 59.6, 117.8, 63.4, 37.2, 34.4, 34.5, 34.2, 33.6, 33.2, 48.1, 33,   32,   31.6, 31.1, 30.7,
    31.7, 41.2, 29.5, 22.3,  18,   15.7, 14.7, 14,   14.1, 15.1, 17,   23.4, 28.6, 30.3, 35.4, 38.1, 0,
    83.9, 0,    68.2, 37.4,  32.9, 25.2, 20.7, 19.2, 20.4, 29.3, 30,   28,   27.4, 47.4};

/// Elements by prototype of their crystals at room temperature.
const std::map<std::string, std::string> elements_of_prototype = {
    {"bcc", "Li Na K V Cr Fe Rb Nb Mo Cs Ba Eu Ta W Ra"},
    {"fcc", "Ne Al Ar Ca Ni Cu Kr Sr Rh Pd Ag Xe Ce Yb Ir Pt Au Pb Ac Th"},
    {"hcp", "Be Mg Sc Ti Co Zn Y Zr Tc Ru Cd Gd Tb Dy Ho Er Tm Lu Hf Re Os Tl"},
    {"dhcp", "La Pr Nd Pm Am Cm Bk Cf"},
    {"diamond", "Si Ge"},
    {"beta-tin", "Sn"},
    {"graphite", "C"},
    {"sc", "Po"},
};

struct Token {
  std::string symbol;
  double amount;
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (c == ' ' || c == '\t')
      words.emplace_back();
    else
      words.back() += c;
  words.erase(std::remove(words.begin(), words.end(), ""), words.end());
  return words;
}

/// "TiAl3" in its own order.
std::vector<Token> tokens_of(const std::string& formula) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < formula.size();) {
    std::size_t end = at + 1;
    while (end < formula.size() && lower(formula[end])) ++end;
    Token token{formula.substr(at, end - at), 1.0};
    at = end;
    while (end < formula.size() && digit(formula[end])) ++end;
    if (end > at && (!parse_number(formula.substr(at, end - at), token.amount) || !(token.amount > 0.0)))
      fail_input("'{}' is no formula", formula);
    tokens.push_back(token);
    at = end;
  }
  return tokens;
}

/// Sites of each letter of the formula in the conventional cell.
std::vector<double> sites_of_letters(const Prototype& prototype) {
  std::vector<double> sites;
  for (const auto& site : prototype.sites) {
    sites.resize(std::max(sites.size(), static_cast<std::size_t>(site.species) + 1), 0.0);
    sites[static_cast<std::size_t>(site.species)] += 1.0;
  }
  return sites;
}

std::vector<std::string> species_by_amount(const Prototype& prototype, const std::string& formula) {
  const auto sites = sites_of_letters(prototype);
  auto tokens = tokens_of(formula);
  const auto does_not_fit = [&] {
    fail_input("prototype {} has the formula {}, which {} does not fit", prototype.name, prototype.formula, formula);
  };
  if (tokens.size() != sites.size()) does_not_fit();
  double all = 0.0, n_sites = 0.0;
  for (std::size_t k = 0; k < sites.size(); ++k) {
    all += tokens[k].amount;
    n_sites += sites[k];
  }
  std::vector<std::string> species;
  for (const double n : sites) {
    const auto token = std::find_if(tokens.begin(), tokens.end(),
                                    [&](const Token& t) { return std::abs(t.amount / all - n / n_sites) < 1e-6; });
    if (token == tokens.end()) does_not_fit();
    species.push_back(token->symbol);
    tokens.erase(token);
  }
  return species;
}

}  // namespace

PrototypeLabel parse_prototype_label(std::string_view label) {
  const auto words = words_of(label);
  const auto colon = words.empty() ? std::string::npos : words[0].find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == words[0].size())
    fail_input("'{}' is no prototype with its elements, such as 'L1_2:TiAl3' or 'hcp:Ti a=2.95'", label);
  const Prototype& prototype = find_prototype(words[0].substr(0, colon));
  const std::string elements = words[0].substr(colon + 1);
  PrototypeLabel result;
  result.prototype = prototype.name;
  if (elements.find(',') != std::string::npos) {
    std::string rest = elements + ",";
    for (std::size_t end; (end = rest.find(',')) != std::string::npos; rest.erase(0, end + 1))
      result.species.push_back(rest.substr(0, end));
  } else {
    result.species = species_by_amount(prototype, elements);
  }
  for (const std::string& symbol : result.species) species_from_symbol(symbol);
  if (const auto letters = sites_of_letters(prototype).size(); result.species.size() != letters)
    fail_input("prototype {} has the formula {}: it needs {} elements, not {}", prototype.name, prototype.formula,
               letters, result.species.size());
  for (std::size_t k = 1; k < words.size(); ++k) {
    const std::string& word = words[k];
    double* value = word[0] == 'a' ? &result.a : word[0] == 'b' ? &result.b : word[0] == 'c' ? &result.c : nullptr;
    if (value == nullptr || word.size() < 3 || word[1] != '=' || !parse_number(word.substr(2), *value) ||
        !(*value > 0.0))
      fail_input("'{}' of '{}' is no lattice constant, such as 'a=4.05'", word, label);
  }
  if (result.a == 0.0 && (result.b > 0.0 || result.c > 0.0)) fail_input("'{}' lacks its lattice constant a", label);
  return result;
}

Structure make_prototype(const PrototypeLabel& label) {
  double a = label.a;
  if (a == 0.0) {
    const Prototype& prototype = find_prototype(label.prototype);
    double volume = 0.0;
    for (const auto& site : prototype.sites) {
      const std::string& symbol = label.species[static_cast<std::size_t>(site.species)];
      const double atom = atomic_volume(species_from_symbol(symbol).atomic_number);
      if (atom == 0.0) fail_input("no volume of {} is known: {} needs a lattice constant", symbol, label.prototype);
      volume += atom;
    }
    const double base = prototype.hexagonal ? std::sqrt(3.0) / 2.0 : 1.0;
    a = std::cbrt(volume / (prototype.c_over_a * base));
  }
  return make_prototype(label.prototype, label.species, a, label.b, label.c);
}

double atomic_volume(int atomic_number) {
  const auto at = static_cast<std::size_t>(atomic_number - 1);
  return atomic_number >= 1 && at < volumes.size() ? volumes[at] : 0.0;
}

std::string element_prototype(int atomic_number) {
  const std::string wanted = element_symbol(atomic_number);
  for (const auto& [prototype, symbols] : elements_of_prototype)
    for (const std::string& symbol : words_of(symbols))
      if (symbol == wanted) return prototype;
  return "";
}

}  // namespace spinel
