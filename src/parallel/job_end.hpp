#pragma once

namespace spinel {

class Communicator;

/// Has mpirun end all ranks and return `status`, without the page of text that it prints where a rank returns something
/// else than 0 or calls MPI_Abort: for errors that have been reported. It comes back only where that cannot be done: no
/// mpirun of Open MPI, or one with a PMIx of its own. Called by one rank; files that other ranks write stay as they
/// are.
void end_job(int status);
/// The same, called by all ranks.
void end_job_together(const Communicator& world, int status);

/// mpirun ends a job in which a rank has failed by SIGCONT, SIGTERM and SIGKILL to the ranks of each node, and sleeps
/// for odls_base_sigkill_timeout before the second and before the third, whether or not there is anyone to wait for.
/// Between these two calls a rank cuts its sleep short where nothing is left to do: in end_job, and where a rank of its
/// node is gone. Otherwise SIGCONT does nothing, so a run may be stopped and continued. Called by MpiRuntime; the first
/// is collective.
void watch_ranks_of_node();
void forget_ranks_of_node();

}  // namespace spinel
