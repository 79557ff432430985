#include "actors/output/artnet_output_actor.hpp"

#include "actors/system/log.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = output_actor::stateful_pointer<artnet_output_state>;

constexpr auto longest_back_off = std::chrono::milliseconds{8'000};
constexpr std::size_t lasting = 60; // batches without room before it is called a problem
constexpr auto idle_check = 200ms;  // keep-alives while no ticks come

artnet_schedule::time now_of(pointer self) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch());
}

void report(artnet_output_state& st, std::string problem) {
  if (problem == st.problem) return;
  if (!problem.empty()) log::warn("artnet", problem);
  if (problem.empty()) log::info("artnet", "sending to " + st.options.destination + " again");
  st.problem = std::move(problem);
}

/// Opens the socket, or tries again later, ever less often.
bool ready(pointer self) {
  auto& st = port::state(self);
  if (st.socket) return true;
  const auto now = self->clock().now();
  if (now < st.retry_at) return false;
  auto failed = [&](const std::string& why) {
    report(st, "can't send to " + st.options.destination + ": " + why);
    st.retry_at = now + st.back_off;
    st.back_off = std::min(st.back_off * 2, longest_back_off);
    return false;
  };
  auto destination = net::resolve_udp(st.options.destination, artnet::udp_port);
  if (!destination) return failed(destination.error().message);
  auto socket = net::udp_sender::open(destination->v6());
  if (!socket) return failed(socket.error().message);
  st.destination = *destination;
  st.socket.emplace(std::move(*socket));
  st.back_off = 250ms;
  report(st, {});
  return true;
}

void transmit(pointer self, std::span<const artnet_schedule::packet* const> packets) {
  auto& st = port::state(self);
  if (packets.empty() || !ready(self)) return;
  st.batch.clear();
  for (const auto* one : packets) st.batch.push_back({*one, &st.destination});
  const auto outcome = st.socket->send_batch(st.batch);
  const bool blocked = outcome.sent == 0 && (outcome.dropped > 0 || outcome.errors > 0);
  st.full_batches = blocked ? st.full_batches + 1 : 0;
  if (st.full_batches == lasting)
    report(st, "nothing can be sent to " + st.options.destination + ": " +
                   (outcome.last_error ? std::strerror(outcome.last_error) : "no room in the kernel"));
  else if (!blocked)
    report(st, {});
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
  port::state(self).options = std::move(options);
  return {
      [self](const universes_made& made) {
        auto& st = port::state(self);
        st.schedule.offer(*made.dmx);
        transmit(self, st.schedule.due(now_of(self)));
        plan(self);
      },
      [self](go_dark) {
        auto& st = port::state(self);
        transmit(self, st.schedule.last(!st.options.hold));
        self->quit();
      },
      [self](ask_output_report) {
        const auto& st = port::state(self);
        output_report told;
        told.name = "artnet";
        told.destination = st.options.destination;
        told.problem = st.problem;
        if (st.socket) {
          const auto& sums = st.socket->totals();
          told.packets = sums.sent;
          told.bytes = sums.bytes;
          told.refused = sums.refused;
          told.dropped = sums.dropped;
          told.errors = sums.errors + sums.unreachable;
        }
        return told;
      },
      [self](keep_alive_atom) {
        auto& st = port::state(self);
        st.timer_running = false;
        transmit(self, st.schedule.due(now_of(self)));
        plan(self);
      },
  };
}

} // namespace troupe::actors
