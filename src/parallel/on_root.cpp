#include "parallel/on_root.hpp"

#include <string>

#include "core/error.hpp"
#include "core/stop_signal.hpp"
#include "parallel/sleep_until.hpp"

namespace spinel {

namespace {

enum Outcome { good, input_error, other_error, interrupted };
constexpr int tag_signal = 31;

int outcome_of(const std::function<void()>& work, std::string& message) {
  try {
    work();
    return good;
  } catch (const InputError& error) {
    message = error.what();
    return input_error;
  } catch (const Interrupted& interruption) {
    message = interruption.what();
    return interrupted;
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
  if (outcome == interrupted) throw Interrupted(message);
  throw CollectiveError(message);
}

/// Stop signals of the ranks that sleep, told to rank 0.
class SignalsOfSleepers {
 public:
  explicit SignalsOfSleepers(const Communicator& communicator) : communicator_(communicator) {}

  /// On rank 0.
  int look() {
    for (int there = 1; there != 0;) {
      MPI_Iprobe(MPI_ANY_SOURCE, tag_signal, communicator_.mpi(), &there, MPI_STATUS_IGNORE);
      if (there != 0) receive();
    }
    return signal_ != 0 ? signal_ : StopSignal::received();
  }

  /// Collective.
  void sleep_until_root() {
    MPI_Request root, sending = MPI_REQUEST_NULL;
    char token = 0;
    MPI_Ibcast(&token, 1, MPI_CHAR, 0, communicator_.mpi(), &root);
    std::int32_t told = 0;
    sleep_until([&] {
      if (!communicator_.is_root() && told == 0 && (signal_ = StopSignal::received()) != 0) {
        MPI_Isend(&signal_, 1, MPI_INT, 0, tag_signal, communicator_.mpi(), &sending);
        told = 1;
      }
      int is_over = 0;
      MPI_Test(&root, &is_over, MPI_STATUS_IGNORE);
      return is_over != 0;
    });
    // What rank 0 did not look at any more.
    const std::int32_t all = communicator_.sum(told);
    while (communicator_.is_root() && received_ < all) receive();
    MPI_Wait(&sending, MPI_STATUS_IGNORE);
  }

 private:
  void receive() {
    MPI_Recv(&signal_, 1, MPI_INT, MPI_ANY_SOURCE, tag_signal, communicator_.mpi(), MPI_STATUS_IGNORE);
    ++received_;
  }

  const Communicator& communicator_;
  int signal_ = 0;
  std::int32_t received_ = 0;
};

}  // namespace

void on_root(const Communicator& communicator, const std::function<void()>& work) {
  std::string message;
  const int outcome = communicator.is_root() ? outcome_of(work, message) : good;
  throw_together(communicator, outcome, std::move(message), 0);
}

void on_root_asleep(const Communicator& communicator,
                    const std::function<void(const std::function<int()>& signal)>& work) {
  if (communicator.size() == 1) {
    on_root(communicator, [&] { work(StopSignal::received); });
    return;
  }
  SignalsOfSleepers signals(communicator);
  std::string message;
  const int outcome =
      communicator.is_root() ? outcome_of([&] { work([&] { return signals.look(); }); }, message) : good;
  signals.sleep_until_root();
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
