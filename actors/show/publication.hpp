#pragma once
// The published state of the show, for those who may not wait for an actor: REST answers on the I/O threads.

#include "protocol/local_messages.hpp"

#include <atomic>
#include <memory>

namespace troupe::actors {

/// Written by the show_store before it answers 2xx, read by everyone: so every later GET sees the change.
class publication {
 public:
  published_show_ptr now() const noexcept { return slot_.load(std::memory_order_acquire); }
  void publish(published_show_ptr next) noexcept { slot_.store(std::move(next), std::memory_order_release); }

 private:
  std::atomic<published_show_ptr> slot_{std::make_shared<const published_show>()};
};

} // namespace troupe::actors
