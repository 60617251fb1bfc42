#include <gtest/gtest.h>

#include "parallel/communicator.hpp"

// Every rank runs every test; a rank that fails makes the whole program fail, and only rank 0 prints unless it failed.
int main(int argc, char** argv) {
  spinel::MpiRuntime mpi(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  const auto world = spinel::Communicator::world();
  if (!world.is_root()) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    class FailuresOnly : public testing::EmptyTestEventListener {
      void OnTestPartResult(const testing::TestPartResult& result) override {
        if (result.failed())
          std::fprintf(stderr, "rank %d: %s:%d: %s\n", spinel::Communicator::world().rank(), result.file_name(),
                       result.line_number(), result.message());
      }
    };
    listeners.Append(new FailuresOnly);
  }
  const int failed = RUN_ALL_TESTS();
  return world.max(failed);
}
