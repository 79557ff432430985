#include "actors/cli/streams.hpp"

namespace troupe::cli {

int report(const streams& io, const error& reason) {
  io.err << "troupe: " << reason.message << '\n';
  return reason.code == ec::validation_error || reason.code == ec::not_found ? exit_usage : exit_failed;
}

} // namespace troupe::cli
