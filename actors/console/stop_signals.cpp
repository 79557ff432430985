#include "actors/console/stop_signals.hpp"

#include "actors/console/terminal.hpp"

#include <unistd.h>

namespace troupe::console {

namespace {

volatile std::sig_atomic_t received = 0;

extern "C" void troupe_note_signal(int number) {
  if (number == SIGWINCH) return;
  if (received != 0) {
    terminal::restore();
    _exit(128 + number);
  }
  received = number;
}

} // namespace

stop_signals::stop_signals() {
  received = 0;
  struct sigaction action {};
  action.sa_handler = troupe_note_signal; // without SA_RESTART: waits shall end
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < handled_.size(); ++i) sigaction(handled_[i], &action, &before_[i]);
}

stop_signals::~stop_signals() {
  for (std::size_t i = 0; i < handled_.size(); ++i) sigaction(handled_[i], &before_[i], nullptr);
}

int stop_signals::asked() const noexcept {
  return received;
}

} // namespace troupe::console
