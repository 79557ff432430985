#include "actors/output/artnet_output_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/system/realtime.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = output_actor::stateful_pointer<artnet_output_state>;
using phase = universe_schedule::phase;

constexpr std::chrono::nanoseconds idle_check = 200ms;    // keep-alives and polls while no ticks come
constexpr std::chrono::nanoseconds shortest_wait = 250us; // of packets that are spread: a wake-up isn't free
constexpr std::chrono::nanoseconds usual_tick = 16'666'667ns;

artnet_schedule::time now_of(pointer self) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch());
}

output_link link_to(const artnet_output_options& options) {
  const auto host_port = options.destination.empty() ? options.poll_to : options.destination;
  net::udp_options how;
  how.broadcast = options.broadcast;
  how.segments = options.pacing.burst;
  return {"artnet", options.name(), [host_port, how]() -> result<output_link::way> {
            auto destination = net::resolve_udp(host_port, artnet::udp_port);
            if (!destination) return failure(destination.error());
            auto socket = net::udp_sender::open(destination->v6(), how);
            if (!socket) return failure(socket.error());
            return output_link::way{std::move(*socket), *destination};
          }};
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
      std::fill(st_.in_tick.begin(), st_.in_tick.end(), 0);
    }
    st_.schedule.offer(made.dmx, made.part, made.parts);
    st_.unfinished_ns = time.deadline_ns;
    send_due();
  }

  void send_due() {
    if (st_.options.realtime && !std::exchange(st_.asked_realtime, true))
      st_.not_realtime = !ask_realtime(output_priority);
    if (st_.link.ready(now_)) {
      look_for_nodes();
      const auto due = st_.schedule.due(now_);
      const bool crowded = !due.empty() && st_.options.poll_to.empty() && st_.pacer.crowded(due.size());
      if (!st_.nodes.empty()) count(due);
      for (const auto& one : due) {
        if (one.as == phase::live && (crowded || crowded_node(*one.which)))
          st_.pacer.put(*one.which);
        else
          add(*one.which);
      }
      for (auto* one : st_.pacer.take(now_)) add(*one);
      flush();
      finish();
    }
    plan();
  }

  void end() {
    if (!st_.link.ready(now_)) return;
    st_.pacer.clear();
    for (const auto& one : st_.schedule.last(!st_.options.hold)) add(*one.which);
    flush();
  }

 private:
  /// Counts how long the frame took, once it is on its way as a whole.
  void finish() {
    auto* measures = st_.options.metrics.get();
    if (st_.unfinished_ns == 0 || st_.schedule.in_frame() || st_.pacer.waiting() > 0) return;
    const auto deadline_ns = std::exchange(st_.unfinished_ns, 0);
    if (measures) measures->output_done.observe(stamp(*self_, measures) - deadline_ns);
  }

  void look_for_nodes() {
    if (st_.options.poll_to.empty()) return;
    if (!st_.discovery)
      st_.discovery = std::make_unique<artnet_discovery>(st_.options.listener, st_.link.destination());
    st_.discovery->tend(now_);
    auto routes = st_.discovery->changes();
    if (!routes) return;
    // A node that is new, or wants more, isn't left dark until the next keep-alive.
    for (const auto universe : routes->new_since(st_.routes)) st_.schedule.touch(universe);
    st_.routes = std::move(*routes);
    st_.nodes.clear();
    for (const auto& address : st_.routes.nodes())
      st_.nodes.push_back(net::udp_endpoint::from_ipv4(address, st_.link.destination().port()));
    st_.per_node.resize(st_.nodes.size());
    st_.in_tick.assign(st_.nodes.size(), 0);
  }

  void count(std::span<const universe_schedule::due_universe> due) {
    for (const auto& one : due)
      for (const auto node : st_.routes.of(one.which->address)) ++st_.in_tick[node];
  }

  bool crowded_node(const universe_schedule::universe& one) const {
    if (!st_.pacer.active() || st_.nodes.empty()) return false;
    const auto wanted = st_.routes.of(one.address);
    return one.waiting || std::any_of(wanted.begin(), wanted.end(), [this](std::uint16_t node) {
             return st_.in_tick[node] > st_.pacer.rules().free;
           });
  }

  void add(universe_schedule::universe& one) {
    if (st_.options.poll_to.empty()) {
      const auto packet = st_.schedule.make(one);
      st_.batch.push_back({packet.header, &st_.link.destination(), packet.levels});
      return;
    }
    const auto wanted = st_.routes.of(one.address);
    if (wanted.empty()) return;
    const auto packet = st_.schedule.make(one);
    for (const auto node : wanted)
      st_.per_node[node].push_back({packet.header, &st_.nodes[node], packet.levels});
  }

  /// Sends what was added, node after node, so that it leaves in few system calls.
  void flush() {
    for (auto& one : st_.per_node) {
      st_.batch.insert(st_.batch.end(), one.begin(), one.end());
      one.clear();
    }
    st_.unsynced |= !st_.batch.empty();
    static const auto sync = artnet::encode_artsync();
    if (st_.options.sync && st_.unsynced && st_.pacer.waiting() == 0 && !st_.schedule.in_frame()) {
      st_.unsynced = false;
      if (st_.options.poll_to.empty()) st_.batch.push_back({sync, &st_.link.destination()});
      for (const auto& node : st_.nodes) st_.batch.push_back({sync, &node});
    }
    if (st_.batch.empty()) return;
    st_.link.send(st_.batch);
    if (st_.options.listener && !std::exchange(st_.known_as_own, true))
      st_.options.listener->own_port(st_.link.local_port());
    st_.batch.clear();
  }

  void plan() {
    auto wait = idle_check;
    if (const auto next = st_.pacer.next()) {
      wait = std::max(*next - now_, shortest_wait);
    } else if (st_.options.timing.min_interval.count() > 0) {
      if (const auto due = st_.schedule.next_due())
        wait = std::clamp(*due - now_, std::chrono::nanoseconds{0}, wait);
    }
    if (st_.timer.wants(now_ + wait))
      self_->scheduled_send(self_, caf::actor_clock::time_point{} + (now_ + wait), keep_alive_atom_v);
  }

  pointer self_;
  artnet_output_state& st_;
  artnet_schedule::time now_;
};

output_report report(const artnet_output_state& st) {
  auto told = st.link.report();
  told.kept_alive = st.schedule.kept_alive();
  told.paced = st.pacer.paced();
  told.superseded = st.pacer.superseded();
  told.late = st.pacer.late();
  if (st.not_realtime) told.notes.emplace_back("no real-time priority (CAP_SYS_NICE or an rtprio limit)");
  if (st.options.poll_to.empty()) return told;
  told.finds_nodes = true;
  if (!st.discovery) return told;
  told.nodes = st.discovery->nodes();
  for (auto& one : st.discovery->notes()) told.notes.push_back(std::move(one));
  return told;
}

} // namespace

output_actor::behavior_type artnet_output(pointer self, artnet_output_options options) {
  auto& made = port::state(self);
  made.schedule = artnet_schedule{options.timing};
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
