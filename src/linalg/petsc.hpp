#pragma once

namespace spinel {

/// Owns the lifetime of PETSc; one per process, in main between MPI's start and end. PETSc itself starts at the first
/// start_petsc(), so a run that needs none pays nothing, and ends with this object.
class PetscRuntime {
 public:
  PetscRuntime() = default;
  ~PetscRuntime();
  PetscRuntime(const PetscRuntime&) = delete;
  PetscRuntime& operator=(const PetscRuntime&) = delete;
};

/// Starts PETSc where it is not running yet. Local to this rank, so pools may come to it at different times: PETSc's
/// own world is this rank alone, and objects live on whatever communicator they are made with. PETSc installs no signal
/// handlers and reads neither the command line nor .petscrc files (PETSC_OPTIONS of the environment is read).
void start_petsc();

/// Throws Error where a PETSc call returned `code` ≠ 0, with PETSc's own words and `what` was being done.
void check_petsc(int code, const char* what);

}  // namespace spinel
