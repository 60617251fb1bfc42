#include "relax/tao.hpp"

#include <petsc/private/taolinesearchimpl.h>
#include <petsctao.h>

#include <cmath>
#include <exception>
#include <utility>

#include "linalg/petsc.hpp"
#include "relax/line_search.hpp"

namespace spinel {

namespace {

constexpr std::pair<const char*, const char*> matrix_options[] = {{"mat_lmvm_hist_size", "30"},
                                                                  {"mat_lmvm_scale_type", "diagonal"}};
// TAO gets energies and forces times this: near a minimum its diagonal scaling (DiagBroyden) compares small numbers
// with absolute thresholds, and stays behind at forces of some 10⁻⁶ eV/Å otherwise.
constexpr double magnification = 1e6;
constexpr const char* search_name = "spinel";

struct Run {
  Walk& walk;
  LineSearch search;
  // x = unit · z of TAO's variables z, for which its unit matrix is a sensible first Hessian.
  double unit;
  bool stuck = false;
  std::exception_ptr error;  // no exception may pass through PETSc
};

void read(Vec from, double factor, Variables& to) {
  const PetscScalar* values = nullptr;
  PetscInt n = 0;
  VecGetLocalSize(from, &n);
  VecGetArrayRead(from, &values);
  to.resize(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = factor * values[i];
  VecRestoreArrayRead(from, &values);
}

void write(const Variables& from, double factor, Vec to) {
  PetscScalar* values = nullptr;
  VecGetArrayWrite(to, &values);
  for (std::size_t i = 0; i < from.size(); ++i) values[i] = factor * from[i];
  VecRestoreArrayWrite(to, &values);
}

// TAO asks for the start only; every other point comes through the line search.
PetscErrorCode value_and_gradient(Tao, Vec, PetscReal* value, Vec gradient, void* context) {
  const auto& run = *static_cast<Run*>(context);
  *value = 0.0;
  write(run.walk.accepted().gradient, magnification * run.unit, gradient);
  return 0;
}

// Never reports a failure: TAO's own recovery from one does not work in every version. It leaves by converged()
// instead.
PetscErrorCode apply(TaoLineSearch search, Vec x, PetscReal* value, Vec gradient, Vec direction) {
  auto& run = *static_cast<Run*>(search->data);
  search->reason = TAOLINESEARCH_SUCCESS;
  search->step = 1.0;
  try {
    Variables step;
    read(direction, run.unit, step);
    const double before = run.walk.accepted().found.enthalpy;
    if (run.search.advance(step, 1.0 / typical_stiffness)) {
      *value += magnification * (run.walk.accepted().found.enthalpy - before);
      write(run.walk.accepted().x, 1.0 / run.unit, x);
      write(run.walk.accepted().gradient, magnification * run.unit, gradient);
    } else {
      run.stuck = true;
    }
  } catch (...) {
    run.error = std::current_exception();
    run.stuck = true;
  }
  return 0;
}

PetscErrorCode create_search(TaoLineSearch search) {
  search->ops->apply = apply;
  return 0;
}

PetscErrorCode converged(Tao tao, void* context) {
  const auto& run = *static_cast<const Run*>(context);
  if (run.stuck || run.walk.over()) return TaoSetConvergedReason(tao, TAO_CONVERGED_USER);
  return 0;
}

class Solver {
 public:
  Solver(Run& run, const std::string& method) {
    const char* what = "setting up the minimizer";
    const MPI_Comm comm = run.walk.objective().communicator().mpi();
    const auto check = [&](PetscErrorCode code) { check_petsc(code, what); };
    check(TaoLineSearchRegister(search_name, create_search));
    check(VecCreateMPI(comm, static_cast<PetscInt>(run.walk.accepted().x.size()), PETSC_DETERMINE, &x_));
    write(run.walk.accepted().x, 1.0 / run.unit, x_);
    check(TaoCreate(comm, &tao_));
    check(TaoSetType(tao_, method == "lbfgs" ? TAOLMVM : method == "blmvm" ? TAOBLMVM : TAOCG));
    check(TaoSetSolution(tao_, x_));
    check(TaoSetObjectiveAndGradient(tao_, nullptr, value_and_gradient, &run));
    check(TaoSetConvergenceTest(tao_, converged, &run));
    check(TaoSetMaximumIterations(tao_, PETSC_MAX_INT));
    check(TaoSetMaximumFunctionEvaluations(tao_, PETSC_MAX_INT));
    if (method == "blmvm") {
      check(VecDuplicate(x_, &lower_));
      check(VecDuplicate(x_, &upper_));
      check(VecSet(lower_, PETSC_NINFINITY));
      check(VecSet(upper_, PETSC_INFINITY));
      check(TaoSetVariableBounds(tao_, lower_, upper_));
    }
    // The quasi-Newton matrix is TAO's own and listens to nothing but options.
    for (const char* prefix : {"-tao_lmvm_", "-tao_blmvm_"})
      for (const auto& [name, setting] : matrix_options)
        check(PetscOptionsSetValue(nullptr, (std::string(prefix) + name).c_str(), setting));
    check(TaoSetFromOptions(tao_));
    TaoLineSearch search = nullptr;
    check(TaoGetLineSearch(tao_, &search));
    check(TaoLineSearchSetType(search, search_name));
    search->data = &run;
  }
  ~Solver() {
    TaoDestroy(&tao_);
    VecDestroy(&x_);
    VecDestroy(&lower_);
    VecDestroy(&upper_);
  }
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;
  void solve() { check_petsc(TaoSolve(tao_), "minimizing"); }

 private:
  Tao tao_ = nullptr;
  Vec x_ = nullptr, lower_ = nullptr, upper_ = nullptr;
};

}  // namespace

void tao_minimize(Walk& walk, const std::string& method) {
  start_petsc();
  Run run{walk, LineSearch(walk, method == "cg" ? 0.3 : 0.9), 1.0 / std::sqrt(magnification * typical_stiffness), false,
          nullptr};
  Solver solver(run, method);
  solver.solve();
  if (run.error) std::rethrow_exception(run.error);
}

}  // namespace spinel
