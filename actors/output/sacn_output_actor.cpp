#include "actors/output/sacn_output_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = output_actor::stateful_pointer<sacn_output_state>;

constexpr std::chrono::nanoseconds idle_check = 200ms; // keep-alives while no ticks come
/// Ticks take care of what is due sooner; at a limited rate the timer does.
constexpr std::chrono::nanoseconds idle_shortest = 50ms;

sacn_schedule::time now_of(pointer self) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch());
}

output_link link_to(const sacn_output_options& options) {
  if (!options.destination.empty())
    return {"sacn", options.destination, [host_port = options.destination]() -> result<output_link::way> {
              auto destination = net::resolve_udp(host_port, sacn::udp_port);
              if (!destination) return failure(destination.error());
              auto socket = net::udp_sender::open(destination->v6());
              if (!socket) return failure(socket.error());
              return output_link::way{std::move(*socket), *destination};
            }};
  net::udp_options how;
  how.multicast_interface = options.interface;
  how.multicast_ttl = options.ttl;
  const auto by = options.interface.empty() ? std::string{} : " by " + options.interface;
  return {"sacn", "multicast" + by, [how]() -> result<output_link::way> {
            auto socket = net::udp_sender::open(false, how);
            if (!socket) return failure(socket.error());
            return output_link::way{std::move(*socket), {}};
          }};
}

/// Where the packets of a universe go. @pre the link is ready
const net::udp_endpoint* endpoint(sacn_output_state& st, std::uint16_t universe) {
  if (!st.options.destination.empty()) return &st.link.destination();
  auto& group = st.groups[universe];
  if (group.size() == 0) {
    const auto address = sacn::multicast_group(universe);
    group = *net::udp_endpoint::parse(
        fmt::format("{}.{}.{}.{}", address[0], address[1], address[2], address[3]), sacn::udp_port);
  }
  return &group;
}

/// Sends levels, then tells receivers to show them; of what only ends there is nothing to show.
void transmit(sacn_output_state& st, std::span<const sacn_schedule::outgoing> packets, bool show = true) {
  if (packets.empty()) return;
  st.batch.clear();
  for (const auto& one : packets) st.batch.push_back({*one.bytes, endpoint(st, one.universe)});
  if (const auto* sync = show ? st.schedule.next_sync() : nullptr)
    st.batch.push_back({*sync, endpoint(st, st.options.source.synchronization->number())});
  st.link.send(st.batch);
}

void announce(sacn_output_state& st, sacn_schedule::time now) {
  st.batch.clear();
  for (const auto& page : st.schedule.discovery(now))
    st.batch.push_back({page, endpoint(st, sacn::discovery_universe)});
  if (!st.batch.empty()) st.link.send(st.batch);
}

void send_due(pointer self) {
  auto& st = port::state(self);
  const auto now = now_of(self);
  if (!st.link.ready(now)) return;
  transmit(st, st.schedule.due(now));
  announce(st, now);
}

void plan(pointer self) {
  auto& st = port::state(self);
  if (st.timer_running) return;
  st.timer_running = true;
  auto wait = idle_check;
  const bool limited = st.options.timing.min_interval.count() > 0;
  // Before the socket is open everything has been due for ever.
  if (const auto next = st.schedule.next_due(); next && *next > now_of(self))
    wait = std::clamp(*next - now_of(self), limited ? 0ns : idle_shortest, idle_check);
  self->scheduled_send(self, self->clock().now() + wait, keep_alive_atom_v);
}

/// What can't be told by the socket.
std::string note(const sacn_schedule& schedule) {
  const auto count = schedule.unsendable();
  if (count == 0) return {};
  return fmt::format("{} {} sent: with firstUniverse the number in sACN is above {}", count,
                     count == 1 ? "universe isn't" : "universes aren't", sacn::universe::highest);
}

} // namespace

output_actor::behavior_type sacn_output(pointer self, sacn_output_options options) {
  auto& made = port::state(self);
  made.schedule = sacn_schedule{options.source, options.timing};
  made.link = link_to(options);
  made.options = std::move(options);
  return {
      [self](const universes_made& news) {
        auto& st = port::state(self);
        taken(*self, st.options.metrics.get(), inbox::output, news.sent_ns);
        st.schedule.offer(*news.dmx);
        send_due(self);
        plan(self);
      },
      [self](go_dark) {
        auto& st = port::state(self);
        if (st.link.ready(now_of(self))) {
          transmit(st, st.schedule.last(!st.options.hold));
          for (unsigned i = 0; i < sacn_schedule::terminations; ++i)
            transmit(st, st.schedule.terminate(), false);
        }
        self->quit();
      },
      [self](ask_output_report) {
        const auto& st = port::state(self);
        return st.link.report(note(st.schedule));
      },
      [self](keep_alive_atom) {
        port::state(self).timer_running = false;
        send_due(self);
        plan(self);
      },
  };
}

} // namespace troupe::actors
