#include "actors/input/dmx_source_table.hpp"

#include <algorithm>

namespace troupe::actors {

dmx_source_table::dmx_source_table(std::vector<universe_rules> universes) {
  for (const auto& one : universes) {
    addresses_.push_back(one.address);
    universes_.emplace_back(one);
  }
}

universe_sources* dmx_source_table::find(std::uint16_t universe) {
  const auto at = std::lower_bound(addresses_.begin(), addresses_.end(), universe);
  if (at == addresses_.end() || *at != universe) return nullptr;
  return &universes_[static_cast<std::size_t>(at - addresses_.begin())];
}

void dmx_source_table::look_at(universe_sources& one, std::int64_t arrival_ns) {
  for (auto& place : one.take_gone()) gone_.push_back(place);
  if (!one.take_moved()) return;
  changed_ = true;
  arrival_ns_ = std::max(arrival_ns_, arrival_ns);
}

dmx_source_table::verdict dmx_source_table::take(const network_packet& packet) {
  bool known = false;
  if (packet.what == network_packet::kind::sacn_sync) {
    for (auto& one : universes_) {
      known = one.synchronise(packet) || known;
      look_at(one, packet.arrival_ns);
    }
  } else if (auto* universe = find(packet.universe)) {
    known = universe->take(packet);
    look_at(*universe, packet.arrival_ns);
  }
  return known ? verdict::known : verdict::refused;
}

void dmx_source_table::advance(std::int64_t now_ns) {
  for (auto& one : universes_) {
    one.advance(now_ns);
    look_at(one, 0);
  }
}

std::optional<std::int64_t> dmx_source_table::next_event(std::int64_t now_ns) const {
  std::optional<std::int64_t> next;
  for (const auto& one : universes_)
    if (const auto at = one.next_event(now_ns); at && (!next || *at < *next)) next = at;
  return next;
}

dmx_inputs_ptr dmx_source_table::snapshot() {
  if (!changed_ && snapshot_) return snapshot_;
  snapshot_ = nullptr; // may be the one that is taken again
  auto made = pool_.take();
  made->universes = addresses_;
  made->levels.clear();
  made->priorities.clear();
  for (const auto& one : universes_) {
    made->levels.insert(made->levels.end(), one.merged().begin(), one.merged().end());
    made->priorities.insert(made->priorities.end(), one.priorities().begin(), one.priorities().end());
  }
  snapshot_ = std::move(made);
  changed_ = false;
  return snapshot_;
}

std::vector<network_universe_report> dmx_source_table::report(std::int64_t now_ns) const {
  std::vector<network_universe_report> out;
  for (const auto& one : universes_) out.push_back(one.report(now_ns));
  return out;
}

} // namespace troupe::actors
