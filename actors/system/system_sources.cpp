#include "actors/system/system_sources.hpp"

#include "protocol/entity_codec.hpp"

#include <chrono>
#include <stdexcept>
#include <sys/random.h>
#include <utility>

namespace troupe::actors {

std::array<std::uint8_t, 16> random_bytes() {
  // Every event and command takes some; a system call for each would cost more than the rest of its id. Up to
  // 256 bytes getrandom(2) gives whole.
  thread_local std::array<std::array<std::uint8_t, 16>, 16> ready;
  thread_local std::size_t left = 0;
  if (left == 0) {
    if (getrandom(ready.data(), sizeof ready, 0) != static_cast<ssize_t>(sizeof ready))
      throw std::runtime_error("the system has no random numbers");
    left = ready.size();
  }
  return std::exchange(ready[--left], {});
}

std::string random_id() {
  return uuid_v4(random_bytes());
}

std::int64_t wall_time_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

} // namespace troupe::actors
