#pragma once

#include <exception>
#include <string>

namespace spinel {

/// Runs a step that may fail on one rank alone; returns what Communicator::fail_together takes: nothing, or why.
template <class Step>
std::string attempt(Step&& step) {
  try {
    step();
    return {};
  } catch (const std::exception& error) {
    return *error.what() == '\0' ? "failed" : error.what();
  }
}

}  // namespace spinel
