#include "task/likelihood/likelihood.hpp"

#include "task/likelihood/crystal_likelihood.hpp"
#include "task/likelihood/vector_likelihood.hpp"

namespace spinel {

namespace {

bool is_of_vectors(const RunContext& context) { return context.input.likelihood.structures.empty(); }

}  // namespace

bool run_likelihood(const RunContext& context) {
  return is_of_vectors(context) ? run_vector_likelihood(context) : run_crystal_likelihood(context);
}

void check_likelihood(const RunContext& context) {
  is_of_vectors(context) ? check_vector_likelihood(context) : check_crystal_likelihood(context);
}

}  // namespace spinel
