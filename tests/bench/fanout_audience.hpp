#pragma once
// The audience of bench_fanout: very many sockets in a process of their own, which read and discard.

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sys/types.h>
#include <system_error>

namespace troupe::bench {

using clock_type = std::chrono::steady_clock;

[[noreturn]] inline void give_up(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct audience_report {
  double mean_hz = 0, min_hz = 0;                        ///< frames of one client
  double gap_p50_ms = 0, gap_p99_ms = 0, gap_max_ms = 0; ///< between two frames of one client
  std::uint64_t frames = 0;                              ///< of all clients
  std::uint64_t lost = 0;                                ///< clients whose connection ended
};

/// The audience as the server's process sees it. Made before there are threads: it forks.
class audience_process {
 public:
  /// @param websocket whether it asks for one, or reads from the first byte on
  audience_process(std::size_t clients, bool websocket, std::size_t frame_bytes);
  ~audience_process();
  audience_process(const audience_process&) = delete;
  audience_process& operator=(const audience_process&) = delete;

  void invite(int port) const { say(port); }
  void wait_until_seated() const;
  void start_measuring() const { say(1); }
  audience_report stop_measuring() const;

 private:
  void say(int word) const;
  void hear(void* into, std::size_t size) const;

  pid_t pid_ = -1;
  int control_ = -1;
};

} // namespace troupe::bench
