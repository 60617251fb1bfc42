#include "task/likelihood/likelihood.hpp"

#include "task/likelihood/vector_likelihood.hpp"

namespace spinel {

bool run_likelihood(const RunContext& context) { return run_vector_likelihood(context); }

void check_likelihood(const RunContext& context) { check_vector_likelihood(context); }

}  // namespace spinel
