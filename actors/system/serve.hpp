#pragma once
// `troupe serve`: a show from its first tick to its blackout.

#include "storage/config.hpp"

namespace troupe::actors {

/// Runs until SIGINT or SIGTERM. Prints one JSON line on stdout as soon as it listens, everything else as log
/// lines on stderr.
/// @param preview draw the show on the standard output, if that is a terminal
/// @returns the exit code: 0 after an ordered end, 1 if the show could not start or kept failing
int serve(const storage::config& settings, bool preview);

} // namespace troupe::actors
