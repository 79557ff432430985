#pragma once
// How long a message lay in a mailbox: stamped when it is sent, looked at when it is handled. CAF 0.17 tells
// nothing of it.

#include "actors/metrics/runtime_metrics.hpp"
#include "protocol/actors.hpp"

#include <chrono>

namespace troupe::actors {

/// The actor's clock: steady, or a test's.
template <class Self>
std::int64_t clock_ns(Self& self) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(self.clock().now().time_since_epoch()).count();
}

/// For `sent_ns` of a message; 0 if nobody measures.
template <class Self>
std::int64_t stamp(Self& self, const runtime_metrics* measures) {
  return measures ? clock_ns(self) : 0;
}

/// At the beginning of a handler.
template <class Self>
void taken(Self& self, runtime_metrics* measures, inbox whose, std::int64_t sent_ns) {
  if (measures && sent_ns > 0) measures->waits[whose].observe(clock_ns(self) - sent_ns);
}

/// What the cast counts into; null without.
inline runtime_metrics* metrics_of(const std::shared_ptr<const cast>& peers) noexcept {
  return peers ? peers->metrics.get() : nullptr;
}

} // namespace troupe::actors
