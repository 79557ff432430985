#include "actors/console/terminal.hpp"

#include <atomic>
#include <cerrno>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace troupe::console {

namespace {

constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view leave = "\x1b[0m\x1b[?25h\x1b[?1049l";

/// Of the terminal that is to be given back; -1: none.
std::atomic<int> open_terminal{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler reads it");

bool write_all(int descriptor, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd writable{descriptor, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

} // namespace

std::string replacing(std::string_view drawn) {
  // 2026: terminals that know it show the whole screen at once; others ignore it.
  std::string out = "\x1b[?2026h\x1b[H";
  for (std::size_t at = 0;;) {
    const auto end = drawn.find('\n', at);
    out += drawn.substr(at, end == std::string_view::npos ? end : end - at);
    out += "\x1b[K";
    if (end == std::string_view::npos) break;
    out += "\r\n";
    at = end + 1;
  }
  return out += "\x1b[J\x1b[?2026l";
}

terminal::terminal(int descriptor) : descriptor_(descriptor) {
  open_terminal = descriptor;
  write_all(descriptor_, enter);
}

terminal::~terminal() {
  restore();
}

bool terminal::is_terminal(int descriptor) noexcept {
  return ::isatty(descriptor) == 1;
}

screen_size terminal::size() const {
  winsize found{};
  if (::ioctl(descriptor_, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0) return {};
  return {found.ws_col, found.ws_row};
}

bool terminal::show(std::string_view drawn) {
  return write_all(descriptor_, replacing(drawn));
}

void terminal::restore() noexcept {
  const int descriptor = open_terminal.exchange(-1);
  if (descriptor < 0) return;
  const int before = errno;
  write_all(descriptor, leave);
  errno = before;
}

} // namespace troupe::console
