#include "actors/client/io_actor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace troupe::actors {

io_actor::io_actor(caf::actor_config& config, boost::asio::io_context& context)
    : io_actor_base(config), context_(context), unit_(&system()) {}

void io_actor::enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) {
  const std::lock_guard guard{lock_};
  if (box_.empty())
    boost::asio::post(context_, [this, keep = caf::strong_actor_ptr(ctrl())] { run_burst(); });
  box_.push_back(std::move(element));
}

void io_actor::run_burst() {
  std::vector<caf::mailbox_element_ptr> burst;
  {
    const std::lock_guard guard{lock_};
    burst.swap(box_);
  }
  for (auto& element : burst) {
    if (ended_) return;
    activate(&unit_, *element);
  }
  if (!ended_) after_burst();
}

void io_actor::launch(caf::execution_unit*, bool, bool hide) {
  if (!hide) register_at_system();
}

void io_actor::shut() {
  if (std::exchange(ended_, true)) return;
  quit(caf::exit_reason::user_shutdown);
  cleanup(caf::exit_reason::user_shutdown, &unit_);
  let_go();
}

} // namespace troupe::actors
