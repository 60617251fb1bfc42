#include "task/likelihood/likelihood.hpp"

#include "core/error.hpp"

namespace spinel {

bool run_likelihood(const RunContext&) { fail("likelihood is not there yet"); }

void check_likelihood(const RunContext&) {}

}  // namespace spinel
