#include "actors/client/session_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/show/operator_name.hpp"
#include "actors/system/error_bridge.hpp"

#include <chrono>
#include <cmath>
#include <utility>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = session_actor::stateful_pointer<session_state>;

constexpr auto answer_timeout = 10s;
constexpr auto reversal_timeout = 60s; // the journal is read for it, and written
// Credit is given in portions, well below what a connection may have unacknowledged.
constexpr std::size_t credit_step = 16;
constexpr std::size_t credit_bytes = 64 * 1024;

/// One session's ways of acting; lives in the actor's handlers only.
class client_desk {
 public:
  explicit client_desk(pointer self) : self_(self), st_(port::state(self)) {}

  void read(const client_text& message) {
    const auto& text = message.text;
    st_.last_arrival_ns = message.arrival_ns;
    if (auto* measures = metrics_of(st_.options.peers)) add(measures->messages);
    auto parsed = ws::parse_client_message(text);
    if (within_budget(parsed)) {
      if (parsed.message)
        std::visit([&](auto& one) { act(one, parsed.request_id); }, *parsed.message);
      else
        refuse(parsed.message.error(), parsed.request_id);
    }
    ++st_.handled;
    st_.handled_bytes += text.size();
    give_credit();
  }

  void flush_inputs() {
    if (st_.inputs.in_flight() || st_.inputs.empty()) return;
    self_
        ->request(st_.options.peers->input_state, answer_timeout,
                  input_batch{st_.options.client, st_.inputs.take(), st_.last_arrival_ns})
        .then([this_ = *this](const input_refusals& refused) mutable { this_.inputs_taken(refused); },
              [this_ = *this](const caf::error&) mutable { this_.inputs_taken({}); });
  }

  void leave() {
    if (!st_.inputs.empty())
      self_
          ->request(st_.options.peers->input_state, answer_timeout,
                    input_batch{st_.options.client, st_.inputs.take(), st_.last_arrival_ns})
          .then([](const input_refusals&) {}, [](const caf::error&) {});
    self_->send(st_.options.peers->input_state, client_gone{st_.options.client});
    self_->quit();
  }

 private:
  bool within_budget(const ws::parsed_message& parsed) {
    using kind = client_budget::kind;
    auto what = kind::other;
    if (parsed.message) {
      if (std::holds_alternative<ws::fader_moved>(*parsed.message)) return true;
      if (std::holds_alternative<ws::button_down>(*parsed.message) ||
          std::holds_alternative<ws::button_up>(*parsed.message) ||
          std::holds_alternative<ws::button_press>(*parsed.message))
        what = kind::button;
    }
    const auto now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(self_->clock().now().time_since_epoch());
    const auto verdict = st_.budget.spend(what, now);
    auto* measures = metrics_of(st_.options.peers);
    if (measures && verdict != client_budget::verdict::pass) add(measures->messages_over_rate);
    if (verdict == client_budget::verdict::drop_and_tell)
      refuse({ec::rate_limited, "too many messages; the excess of this second is dropped", {}},
             parsed.request_id);
    return verdict == client_budget::verdict::pass;
  }

  void act(ws::fader_moved& moved, boost::json::value& request_id) {
    st_.inputs.move_fader(std::move(moved.fader_id), moved.value, std::move(request_id));
    flush_inputs();
  }
  void act(ws::button_down& one, boost::json::value& request_id) {
    press(input_action::press_down, std::move(one.button_id), request_id);
  }
  void act(ws::button_up& one, boost::json::value& request_id) {
    press(input_action::release, std::move(one.button_id), request_id);
  }
  void act(ws::button_press& one, boost::json::value& request_id) {
    press(input_action::press_once, std::move(one.button_id), request_id);
  }
  void press(input_action action, std::string id, boost::json::value& request_id) {
    st_.inputs.press(action, std::move(id), std::move(request_id));
    flush_inputs();
  }

  void act(ws::subscribe_frames& wanted, boost::json::value&) {
    frame_subscription made;
    made.mode = wanted.mode == ws::frame_mode::full ? wire_mode::full : wire_mode::delta;
    made.binary = wanted.binary;
    made.cells = wanted.cells;
    if (!wanted.fixture_ids.empty())
      made.fixtures = std::make_shared<const fixture_filter>(std::move(wanted.fixture_ids));
    if (!wanted.universes.empty())
      made.universes = std::make_shared<const universe_filter>(std::move(wanted.universes));
    if (wanted.max_hz) made.min_interval_ns = std::llround(1e9 / *wanted.max_hz);
    self_->send(st_.options.lane, subscribe_client{st_.options.client, std::move(made)});
  }
  void act(ws::unsubscribe_frames&, boost::json::value&) {
    self_->send(st_.options.lane, subscribe_client{st_.options.client, std::nullopt});
  }

  void act(ws::set_tick_rate& wanted, boost::json::value&) {
    self_->send(st_.options.peers->ticker, troupe::set_tick_rate{std::llround(wanted.hz * 1e6)});
  }

  void act(ws::set_enabled& wanted, boost::json::value& request_id) {
    self_
        ->request(
            st_.options.peers->show_store, answer_timeout,
            set_graph_enabled{std::move(wanted.instance_id), wanted.enabled, st_.operator_name, address()})
        .then([] {}, [this_ = *this, request_id](
                         const caf::error& reason) mutable { this_.refuse(from_caf(reason), request_id); });
  }

  void act(ws::hello& told, boost::json::value& request_id) {
    auto name = check_operator(std::move(told.name), "name");
    if (!name) return refuse(name.error(), request_id);
    st_.operator_name = *name;
    self_->send(st_.options.lane, name_client{st_.options.client, std::move(*name)});
  }

  void act(ws::history_undo&, boost::json::value& request_id) { reverse(false, request_id); }
  void act(ws::history_redo&, boost::json::value& request_id) { reverse(true, request_id); }

  /// What comes of it everybody is told: `entity/changed` and `history/changed`.
  void reverse(bool redo, boost::json::value& request_id) {
    self_
        ->request(st_.options.peers->show_store, reversal_timeout,
                  reverse_command{{st_.operator_name, address()}, redo})
        .then([](const reversal_ptr&) {},
              [this_ = *this, request_id](const caf::error& reason) mutable {
                this_.refuse(from_caf(reason), request_id);
              });
  }

  /// The connection, as the journal names it.
  std::string address() const { return "ws:" + std::to_string(st_.options.client); }

  void act(ws::ping& asked, boost::json::value&) {
    tell(ws::pong_message(asked, st_.options.wall_time_ms()));
  }

  void inputs_taken(const input_refusals& refused) {
    for (const auto index : refused.indices)
      refuse({ec::not_found, "the show has no such control", {}}, st_.inputs.request_id(index));
    st_.inputs.answered();
    flush_inputs();
    give_credit();
  }

  void refuse(const error& what, const boost::json::value& request_id) {
    auto* measures = metrics_of(st_.options.peers);
    if (measures && what.code != ec::rate_limited) add(measures->messages_refused);
    tell(ws::error_message(what, request_id));
  }

  void tell(std::string text) {
    self_->send(st_.options.lane, tell_client{st_.options.client, std::move(text)});
  }

  void give_credit() {
    if (st_.handled < credit_step && st_.handled_bytes < credit_bytes) return;
    if (st_.inputs.crowded()) {
      auto* measures = metrics_of(st_.options.peers);
      if (!std::exchange(st_.held_up, true) && measures) add(measures->full[bounded_queue::inputs]);
      return;
    }
    st_.held_up = false;
    st_.handled_bytes = 0;
    self_->send(st_.options.lane, client_credit{st_.options.client, std::exchange(st_.handled, 0)});
  }

  pointer self_;
  session_state& st_;
};

} // namespace

session_actor::behavior_type session(pointer self, session_options options) {
  port::state(self).options = std::move(options);
  return {
      [self](const cast_change& change) { port::state(self).options.peers = change.now; },
      [self](const client_text& message) { client_desk{self}.read(message); },
      [self](const client_closed&) { client_desk{self}.leave(); },
  };
}

} // namespace troupe::actors
