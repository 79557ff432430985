#include "actors/output/universe_schedule.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace troupe::actors {
namespace {

/// From so many universes on their keep-alives are spread, up to a quarter of the interval early, so that a
/// show that stands still isn't one burst after the other.
constexpr std::size_t spread_from = 64;

} // namespace

universe_schedule::universe_schedule(schedule_rules rules)
    : rules_(std::move(rules)),
      granularity_(std::max<std::int64_t>(1, rules_.timing.keep_alive.count() / (buckets - 4))) {}

universe_schedule::universe& universe_schedule::at(std::uint16_t address) {
  auto& where = pages_[address / page_size];
  if (!where) {
    where = std::make_unique<universe_page>();
    for (std::size_t i = 0; i < page_size; ++i)
      (*where)[i].address = static_cast<std::uint16_t>(address / page_size * page_size + i);
  }
  return (*where)[address % page_size];
}

universe_schedule::levels_view universe_schedule::levels(const universe& one) const {
  if (dark_ || one.now != phase::live) return dark_levels;
  if (one.part != stray_part) return levels_at(*slices_[one.part].dmx, one.index);
  const auto& kept = strays_[one.index];
  return levels_at(*kept.dmx, kept.index);
}

void universe_schedule::list(universe& one) {
  if (!std::exchange(one.listed, true)) soon_.push_back(&one);
}

void universe_schedule::change(universe& one) {
  one.changed = true;
  list(one);
}

void universe_schedule::touch(std::uint16_t address) {
  if (auto* one = live(address)) change(*one);
}

universe_schedule::universe* universe_schedule::live(std::uint16_t address) {
  const auto& where = pages_[address / page_size];
  if (!where) return nullptr;
  auto& one = (*where)[address % page_size];
  return one.now == phase::live ? &one : nullptr;
}

/// The part has let go of what isn't in its slice any more: another one may have it in this frame.
void universe_schedule::release(const slice& before, const slice& after, std::uint16_t part) {
  for (auto* one : before.universes) {
    if (!one || one->part != part || one->now != phase::live) continue;
    if (one->index < after.universes.size() && after.universes[one->index] == one) continue;
    const auto where = static_cast<std::uint32_t>(strays_.size());
    strays_.push_back({one, before.dmx, one->index});
    one->part = stray_part;
    one->index = where;
  }
}

void universe_schedule::adopt(slice& into, dmx_ptr dmx, std::uint16_t part) {
  const auto before = std::exchange(into, slice{nullptr, {}, 0, into.frame});
  into.universes.assign(dmx->addresses.size(), nullptr);
  for (std::size_t i = 0; i < dmx->addresses.size(); ++i) {
    if (dmx->addresses[i] > rules_.highest_address) {
      ++into.unsendable;
      continue;
    }
    auto& one = at(dmx->addresses[i]);
    into.universes[i] = &one;
    if (one.now == phase::absent) ++count_;
    if (one.now != phase::live) {
      one.now = phase::live;
      change(one);
    }
    one.part = part;
    one.index = static_cast<std::uint32_t>(i);
  }
  into.dmx = std::move(dmx);
  release(before, into, part);
}

void universe_schedule::mark_changed(const slice& where) {
  const auto* const flags = where.dmx->changed.data();
  const std::size_t size = where.universes.size();
  if (rules_.timing.constant_rate) {
    for (auto* one : where.universes)
      if (one) change(*one);
    return;
  }
  std::size_t i = 0;
  for (std::uint64_t eight = 0; i + sizeof eight <= size; i += sizeof eight) { // mostly nothing has changed
    std::memcpy(&eight, flags + i, sizeof eight);
    if (eight == 0) continue;
    for (std::size_t k = i; k < i + sizeof eight; ++k)
      if (flags[k] != 0 && where.universes[k]) change(*where.universes[k]);
  }
  for (; i < size; ++i)
    if (flags[i] != 0 && where.universes[i]) change(*where.universes[i]);
}

/// @returns whether the frame is whole
bool universe_schedule::count_part(const dmx_data& dmx, std::uint16_t part, std::uint16_t parts) {
  const bool repeated = arrived_ > 0 && slices_[part].frame == frame_;
  if (arrived_ == 0 || dmx.time.frame_number != frame_number_ || parts != parts_ || repeated) {
    ++frame_;
    arrived_ = 0;
    frame_number_ = dmx.time.frame_number;
    parts_ = parts;
  }
  slices_[part].frame = frame_;
  if (++arrived_ < parts_) return false;
  arrived_ = 0;
  return true;
}

/// All parts have come: those that nobody has now are on their way out.
void universe_schedule::settle() {
  for (std::size_t part = parts_; part < slices_.size(); ++part)
    release(slices_[part], {}, static_cast<std::uint16_t>(part));
  slices_.resize(parts_);
  for (auto& one : strays_) {
    if (one.which->part != stray_part || one.which->now != phase::live) continue;
    one.which->now = phase::blanking;
    change(*one.which);
  }
  strays_.clear();
}

bool universe_schedule::offer(dmx_ptr dmx, std::uint16_t part, std::uint16_t parts) {
  if (part >= slices_.size()) slices_.resize(std::max<std::size_t>(part + 1u, parts));
  const bool whole = count_part(*dmx, part, parts);
  auto& mine = slices_[part];
  if (mine.dmx && mine.universes.size() == dmx->addresses.size() && mine.dmx->addresses == dmx->addresses) {
    mine.dmx = std::move(dmx);
  } else {
    adopt(mine, std::move(dmx), part);
  }
  mark_changed(mine);
  if (whole) settle();
  return whole;
}

universe_schedule::time universe_schedule::keep_alive_at(const universe& one) const {
  auto interval = rules_.timing.keep_alive;
  if (count_ >= spread_from) interval -= interval / 4 * (one.address % spread_from) / spread_from;
  return one.sent + interval;
}

universe_schedule::time universe_schedule::due_at(const universe& one) const {
  if (!one.was_sent) return time::min();
  if (one.changed) return one.sent + rules_.timing.min_interval;
  if (one.repeats > 0) return one.sent + std::max<time>(rules_.timing.min_interval, rules_.repeat_interval);
  return keep_alive_at(one);
}

/// What follows the packet that goes out now.
void universe_schedule::advance(universe& one) {
  if (one.now == phase::blanking) {
    one.repeats = static_cast<std::uint16_t>(rules_.terminations);
    if (rules_.terminations > 0) one.now = phase::ending;
  } else if (one.now == phase::live && one.changed) {
    one.repeats = static_cast<std::uint16_t>(rules_.repeats);
  } else if (one.repeats > 0) {
    --one.repeats;
  }
  one.changed = false;
  if (one.now != phase::live && one.repeats == 0) ended_.push_back(&one);
}

void universe_schedule::emit(universe& one, time deadline, time now) {
  batch_.push_back({&one, one.now});
  one.sent = one.was_sent ? on_cadence(deadline, now, rules_.timing) : now;
  one.was_sent = true;
  advance(one);
  put_on_wheel(one);
}

void universe_schedule::put_on_wheel(universe& one) {
  if (one.on_wheel || one.now != phase::live) return;
  const auto turn = std::clamp(keep_alive_at(one).count() / granularity_, cursor_,
                               cursor_ + static_cast<std::int64_t>(buckets) - 1);
  auto& where = wheel_[static_cast<std::size_t>(turn) % buckets];
  (where.first ? where.last->behind : where.first) = &one;
  where.last = &one;
  one.on_wheel = true;
}

/// Each universe stands on the wheel once, and stays where it is when it is sent earlier: that is looked at
/// when its turn comes.
void universe_schedule::turn_wheel(time now) {
  const auto to = now.count() / granularity_;
  if (!std::exchange(turning_, true)) cursor_ = to;
  const auto from = std::max(cursor_, to - static_cast<std::int64_t>(buckets) + 1);
  cursor_ = std::max(cursor_, to);
  for (auto turn = from; turn <= to; ++turn) {
    auto* next = std::exchange(wheel_[static_cast<std::size_t>(turn) % buckets], bucket{}).first;
    while (auto* one = next) {
      next = std::exchange(one->behind, nullptr);
      one->on_wheel = false;
      if (one->now != phase::live) continue;
      if (const auto deadline = due_at(*one); !one->listed && deadline <= now) {
        ++kept_alive_;
        emit(*one, deadline, now);
      } else {
        put_on_wheel(*one);
      }
    }
  }
}

void universe_schedule::forget_ended() {
  for (auto* one : ended_) {
    if (one->now == phase::live || one->now == phase::absent || one->repeats > 0) continue;
    one->now = phase::absent;
    one->counted = one->was_sent = one->changed = false;
    --count_;
  }
  ended_.clear();
}

std::span<const universe_schedule::due_universe> universe_schedule::due(time now) {
  forget_ended();
  batch_.clear();
  const auto to = now.count() / granularity_;
  if (!turning_) cursor_ = to;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < soon_.size(); ++i) {
    auto& one = *soon_[i];
    const bool wanted = one.now != phase::absent && (one.changed || one.repeats > 0);
    if (wanted) {
      if (const auto deadline = due_at(one); deadline <= now) emit(one, deadline, now);
    }
    if (wanted && (one.changed || one.repeats > 0))
      soon_[kept++] = &one;
    else
      one.listed = false;
  }
  soon_.resize(kept);
  turn_wheel(now);
  return batch_;
}

std::optional<universe_schedule::time> universe_schedule::next_due() const {
  std::optional<time> next;
  const auto take = [&](const universe& one) {
    if (const auto deadline = due_at(one); !next || deadline < *next) next = deadline;
  };
  for (const auto* one : soon_)
    if (one->now != phase::absent) take(*one);
  for (std::size_t i = 0; i < buckets; ++i) {
    const auto turn = cursor_ + static_cast<std::int64_t>(i);
    if (next && next->count() < turn * granularity_) break; // the rest is later
    for (const auto* one = wheel_[static_cast<std::size_t>(turn) % buckets].first; one; one = one->behind)
      if (one->now == phase::live) take(*one);
  }
  return next;
}

std::span<const universe_schedule::due_universe> universe_schedule::last(bool zeros) {
  forget_ended();
  batch_.clear();
  dark_ = zeros;
  for (const auto& page : pages_)
    if (page)
      for (auto& one : *page)
        if (one.now == phase::live || one.now == phase::blanking) batch_.push_back({&one, one.now});
  return batch_;
}

std::span<const universe_schedule::due_universe> universe_schedule::terminate() {
  batch_.clear();
  for (const auto& page : pages_)
    if (page)
      for (auto& one : *page)
        if (one.now != phase::absent) batch_.push_back({&one, phase::ending});
  return batch_;
}

std::size_t universe_schedule::unsendable() const noexcept {
  std::size_t sum = 0;
  for (const auto& one : slices_) sum += one.unsendable;
  return sum;
}

} // namespace troupe::actors
