#include "task/likelihood/likelihood.hpp"

#include "core/error.hpp"
#include "task/likelihood/crystal_likelihood.hpp"

namespace spinel {

namespace {

bool is_of_vectors(const RunContext& context) { return context.input.likelihood.structures.empty(); }

}  // namespace

bool run_likelihood(const RunContext& context) {
  if (is_of_vectors(context)) fail("likelihood of vectors is not there yet");
  return run_crystal_likelihood(context);
}

void check_likelihood(const RunContext& context) {
  if (!is_of_vectors(context)) check_crystal_likelihood(context);
}

}  // namespace spinel
