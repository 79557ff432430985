#include "actors/output/sacn_output_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/system/realtime.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = output_actor::stateful_pointer<sacn_output_state>;
using phase = universe_schedule::phase;

constexpr std::chrono::nanoseconds idle_check = 200ms;    // keep-alives while no ticks come
constexpr std::chrono::nanoseconds shortest_wait = 250us; // of packets that are spread: a wake-up isn't free
constexpr std::chrono::nanoseconds usual_tick = 16'666'667ns;
/// Ticks take care of what is due sooner; at a limited rate the timer does.
constexpr std::chrono::nanoseconds idle_shortest = 50ms;

sacn_schedule::time now_of(pointer self) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch());
}

output_link link_to(const sacn_output_options& options) {
  if (!options.destination.empty())
    return {"sacn", options.destination,
            [host_port = options.destination, segments = options.pacing.burst]() -> result<output_link::way> {
              auto destination = net::resolve_udp(host_port, sacn::udp_port);
              if (!destination) return failure(destination.error());
              net::udp_options how;
              how.segments = segments;
              auto socket = net::udp_sender::open(destination->v6(), how);
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

/// One output at work; lives in its handlers only.
class sending {
 public:
  explicit sending(pointer self) : self_(self), st_(port::state(self)), now_(now_of(self)) {}

  void take(const universes_made& made) {
    const auto& time = made.dmx->time;
    if (time.frame_number != st_.frame || made.parts == 1) {
      st_.frame = time.frame_number;
      st_.pacer.begin_tick(now_, time.dt_ns > 0 ? std::chrono::nanoseconds{time.dt_ns} : usual_tick);
    }
    st_.schedule.offer(made.dmx, made.part, made.parts);
    st_.unfinished_ns = time.deadline_ns;
    send_due();
  }

  void send_due() {
    if (st_.options.realtime && !std::exchange(st_.asked_realtime, true))
      st_.not_realtime = !ask_realtime(output_priority);
    if (st_.link.ready(now_)) {
      const auto due = st_.schedule.due(now_);
      const bool crowded = !due.empty() && !st_.options.destination.empty() && st_.pacer.crowded(due.size());
      for (const auto& one : due) {
        if (crowded && one.as == phase::live)
          st_.pacer.put(*one.which);
        else
          add(*one.which, one.as);
      }
      for (auto* one : st_.pacer.take(now_)) add(*one, phase::live);
      for (const auto& one : st_.schedule.priorities(now_)) add(one);
      flush();
      finish();
      announce();
    }
    plan();
  }

  void end() {
    if (!st_.link.ready(now_)) return;
    st_.pacer.clear();
    for (const auto& one : st_.schedule.last(!st_.options.hold)) add(*one.which, one.as);
    flush();
    for (unsigned i = 0; i < sacn_schedule::terminations; ++i) {
      for (const auto& one : st_.schedule.terminate()) add(*one.which, one.as);
      st_.unsynced = false; // of what only ends there is nothing to show
      send();
    }
  }

 private:
  /// Counts how long the frame took, once it is on its way as a whole.
  void finish() {
    auto* measures = st_.options.metrics.get();
    if (st_.unfinished_ns == 0 || st_.schedule.in_frame() || st_.pacer.waiting() > 0) return;
    const auto deadline_ns = std::exchange(st_.unfinished_ns, 0);
    if (measures) measures->output_done.observe(stamp(*self_, measures) - deadline_ns);
  }

  void add(universe_schedule::universe& one, phase as) {
    if (as != phase::ending) st_.unsynced = true;
    add(st_.schedule.make(one, as));
  }
  void add(const sacn_schedule::packet& one) {
    st_.batch.push_back({one.header, endpoint(st_, one.universe), one.levels});
  }

  void send() {
    if (!st_.batch.empty()) st_.link.send(st_.batch);
    st_.batch.clear();
  }

  /// Sends what was added; when a frame is out receivers are told to show it.
  void flush() {
    const bool whole = st_.pacer.waiting() == 0 && !st_.schedule.in_frame();
    if (st_.unsynced && whole) {
      st_.unsynced = false;
      if (const auto* sync = st_.schedule.next_sync())
        st_.batch.push_back({*sync, endpoint(st_, st_.options.source.synchronization->number())});
    }
    send();
  }

  void announce() {
    for (const auto& page : st_.schedule.discovery(now_))
      st_.batch.push_back({page, endpoint(st_, sacn::discovery_universe)});
    send();
  }

  void plan() {
    auto wait = idle_check;
    if (const auto next = st_.pacer.next()) {
      wait = std::max(*next - now_, shortest_wait);
    } else {
      const bool limited = st_.options.timing.min_interval.count() > 0;
      // Before the socket is open everything has been due for ever.
      if (const auto due = st_.schedule.next_due(); due && *due > now_)
        wait = std::clamp(*due - now_, limited ? 0ns : idle_shortest, idle_check);
    }
    if (st_.timer.wants(now_ + wait))
      self_->scheduled_send(self_, caf::actor_clock::time_point{} + (now_ + wait), keep_alive_atom_v);
  }

  pointer self_;
  sacn_output_state& st_;
  sacn_schedule::time now_;
};

/// What can't be told by the socket.
std::string note(const sacn_schedule& schedule) {
  const auto count = schedule.unsendable();
  if (count == 0) return {};
  return fmt::format("{} {} sent: with firstUniverse the number in sACN is above {}", count,
                     count == 1 ? "universe isn't" : "universes aren't", sacn::universe::highest);
}

output_report report(const sacn_output_state& st) {
  auto told = st.link.report(note(st.schedule));
  told.kept_alive = st.schedule.kept_alive();
  told.paced = st.pacer.paced();
  told.superseded = st.pacer.superseded();
  told.late = st.pacer.late();
  if (st.not_realtime) told.notes.emplace_back("no real-time priority (CAP_SYS_NICE or an rtprio limit)");
  return told;
}

} // namespace

output_actor::behavior_type sacn_output(pointer self, sacn_output_options options) {
  auto& made = port::state(self);
  made.schedule = sacn_schedule{options.source, options.timing};
  made.pacer = packet_pacer{options.pacing};
  made.link = link_to(options);
  made.merge = output_merge{options.merge};
  made.options = std::move(options);
  return {
      [self](const universes_made& news) {
        auto& st = port::state(self);
        taken(*self, st.options.metrics.get(), inbox::output, news.sent_ns);
        for (const auto& one : st.merge.apply(news)) sending{self}.take(one);
      },
      [self](go_dark) {
        sending{self}.end();
        self->quit();
      },
      [self](ask_output_report) { return report(port::state(self)); },
      [self](keep_alive_atom) {
        port::state(self).timer.woke();
        sending{self}.send_due();
      },
  };
}

} // namespace troupe::actors
