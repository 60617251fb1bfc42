// Times the search for ionic substitutions on lists of ions, a line each ("Li+ Nb5+ O2-"):
//   substitution_speed FILE ROUNDS REPEATS
// A line a round: seconds of processor time for all lists once (mean of the repeats), and how many substitutions above
// 0.001 there are in all.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "propose/substitution_search.hpp"

int main(int argc, char** argv) {
  using namespace spinel;
  if (argc < 4) {
    std::fprintf(stderr, "substitution_speed FILE ROUNDS REPEATS\n");
    return 2;
  }
  const SubstitutionModel& model = SubstitutionModel::shipped();
  std::vector<std::vector<int>> lists;
  std::ifstream file(argv[1]);
  for (std::string line, ion; std::getline(file, line);) {
    std::istringstream words(line);
    for (lists.emplace_back(); words >> ion;) lists.back().push_back(model.find(parse_ionic_species(ion)));
    if (lists.back().empty()) lists.pop_back();
  }
  const int repeats = std::atoi(argv[3]);
  for (int round = 0; round < std::atoi(argv[2]); ++round) {
    std::size_t n = 0;
    const auto start = std::clock();
    for (int k = 0; k < repeats; ++k)
      for (const auto& ions : lists) n += find_substitutions(model, ions, {}).found.size();
    std::printf("%.9f %zu\n", static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / repeats,
                n / static_cast<std::size_t>(repeats));
  }
}
