#include "actors/output/artnet_output_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"

#include <algorithm>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = output_actor::stateful_pointer<artnet_output_state>;

constexpr auto idle_check = 200ms; // keep-alives while no ticks come

artnet_schedule::time now_of(pointer self) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch());
}

output_link link_to(const std::string& host_port) {
  return {"artnet", host_port, [host_port]() -> result<output_link::way> {
            auto destination = net::resolve_udp(host_port, artnet::udp_port);
            if (!destination) return failure(destination.error());
            auto socket = net::udp_sender::open(destination->v6());
            if (!socket) return failure(socket.error());
            return output_link::way{std::move(*socket), *destination};
          }};
}

void transmit(pointer self, std::span<const artnet_schedule::packet* const> packets) {
  auto& st = port::state(self);
  if (packets.empty() || !st.link.ready(now_of(self))) return;
  st.batch.clear();
  for (const auto* one : packets) st.batch.push_back({*one, &st.link.destination()});
  static const auto sync = artnet::encode_artsync();
  if (st.options.sync) st.batch.push_back({sync, &st.link.destination()});
  st.link.send(st.batch);
}

void plan(pointer self) {
  auto& st = port::state(self);
  if (st.timer_running) return;
  st.timer_running = true;
  auto wait = std::chrono::nanoseconds{idle_check};
  if (st.options.timing.min_interval.count() > 0) {
    if (const auto next = st.schedule.next_due())
      wait = std::clamp(*next - now_of(self), std::chrono::nanoseconds{0}, wait);
  }
  self->scheduled_send(self, self->clock().now() + wait, keep_alive_atom_v);
}

} // namespace

output_actor::behavior_type artnet_output(pointer self, artnet_output_options options) {
  port::state(self).schedule = artnet_schedule{options.timing};
  port::state(self).link = link_to(options.destination);
  port::state(self).options = std::move(options);
  return {
      [self](const universes_made& made) {
        auto& st = port::state(self);
        taken(*self, st.options.metrics.get(), inbox::output, made.sent_ns);
        st.schedule.offer(*made.dmx);
        transmit(self, st.schedule.due(now_of(self)));
        plan(self);
      },
      [self](go_dark) {
        auto& st = port::state(self);
        transmit(self, st.schedule.last(!st.options.hold));
        self->quit();
      },
      [self](ask_output_report) { return port::state(self).link.report(); },
      [self](keep_alive_atom) {
        auto& st = port::state(self);
        st.timer_running = false;
        transmit(self, st.schedule.due(now_of(self)));
        plan(self);
      },
  };
}

} // namespace troupe::actors
