#include "actors/output/sacn_schedule.hpp"

#include <algorithm>

namespace troupe::actors {
namespace {

/// How often levels that have stopped changing are sent again before only keep-alives are (6.6.2).
constexpr unsigned repeats_after_change = 3;
/// Between those, and between packets that end a universe: apart, so that one burst of loss doesn't take all.
constexpr auto repeat_interval = std::chrono::milliseconds{20};
constexpr auto discovery_interval = std::chrono::seconds{10}; // E131_UNIVERSE_DISCOVERY_INTERVAL

} // namespace

void sacn_schedule::take(std::uint16_t number, sacn::dmx_levels levels, bool maybe_changed) {
  const auto [at, added] = universes_.try_emplace(number);
  auto& one = at->second;
  const bool returns = one.now != phase::live;
  if (added) {
    const sacn::source from{source_.id, source_.name, source_.priority,
                            source_.synchronization ? source_.synchronization->number() : std::uint16_t{0}};
    sacn::encode_data(one.bytes, from, *sacn::universe::from(number), 0, 0, sacn::start_code::levels, levels);
  } else if (returns) {
    sacn::update_levels(one.bytes, levels);
    sacn::update_options(one.bytes, 0);
    one.now = phase::live;
    one.changed = true;
  } else if (maybe_changed && !std::equal(levels.begin(), levels.end(), sacn::levels_of(one.bytes).begin())) {
    // Compared with what was sent, because an offer may have been skipped.
    sacn::update_levels(one.bytes, levels);
    one.changed = true;
  }
}

void sacn_schedule::offer(const dmx_data& dmx) {
  const auto offered = [&](std::uint16_t number) {
    return number >= source_.first_universe &&
           std::binary_search(dmx.addresses.begin(), dmx.addresses.end(), number - source_.first_universe);
  };
  for (auto& [number, one] : universes_) {
    if (one.now != phase::live || offered(number)) continue;
    sacn::update_levels(one.bytes, dark_levels);
    one.now = phase::blanking;
    one.changed = true;
  }
  unsendable_ = 0;
  for (std::size_t i = 0; i < dmx.addresses.size(); ++i) {
    const auto number = sacn::universe::from(std::uint32_t{dmx.addresses[i]} + source_.first_universe);
    if (number)
      take(number->number(), levels_at(dmx, i), dmx.changed[i] != 0);
    else
      ++unsendable_;
  }
}

sacn_schedule::time sacn_schedule::due_at(const entry& one) const {
  if (!one.sent) return time::min();
  if (one.changed) return *one.sent + timing_.min_interval;
  if (one.repeats > 0) return *one.sent + std::max<time>(timing_.min_interval, repeat_interval);
  return *one.sent + timing_.keep_alive;
}

/// What follows the packet that goes out now.
void sacn_schedule::advance(entry& one) {
  if (one.now == phase::blanking) {
    one.now = phase::ending;
    one.repeats = terminations;
  } else if (one.now == phase::ending) {
    --one.repeats;
  } else if (one.changed) {
    one.repeats = repeats_after_change;
  } else if (one.repeats > 0) {
    --one.repeats;
  }
  one.changed = false;
}

sacn_schedule::outgoing sacn_schedule::stamp(std::uint16_t number, entry& one) {
  one.sequence = sacn::next_sequence(one.sequence);
  sacn::update_sequence(one.bytes, one.sequence);
  return {&one.bytes, number};
}

std::span<const sacn_schedule::outgoing> sacn_schedule::due(time now) {
  for (const auto number : ended_) {
    const auto at = universes_.find(number);
    if (at != universes_.end() && at->second.now == phase::ending) universes_.erase(at);
  }
  ended_.clear();
  batch_.clear();
  for (auto& [number, one] : universes_) {
    const auto deadline = due_at(one);
    if (now < deadline) continue;
    if (one.now == phase::ending) sacn::update_options(one.bytes, sacn::option::stream_terminated);
    batch_.push_back(stamp(number, one));
    one.sent = one.sent ? on_cadence(deadline, now, timing_) : now;
    advance(one);
    if (one.now == phase::ending && one.repeats == 0) ended_.push_back(number);
  }
  return batch_;
}

const sacn_schedule::sync_packet* sacn_schedule::next_sync() {
  if (!source_.synchronization) return nullptr;
  sync_sequence_ = sacn::next_sequence(sync_sequence_);
  sacn::encode_sync(sync_, source_.id, sync_sequence_, *source_.synchronization);
  return &sync_;
}

std::span<const std::vector<std::uint8_t>> sacn_schedule::discovery(time now) {
  pages_.clear();
  if (discovered_ && now - *discovered_ < discovery_interval) return pages_;
  std::vector<std::uint16_t> told;
  for (const auto& [number, one] : universes_)
    if (one.now == phase::live) told.push_back(number);
  if (told.empty()) return pages_;
  // The list holds the universes of data and of synchronisation (8.5).
  if (source_.synchronization) {
    const auto number = source_.synchronization->number();
    const auto at = std::lower_bound(told.begin(), told.end(), number);
    if (at == told.end() || *at != number) told.insert(at, number);
  }
  discovered_ = now;
  std::array<std::uint8_t, sacn::discovery_max_size> bytes;
  for (std::size_t page = 0; page < sacn::discovery_pages(told.size()); ++page) {
    const auto size =
        sacn::encode_discovery(bytes, source_.id, source_.name, told, static_cast<std::uint8_t>(page));
    pages_.emplace_back(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return pages_;
}

std::optional<sacn_schedule::time> sacn_schedule::next_due() const {
  std::optional<time> next;
  for (const auto& [number, one] : universes_)
    if (const auto at = due_at(one); !next || at < *next) next = at;
  return next;
}

std::span<const sacn_schedule::outgoing> sacn_schedule::last(bool zeros) {
  batch_.clear();
  for (auto& [number, one] : universes_) {
    if (one.now == phase::ending) continue; // has had its last levels
    if (zeros) sacn::update_levels(one.bytes, dark_levels);
    batch_.push_back(stamp(number, one));
  }
  return batch_;
}

std::span<const sacn_schedule::outgoing> sacn_schedule::terminate() {
  batch_.clear();
  for (auto& [number, one] : universes_) {
    sacn::update_options(one.bytes, sacn::option::stream_terminated);
    batch_.push_back(stamp(number, one));
  }
  return batch_;
}

} // namespace troupe::actors
