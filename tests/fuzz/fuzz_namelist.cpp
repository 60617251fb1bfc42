#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.hpp"
#include "input/schema.hpp"

// Nothing but an InputError may come out, it must state where, and what is accepted must survive its own echo.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  spinel::Input input;
  try {
    input = spinel::parse_input(text, "fuzz.nml", {{"md", ""}});
  } catch (const spinel::InputError& error) {
    if (std::string(error.what()).rfind("fuzz.nml:", 0) != 0) std::abort();
    return 0;
  }
  const std::string echo = spinel::echo(input);
  if (spinel::echo(spinel::parse_input(echo, "echo.nml", {{"md", ""}})) != echo) std::abort();
  return 0;
}
