#pragma once
// An actor whose handlers run on one I/O thread, where its sockets are, and which can send requests.

#include "protocol/port.hpp"

#include <mutex>
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

  /// Ends the actor. On its I/O thread, once.
  void shut();

 protected:
  /// Called once the messages of a burst have been handled.
  virtual void after_burst() {}

  /// Called at the end: lets go of other actors, which a cycle of handles would keep alive.
  virtual void let_go() {}

 private:
  void run_burst();

  boost::asio::io_context& context_;
  caf::scoped_execution_unit unit_;
  std::mutex lock_; // guards the box between CAF's threads and the I/O thread; no handler runs under it
  std::vector<caf::mailbox_element_ptr> box_;
  bool ended_ = false;
};

} // namespace troupe::actors
