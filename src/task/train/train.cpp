#include "task/train/train.hpp"

#include "task/train/train_run.hpp"

namespace spinel {

bool run_train(const RunContext& context) { return TrainRun(context).run(); }

void check_train(const RunContext& context) {
  const TrainRun run(context);
  make_train_data(context);
}

}  // namespace spinel
