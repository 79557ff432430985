#pragma once
// The terminal as a canvas.

#include "actors/console/console_view.hpp"

#include <string>
#include <string_view>

namespace troupe::console {

/// What to send so that a drawn screen replaces what is there, in place and without flicker.
std::string replacing(std::string_view drawn);

/// While it lives, the alternate screen of a terminal is shown, without a cursor. One at a time.
class terminal {
 public:
  /// @param descriptor of a terminal
  explicit terminal(int descriptor);
  ~terminal();
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;

  static bool is_terminal(int descriptor) noexcept;

  screen_size size() const;

  /// @returns false if the terminal is gone
  bool show(std::string_view drawn);

  /// Gives the screen back as it was. Safe in a signal handler; does nothing without a terminal.
  static void restore() noexcept;

 private:
  int descriptor_;
};

} // namespace troupe::console
