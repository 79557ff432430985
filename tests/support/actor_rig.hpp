#pragma once
// Actors without threads and without real time: a test decides which message is handled next and when time
// passes, so every run takes the same order.

#include "protocol/actors.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace troupe::test {

struct manual_config : caf::actor_system_config {
  manual_config() {
    port::register_types<caf::id_block::troupe_types>(*this);
    port::set_scheduler(*this, "testing", 0, 0);
  }
};

/// One actor system on virtual time. Actors under test must be spawned pooled, not detached.
class actor_rig {
 public:
  /// So many messages in one go mean that an actor talks to itself without end.
  static constexpr std::size_t too_many = 200'000;

  actor_rig() {
    // The moment 0 stands for "never" in clocks; real ones are far away from it.
    scheduler_.clock().current_time += std::chrono::hours{1};
  }

  ~actor_rig() {
    for (const auto& one : owned_) caf::anon_send_exit(one, caf::exit_reason::kill);
    while (scheduler_.try_run_once()) {
    }
  }

  actor_rig(const actor_rig&) = delete;
  actor_rig& operator=(const actor_rig&) = delete;

  caf::actor_system& system() noexcept { return system_; }

  /// Ends the actor with the test.
  template <class Handle>
  Handle own(Handle one) {
    owned_.push_back(caf::actor_cast<caf::strong_actor_ptr>(one));
    return one;
  }

  /// Handles messages until none is left. @returns how many
  std::size_t drain() {
    std::size_t handled = 0;
    while (scheduler_.try_run_once())
      if (++handled > too_many) FAIL("the actors don't come to rest");
    return handled;
  }

  /// Lets time pass in one step, firing each timer that becomes due once, and handles what comes of it.
  void advance(std::chrono::nanoseconds by) {
    scheduler_.advance_time(by);
    drain();
  }

  /// The time of the actors' clock.
  std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(scheduler_.clock().now().time_since_epoch())
        .count();
  }

  template <class Handle, class... Message>
  void tell(const Handle& to, Message... message) {
    caf::anon_send(to, std::move(message)...);
  }

  /// Sends a request and handles everything. @returns the answer; an error fails the test
  template <class Answer, class Handle, class... Message>
  Answer ask(const Handle& to, Message... message) {
    Answer answer{};
    auto pending = self_->request(to, caf::infinite, std::move(message)...);
    drain();
    pending.receive([&](Answer& came) { answer = std::move(came); },
                    [&](caf::error& reason) { FAIL(port::render(system_, reason)); });
    return answer;
  }

  /// The same for a request that is answered with nothing. @returns the error; none is success
  template <class Handle, class... Message>
  caf::error try_ask(const Handle& to, Message... message) {
    caf::error outcome;
    auto pending = self_->request(to, caf::infinite, std::move(message)...);
    drain();
    pending.receive([] {}, [&](caf::error& reason) { outcome = std::move(reason); });
    return outcome;
  }

 private:
  manual_config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_ =
      dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  caf::scoped_actor self_{system_, true};
  std::vector<caf::strong_actor_ptr> owned_;
};

} // namespace troupe::test
