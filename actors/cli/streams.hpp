#pragma once
// Where a command writes: results to one stream, everything a person is told besides to the other.

#include "protocol/error.hpp"

#include <ostream>

namespace troupe::cli {

struct streams {
  std::ostream& out;
  std::ostream& err;
};

/// What the process tells its caller.
enum exit_code : int {
  exit_ok = 0,
  exit_failed = 1, ///< the work was done and found errors, or could not be finished
  exit_usage = 2   ///< the command line names something that isn't there or makes no sense
};

/// Prints `troupe: message` and returns the exit code that fits: `exit_usage` for VALIDATION_ERROR and
/// NOT_FOUND, else `exit_failed`.
int report(const streams& io, const error& reason);

} // namespace troupe::cli
