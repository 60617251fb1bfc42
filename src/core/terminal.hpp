#pragma once

namespace spinel {

/// Does a person watch standard output as it comes? mpirun gives its ranks a pseudo-terminal even where its own output
/// goes to a file, so under mpirun the question is put to the output of the launcher.
bool stdout_is_terminal();

}  // namespace spinel
