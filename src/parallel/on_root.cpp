#include "parallel/on_root.hpp"

#include <string>

#include "core/error.hpp"

namespace spinel {

void on_root(const Communicator& communicator, const std::function<void()>& work) {
  enum Outcome { good, input_error, other_error };
  int outcome = good;
  std::string message;
  if (communicator.is_root()) {
    try {
      work();
    } catch (const InputError& error) {
      outcome = input_error;
      message = error.what();
    } catch (const std::exception& error) {
      outcome = other_error;
      message = error.what();
    }
  }
  communicator.broadcast(&outcome, 1);
  if (outcome == good) return;
  communicator.broadcast(message);
  if (outcome == input_error) throw InputError(message);
  throw CollectiveError(message);
}

bool root_says(const Communicator& communicator, const std::function<bool()>& question) {
  int answer = 0;
  on_root(communicator, [&] { answer = question() ? 1 : 0; });
  communicator.broadcast(&answer, 1);
  return answer != 0;
}

}  // namespace spinel
