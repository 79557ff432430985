#include "actors/input/network_input_actor.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = network_input_actor::stateful_pointer<network_input_state>;

/// Between two messages to input_state: a burst of packets of many universes travels as one.
constexpr std::int64_t gap_ns = 1'000'000;
constexpr auto answer_timeout = 1s;
constexpr std::int64_t retry_ns = 100'000'000;
/// How often a port that can't be opened is looked after.
constexpr std::int64_t tend_ns = 2'000'000'000;

std::int64_t now_of(pointer self) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch()).count();
}

void plan(pointer self, std::int64_t at_ns) {
  auto& st = port::state(self);
  if (st.planned_ns && *st.planned_ns <= at_ns) return;
  st.planned_ns = at_ns;
  const auto wait = std::chrono::nanoseconds{std::max<std::int64_t>(0, at_ns - now_of(self))};
  self->scheduled_send(self, self->clock().now() + wait, work_atom_v);
}

void tell(pointer self) {
  auto& st = port::state(self);
  const bool news = !st.told || st.table.changed() || !st.timecode_told;
  if (!news || !st.peers || st.on_the_way) return;
  const auto now = now_of(self);
  if (now - st.told_at_ns < gap_ns) return plan(self, st.told_at_ns + gap_ns);
  network_moved made;
  made.dmx = st.told = st.table.snapshot();
  made.arrival_ns = st.table.take_arrival();
  if (!std::exchange(st.timecode_told, true)) {
    made.timecode_ns = position_ns(st.timecode->at);
    made.timecode_arrival_ns = st.timecode->arrival_ns;
  }
  st.told_at_ns = now;
  st.on_the_way = true;
  const auto answered = [self] {
    port::state(self).on_the_way = false;
    tell(self);
  };
  self->request(st.peers->input_state, answer_timeout, std::move(made))
      .then(answered, [self, answered](const caf::error&) {
        auto& mine = port::state(self);
        mine.told = nullptr; // it may not have it: all of it again, but not in a hurry
        mine.timecode_told = !mine.timecode.has_value();
        mine.told_at_ns = now_of(self) + retry_ns;
        answered();
      });
}

void take_packets(pointer self, std::int64_t now) {
  auto& st = port::state(self);
  std::optional<packet_intake::timecode_packet> timecode;
  st.intake->drain(st.packets, timecode);
  for (const auto& one : st.packets) {
    const auto verdict = st.table.take(one);
    if (verdict == dmx_source_table::verdict::refused) st.intake->release(one.sender, one.universe);
    if (verdict == dmx_source_table::verdict::known && one.synchronization != 0 && st.sacn)
      st.sacn->want_sync(one.synchronization, std::chrono::nanoseconds{now});
  }
  if (timecode) {
    st.timecode = timecode;
    st.timecode_told = false;
  }
}

void work(pointer self) {
  auto& st = port::state(self);
  const auto now = now_of(self);
  if (st.planned_ns && *st.planned_ns <= now) st.planned_ns.reset();
  take_packets(self, now);
  st.table.advance(now);
  for (const auto& [sender, universe] : st.table.take_gone()) st.intake->release(sender, universe);
  if (st.sacn) {
    st.sacn->tend(std::chrono::nanoseconds{now});
    if (const auto at = st.sacn->retry_at()) plan(self, at->count());
  }
  if (st.artnet) {
    st.artnet->tend();
    if (!st.artnet->open()) plan(self, now + tend_ns);
  }
  tell(self);
  if (const auto next = st.table.next_event(now)) plan(self, *next);
}

network_report_ptr report(pointer self) {
  auto& st = port::state(self);
  const auto now = now_of(self);
  auto made = std::make_shared<network_report>();
  if (st.sacn) made->listeners.push_back(st.sacn->report());
  if (st.artnet) {
    const auto sums = st.artnet->totals();
    network_listener_report told;
    told.protocol = "artnet";
    told.address = "0.0.0.0:" + std::to_string(st.artnet->local_port());
    told.problem = st.artnet->problem();
    told.packets = sums.dmx + sums.time_codes;
    told.kernel_drops = sums.datagrams.kernel_drops;
    made->listeners.push_back(std::move(told));
  }
  made->universes = st.table.report(now);
  const auto drops = st.intake->drops();
  for (std::size_t i = 0; i < drops.size(); ++i)
    made->dropped.emplace_back(packet_drop_name(static_cast<packet_drop>(i)), drops[i]);
  if (st.timecode) {
    const auto age = std::max<std::int64_t>(0, now - st.timecode->arrival_ns);
    made->timecode = network_timecode_report{position_ns(st.timecode->at),
                                             std::string(timecode_rate_name(st.timecode->at.rate)),
                                             to_text(st.timecode->at),
                                             st.timecode->from.text(),
                                             age / 1'000'000,
                                             age < timecode_mark::patience_ns};
  }
  return made;
}

/// Art-Net's four rates stand in the order of ours.
timecode as_timecode(const artnet::arttimecode& packet) {
  return {packet.hours, packet.minutes, packet.seconds, packet.frames,
          static_cast<timecode_rate>(packet.type)};
}

void listen(pointer self, const network_input_options& options) {
  auto& st = port::state(self);
  const auto intake = st.intake;
  if (!options.sacn.groups.empty())
    st.sacn.emplace(options.sacn, [intake](std::span<const net::udp_arrival> batch) {
      for (const auto& one : batch) intake->take_sacn(one.bytes, one.source, one.arrival_ns);
    });
  if (!options.artnet) return;
  artnet_hooks hooks;
  hooks.on_dmx = [intake](const artnet_origin& from, const artnet::artdmx& packet) {
    intake->take_artnet(packet, from.source, from.arrival_ns);
  };
  if (options.timecode)
    hooks.on_timecode = [intake](const artnet_origin& from, const artnet::arttimecode& packet) {
      if (packet.stream == 0) intake->take_timecode(as_timecode(packet), from.source, from.arrival_ns);
    };
  st.artnet = options.artnet;
  st.heard = st.artnet->listen(std::move(hooks));
}

} // namespace

network_input_actor::behavior_type network_input(pointer self, network_input_options options) {
  auto& made = port::state(self);
  made.table = dmx_source_table{options.universes};
  // The threads that receive mustn't keep us alive.
  made.intake = std::make_shared<packet_intake>(options.listened, [weak = caf::weak_actor_ptr{self->ctrl()}] {
    if (const auto strong = weak.lock())
      caf::anon_send(caf::actor_cast<network_input_actor>(strong), work_atom_v);
  });
  listen(self, options);
  if (options.intake_is) options.intake_is(made.intake);
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        // A new input_state knows nothing.
        if (!st.peers || st.peers->input_state != change.now->input_state) {
          st.told = nullptr;
          st.timecode_told = !st.timecode.has_value();
        }
        st.peers = change.now;
        work(self);
      },
      [self](ask_network_report) { return report(self); },
      [self](work_atom) { work(self); },
  };
}

} // namespace troupe::actors
