#pragma once
// The real program, killed again and again at moments that nobody chooses, while many write.

#include "tests/conformance/support/test_server.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace troupe::conformance {

/// What the rounds have found, for CHECKs and for the soak's report.
struct kill_tally {
  std::uint64_t rounds = 0, acknowledged = 0;
  std::vector<std::string> faults; ///< sentences; empty: all is well
};

/// Each round: so many connections change, create and delete, the process gets SIGKILL after a random time
/// up to `longest`, the journal is verified, the server started again, and compared with what was
/// acknowledged.
/// @param progress called after each round; may be null
kill_tally kill_rounds(std::uint64_t rounds, int writers, std::uint32_t seed,
                       std::chrono::milliseconds longest,
                       const std::function<void(const kill_tally&)>& progress = nullptr);

} // namespace troupe::conformance
