#pragma once
// The program under test, as an operator starts it.

#include "tests/conformance/support/patience.hpp"
#include "tests/conformance/support/temp_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace troupe::conformance {

/// How to start it.
struct start_options {
  std::vector<std::string> arguments;             ///< behind `troupe`
  std::map<std::string, std::string> environment; ///< beside PATH and what sanitizers read
};

/// One process. Killed if it still runs when the object goes.
class server_process {
 public:
  explicit server_process(const start_options& options);
  ~server_process();
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;

  /// Waits for the first line and takes the port from it. Throws with the process's own words if it ends.
  void await_listening();

  const std::string& first_line() const noexcept { return first_line_; }
  std::uint16_t port() const noexcept { return port_; }
  pid_t pid() const noexcept { return pid_; }
  bool running();

  void signal(int number);
  /// SIGKILL, and waits for the end.
  void kill_hard();
  /// SIGTERM. @return the exit code; throws if it doesn't end by itself
  int stop();
  /// Waits for the end. @return the exit code, or 128 + the signal; throws when patience ends
  int wait();
  /// What it wrote to stderr so far.
  std::string log() const;

 private:
  bool reap(bool block);

  temp_dir scratch_;
  pid_t pid_ = -1;
  int stdout_ = -1;
  std::optional<int> exit_code_;
  std::string first_line_;
  std::uint16_t port_ = 0;
};

} // namespace troupe::conformance
