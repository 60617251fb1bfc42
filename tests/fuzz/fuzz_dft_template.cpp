#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "external/dft_input.hpp"

/// Whatever the template, it is filled or an InputError names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinel;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Structure structure;
  structure.cell << 3.0, 0.0, 0.1, -0.5, 4.25, 0.0, 0.25, 0.75, 5.5;
  for (const char* symbol : {"Si", "O"}) {
    structure.type.push_back(add_species(structure, species_from_symbol(symbol)));
    structure.position.emplace_back(0.0, 0.5, 0.25 * static_cast<double>(structure.type.size()));
  }
  DftSettings file, socket;
  file.k_spacing = 0.5;
  file.pseudo_dir = "pseudo";
  socket.for_socket = true;
  for (const DftSettings& settings : {file, socket})
    for (const auto fill : {fill_quantum_espresso, fill_cp2k}) {
      try {
        if (fill(text, "fuzz", structure, settings).empty()) std::abort();
      } catch (const InputError& error) {
        if (std::string(error.what()).substr(0, 4) != "fuzz") std::abort();
      }
    }
  return 0;
}
