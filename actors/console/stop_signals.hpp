#pragma once
// Ctrl-C and its like, for commands that run until then.

#include <array>
#include <csignal>

namespace troupe::console {

/// While it lives, SIGINT, SIGTERM and SIGHUP only ask to stop; a second one gives the terminal back and ends
/// the process. SIGWINCH interrupts waits. One at a time.
class stop_signals {
 public:
  stop_signals();
  ~stop_signals();
  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  /// The signal that asked, or 0.
  int asked() const noexcept;

 private:
  static constexpr std::array<int, 4> handled_{SIGINT, SIGTERM, SIGHUP, SIGWINCH};
  std::array<struct sigaction, handled_.size()> before_{};
};

} // namespace troupe::console
