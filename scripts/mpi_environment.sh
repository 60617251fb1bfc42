# Sourced: what Open MPI needs to start as root (containers) and with more ranks than cores.
#   . scripts/mpi_environment.sh RANKS
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  # Containers may forbid reading another process's memory (CAP_SYS_PTRACE), and Open MPI does not fall back by itself.
  # Where it is allowed, ghosts take one copy instead of two.
  if [ $(((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status) >> 19) & 1)) = 0 ]; then
    export OMPI_MCA_btl_vader_single_copy_mechanism="${OMPI_MCA_btl_vader_single_copy_mechanism:-none}"
  fi
fi
if [ "${1:-1}" -gt "$(nproc)" ]; then
  export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
fi
# nproc counts hardware threads, mpirun counts cores.
export OMPI_MCA_hwloc_base_use_hwthreads_as_cpus="${OMPI_MCA_hwloc_base_use_hwthreads_as_cpus:-1}"
# One thread a rank: ranks already fill the cores.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}"
# Large arrays on large pages, so that atoms in use do not push each other out of the second-level cache.
export GLIBC_TUNABLES="${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}"
# After SIGTERM or SIGINT mpirun kills its ranks in one second; a checkpoint may take longer. It waits out this many
# seconds twice on every node but that of a rank that was killed, and the job is to end within five.
export OMPI_MCA_odls_base_sigkill_timeout="${OMPI_MCA_odls_base_sigkill_timeout:-2}"
# A node that no longer answers ends the job after time + intvl * probes seconds: one minute, not eight.
export OMPI_MCA_oob_tcp_keepalive_time="${OMPI_MCA_oob_tcp_keepalive_time:-30}"
export OMPI_MCA_oob_tcp_keepalive_intvl="${OMPI_MCA_oob_tcp_keepalive_intvl:-10}"
export OMPI_MCA_oob_tcp_keepalive_probes="${OMPI_MCA_oob_tcp_keepalive_probes:-3}"
# OpenBLAS before 0.3.22 takes newer Xeons for a processor of 2004 and is six times slower than it could be.
if [ -z "${OPENBLAS_CORETYPE+set}" ] && grep -qw avx512vl /proc/cpuinfo 2>/dev/null; then
  export OPENBLAS_CORETYPE=SkylakeX
fi
