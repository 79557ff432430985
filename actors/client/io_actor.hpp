#pragma once
// An actor whose handlers run on one I/O thread, where its sockets are, and which can send requests.

#include "protocol/port.hpp"

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace troupe::actors {
class io_actor;
}

namespace caf {
template <>
class behavior_type_of<troupe::actors::io_actor> {
 public:
  using type = behavior;
};
} // namespace caf

namespace troupe::actors {

using io_actor_base =
    caf::extend<caf::scheduled_actor, io_actor>::with<caf::mixin::sender, caf::mixin::requester,
                                                      caf::mixin::behavior_changer>;

/// CAF's actor_companion can't send requests, so this is its own class. Untyped inside, because CAF has no
/// typed actor that is run by somebody else's thread.
class io_actor : public io_actor_base {
 public:
  using signatures = caf::none_t;
  using behavior_type = caf::behavior;
  using io_actor_base::enqueue;

  io_actor(caf::actor_config& config, boost::asio::io_context& context);

  /// From any thread: one wake-up of the I/O thread per burst, however many messages it has.
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* host) override;
  void launch(caf::execution_unit* host, bool lazy, bool hide) override;

  /// As CAF's own, but the timeout is watched here, and fires up to a quarter of a second late: CAF would
  /// wake its clock's thread for every request, which costs more than many a request itself.
  template <class Handle, class Message>
  auto request(const Handle& to, caf::actor_clock::duration_type timeout, Message&& message) {
    auto handle = io_actor_base::request(to, caf::infinite, std::forward<Message>(message));
    watch(port::response_id(handle), timeout);
    return handle;
  }
  std::size_t requests_waiting() const noexcept { return waiting_.size(); }

  /// Ends the actor. On its I/O thread, once.
  void shut();

 protected:
  /// To be called for each `overdue_atom`, which the actor sends itself: fails the requests that have waited
  /// too long.
  void fail_overdue();

  /// Called once the messages of a burst have been handled.
  virtual void after_burst() {}

  /// Called at the end: lets go of other actors, which a cycle of handles would keep alive.
  virtual void let_go() {}

 private:
  struct waiting_request {
    caf::message_id id;
    caf::actor_clock::time_point due;
  };

  void run_burst();
  void watch(caf::message_id id, caf::actor_clock::duration_type timeout);

  boost::asio::io_context& context_;
  caf::scoped_execution_unit unit_;
  // Guards the box, and the end, between CAF's threads and the I/O thread; no handler runs under it.
  std::mutex lock_;
  std::vector<caf::mailbox_element_ptr> box_;
  /// By the id of the response. Bounded by who asks: a client waits for its answer, or is at its limit.
  std::unordered_map<std::uint64_t, waiting_request> waiting_;
  bool watching_ = false; // a message to look after them is on its way
  bool ended_ = false;
};

} // namespace troupe::actors
