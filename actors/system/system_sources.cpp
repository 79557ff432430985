#include "actors/system/system_sources.hpp"

#include "protocol/entity_codec.hpp"

#include <chrono>
#include <stdexcept>
#include <sys/random.h>

namespace troupe::actors {

std::array<std::uint8_t, 16> random_bytes() {
  std::array<std::uint8_t, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the system has no random numbers");
  return bytes;
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
