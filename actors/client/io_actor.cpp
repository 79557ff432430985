#include "actors/client/io_actor.hpp"

#include "protocol/type_ids.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>

namespace troupe::actors {

namespace {

constexpr auto overdue_period = std::chrono::milliseconds{250};

} // namespace

io_actor::io_actor(caf::actor_config& config, boost::asio::io_context& context)
    : io_actor_base(config), context_(context), unit_(&system()) {}

void io_actor::enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) {
  const std::lock_guard guard{lock_};
  if (ended_) return; // an element that stayed could hold the actor that holds it
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
    if (element->mid.is_response()) waiting_.erase(element->mid.integer_value());
    activate(&unit_, *element);
  }
  if (!ended_) after_burst();
}

void io_actor::watch(caf::message_id id, caf::actor_clock::duration_type timeout) {
  waiting_.emplace(id.integer_value(), waiting_request{id, clock().now() + timeout});
  if (std::exchange(watching_, true)) return;
  delayed_send(this, overdue_period, overdue_atom_v);
}

void io_actor::fail_overdue() {
  watching_ = false;
  const auto now = clock().now();
  for (auto one = waiting_.begin(); one != waiting_.end();) {
    if (one->second.due > now) {
      ++one;
      continue;
    }
    enqueue(caf::make_mailbox_element(caf::strong_actor_ptr{ctrl()}, one->second.id, {},
                                      caf::make_error(caf::sec::request_timeout)),
            &unit_);
    one = waiting_.erase(one);
  }
  if (waiting_.empty()) return;
  watching_ = true;
  delayed_send(this, overdue_period, overdue_atom_v);
}

void io_actor::launch(caf::execution_unit*, bool, bool hide) {
  if (!hide) register_at_system();
}

void io_actor::shut() {
  std::vector<caf::mailbox_element_ptr> unread;
  {
    const std::lock_guard guard{lock_};
    if (std::exchange(ended_, true)) return;
    unread.swap(box_);
  }
  quit(caf::exit_reason::user_shutdown);
  cleanup(caf::exit_reason::user_shutdown, &unit_);
  let_go();
}

} // namespace troupe::actors
