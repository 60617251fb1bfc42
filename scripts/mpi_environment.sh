# Sourced: what Open MPI needs to start as root (containers) and with more ranks than cores.
#   . scripts/mpi_environment.sh RANKS
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  # Containers often forbid reading another process's memory.
  export OMPI_MCA_btl_vader_single_copy_mechanism="${OMPI_MCA_btl_vader_single_copy_mechanism:-none}"
fi
if [ "${1:-1}" -gt "$(nproc)" ]; then
  export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
fi
# nproc counts hardware threads, mpirun counts cores.
export OMPI_MCA_hwloc_base_use_hwthreads_as_cpus="${OMPI_MCA_hwloc_base_use_hwthreads_as_cpus:-1}"
# One thread a rank: ranks already fill the cores.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}"
# After SIGTERM or SIGINT mpirun kills its ranks in one second; a checkpoint may take longer. It waits out this many
# seconds twice whenever a rank fails, so no longer than needed.
export OMPI_MCA_odls_base_sigkill_timeout="${OMPI_MCA_odls_base_sigkill_timeout:-5}"
