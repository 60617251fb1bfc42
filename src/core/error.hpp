#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace spinel {

/// What went wrong, in words for the person who runs the program. Library code throws it and never exits.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The input is wrong: found on every rank alike, reported once, exit status 2, nothing written.
class InputError : public Error {
 public:
  using Error::Error;
};

/// An error that every rank throws alike, so that one of them reports it; exit status 1.
class CollectiveError : public Error {
 public:
  using Error::Error;
};

/// Throws Error with a formatted message: fail("atom {} left the box", id).
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws InputError with a formatted message.
template <class... Args>
[[noreturn]] void fail_input(fmt::format_string<Args...> format, Args&&... args) {
  throw InputError(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace spinel
