#include "linalg/petsc.hpp"

#include <petscsys.h>

#include <string>

#include "core/error.hpp"

namespace spinel {

namespace {

// PETSc's own handler prints a traceback at once, before anyone has decided whether the error matters.
PetscErrorCode keep_message(MPI_Comm, int line, const char* function, const char* file, PetscErrorCode code,
                            PetscErrorType type, const char* message, void* kept) {
  if (type == PETSC_ERROR_INITIAL)
    *static_cast<std::string*>(kept) =
        fmt::format("{} ({}, {}:{})", message != nullptr ? message : "", function, file, line);
  return code;
}

std::string& last_message() {
  static std::string message;
  return message;
}

bool running() {
  PetscBool initialized = PETSC_FALSE, finalized = PETSC_FALSE;
  PetscInitialized(&initialized);
  PetscFinalized(&finalized);
  return initialized == PETSC_TRUE && finalized == PETSC_FALSE;
}

}  // namespace

PetscRuntime::~PetscRuntime() {
  if (!running()) return;
  PetscPopErrorHandler();
  PetscFinalize();
}

void start_petsc() {
  if (running()) return;
  PETSC_COMM_WORLD = MPI_COMM_SELF;
  check_petsc(PetscOptionsSetValue(nullptr, "-no_signal_handler", "true"), "setting options of PETSc");
  check_petsc(PetscOptionsSetValue(nullptr, "-skip_petscrc", "true"), "setting options of PETSc");
  check_petsc(PetscInitializeNoArguments(), "starting PETSc");
  check_petsc(PetscPushErrorHandler(keep_message, &last_message()), "starting PETSc");
}

void check_petsc(int code, const char* what) {
  if (code == 0) return;
  const char* text = nullptr;
  PetscErrorMessage(code, &text, nullptr);
  std::string message = text != nullptr ? text : "error " + std::to_string(code);
  if (!last_message().empty()) message += ": " + last_message();
  last_message().clear();
  fail("{}: PETSc: {}", what, message);
}

}  // namespace spinel
