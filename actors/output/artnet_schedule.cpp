#include "actors/output/artnet_schedule.hpp"

#include <algorithm>

namespace troupe::actors {

void artnet_schedule::take(std::uint16_t address, artnet::dmx_levels levels, bool maybe_changed) {
  const auto [at, added] = universes_.try_emplace(address);
  auto& one = at->second;
  if (added)
    artnet::encode_artdmx(one.bytes, *artnet::port_address::from(address), 0, 0, levels);
  else if (maybe_changed || one.retiring) {
    // Compared with what was sent, because an offer may have been skipped.
    if (std::equal(levels.begin(), levels.end(), artnet::levels_of(one.bytes).begin())) {
      one.changed |= one.retiring;
    } else {
      artnet::update_levels(one.bytes, levels);
      one.changed = true;
    }
  }
  one.retiring = false;
  one.changed |= timing_.constant_rate;
}

void artnet_schedule::offer(const dmx_data& dmx) {
  for (auto& [address, one] : universes_) {
    if (std::binary_search(dmx.addresses.begin(), dmx.addresses.end(), address) || one.retiring) continue;
    artnet::update_levels(one.bytes, dark_levels);
    one.retiring = one.changed = true;
  }
  for (std::size_t i = 0; i < dmx.addresses.size(); ++i)
    take(dmx.addresses[i], levels_at(dmx, i), dmx.changed[i] != 0);
}

artnet_schedule::time artnet_schedule::due_at(const universe& one) const {
  if (!one.sent) return time::min();
  return *one.sent + (one.changed ? timing_.min_interval : timing_.keep_alive);
}

const artnet_schedule::packet* artnet_schedule::stamp(universe& one) {
  one.sequence = artnet::next_sequence(one.sequence);
  artnet::update_sequence(one.bytes, one.sequence);
  one.changed = false;
  return &one.bytes;
}

std::span<const artnet_schedule::packet* const> artnet_schedule::due(time now) {
  for (const auto address : retired_) {
    const auto at = universes_.find(address);
    if (at != universes_.end() && at->second.retiring) universes_.erase(at);
  }
  retired_.clear();
  batch_.clear();
  for (auto& [address, one] : universes_) {
    const auto deadline = due_at(one);
    if (now < deadline) continue;
    batch_.push_back(stamp(one));
    one.sent = one.sent ? on_cadence(deadline, now, timing_) : now;
    if (one.retiring) retired_.push_back(address);
  }
  return batch_;
}

std::optional<artnet_schedule::time> artnet_schedule::next_due() const {
  std::optional<time> next;
  for (const auto& [address, one] : universes_)
    if (const auto at = due_at(one); !next || at < *next) next = at;
  return next;
}

std::span<const artnet_schedule::packet* const> artnet_schedule::last(bool zeros) {
  batch_.clear();
  for (auto& [address, one] : universes_) {
    if (zeros) artnet::update_levels(one.bytes, dark_levels);
    batch_.push_back(stamp(one));
  }
  return batch_;
}

} // namespace troupe::actors
