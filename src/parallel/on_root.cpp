#include "parallel/on_root.hpp"

#include <string>

#include "core/error.hpp"

namespace spinel {

namespace {

enum Outcome { good, input_error, other_error };

int outcome_of(const std::function<void()>& work, std::string& message) {
  try {
    work();
    return good;
  } catch (const InputError& error) {
    message = error.what();
    return input_error;
  } catch (const std::exception& error) {
    message = error.what();
    return other_error;
  }
}

/// Collective. Throws on every rank what rank `from` met.
void throw_together(const Communicator& communicator, int outcome, std::string message, int from) {
  communicator.broadcast(&outcome, 1, from);
  if (outcome == good) return;
  communicator.broadcast(message, from);
  if (outcome == input_error) throw InputError(message);
  throw CollectiveError(message);
}

}  // namespace

void on_root(const Communicator& communicator, const std::function<void()>& work) {
  std::string message;
  const int outcome = communicator.is_root() ? outcome_of(work, message) : good;
  throw_together(communicator, outcome, std::move(message), 0);
}

void on_all_ranks(const Communicator& communicator, const std::function<void()>& work) {
  std::string message;
  const int outcome = outcome_of(work, message);
  const int first = communicator.min(outcome == good ? communicator.size() : communicator.rank());
  if (first < communicator.size()) throw_together(communicator, outcome, std::move(message), first);
}

bool root_says(const Communicator& communicator, const std::function<bool()>& question) {
  int answer = 0;
  on_root(communicator, [&] { answer = question() ? 1 : 0; });
  communicator.broadcast(&answer, 1);
  return answer != 0;
}

std::optional<std::string> first_problem(const Communicator& communicator, std::int64_t number, std::string problem) {
  const auto numbers = communicator.all_gather(number);
  int first = -1;
  for (std::size_t rank = 0; rank < numbers.size(); ++rank)
    if (numbers[rank] >= 0 && (first < 0 || numbers[rank] < numbers[static_cast<std::size_t>(first)]))
      first = static_cast<int>(rank);
  if (first < 0) return std::nullopt;
  communicator.broadcast(problem, first);
  return problem;
}

}  // namespace spinel
