#include "actors/input/universe_sources.hpp"

#include "protocol/inputs.hpp"
#include "protocol/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::actors {

namespace {

constexpr auto nobody = dmx_inputs::nobody;

std::string uuid_text(const std::array<std::uint8_t, 16>& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", bytes[i]);
  }
  return out;
}

/// A name as it came may be in any encoding.
std::string readable(std::string_view name) {
  if (is_utf8(name)) return std::string(name);
  std::string out(name);
  std::replace_if(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return out;
}

} // namespace

universe_sources::universe_sources(const universe_rules& rules) : rules_(rules) {
  priorities_.fill(nobody);
}

bool universe_sources::source::locked(std::int64_t now_ns) const noexcept {
  if (synchronization == 0 || !synchronised_ns) return false;
  return !force || now_ns - *synchronised_ns < sacn_loss_ns;
}

universe_sources::source* universe_sources::find(const sender_id& id) {
  const auto at =
      std::find_if(sources_.begin(), sources_.end(), [&](const auto& one) { return one.id == id; });
  return at == sources_.end() ? nullptr : &*at;
}

/// A place for a newcomer: a free one, or in sACN that of a source with a lower priority, so that a desk that
/// takes over isn't kept out by those that it overrules.
universe_sources::source* universe_sources::admit(const network_packet& packet) {
  const bool artnet = packet.sender.artnet;
  const auto same_kind = [&](const auto& one) { return one.artnet() == artnet; };
  const auto count = std::count_if(sources_.begin(), sources_.end(), same_kind);
  if (count >= static_cast<std::ptrdiff_t>(artnet ? max_artnet_sources : max_sacn_sources)) {
    ++exceeded_;
    if (artnet) return nullptr;
    auto weakest = sources_.end();
    for (auto at = sources_.begin(); at != sources_.end(); ++at)
      if (same_kind(*at) && (weakest == sources_.end() || at->priority < weakest->priority)) weakest = at;
    if (weakest->priority >= packet.priority) return nullptr;
    leave(static_cast<std::size_t>(weakest - sources_.begin()));
  }
  source made;
  made.id = packet.sender;
  // Tags come round, but never to one that is in use: there are far fewer sources.
  do made.tag = ++tags_;
  while (made.tag == 0 ||
         std::any_of(sources_.begin(), sources_.end(), [&](const auto& one) { return one.tag == made.tag; }));
  made.sequence = static_cast<std::uint8_t>(packet.sequence - 1);
  sources_.push_back(made);
  return &sources_.back();
}

/// Counts the packet and says whether it may be used.
bool universe_sources::in_order(source& from, const network_packet& packet) {
  from.late += packet.late;
  const bool counts = !packet.sender.artnet || packet.sequence != 0; // Sequence 0: the sender doesn't count
  // Of many packets only the newest is seen: then the distance says nothing.
  if (counts && from.packets > 0 && packet.conflated < 100 && out_of_order(from.sequence, packet.sequence)) {
    ++from.late;
    return false;
  }
  if (counts) {
    auto step = static_cast<std::uint8_t>(packet.sequence - from.sequence);
    // Art-Net counts from 255 to 1.
    if (packet.sender.artnet && packet.sequence < from.sequence && step > 0) --step;
    from.advance += step == 0 ? 1u : step;
    from.sequence = packet.sequence;
  } else {
    from.advance += 1 + packet.conflated;
  }
  from.packets += 1 + packet.conflated;
  return true;
}

bool universe_sources::take(const network_packet& packet) {
  auto* from = find(packet.sender);
  if (packet.terminated()) {
    if (from && in_order(*from, packet)) {
      leave(static_cast<std::size_t>(from - sources_.data()));
      if (sources_.empty()) lose(rules_.sacn_loss, packet.arrival_ns);
    }
    return find(packet.sender) != nullptr;
  }
  if (!from) from = admit(packet);
  if (!from) return false;
  if (!in_order(*from, packet)) return true;
  from->from = packet.from;
  from->name = packet.name;
  from->heard_ns = packet.arrival_ns;
  const auto old_priority =
      std::exchange(from->priority, packet.sender.artnet ? rules_.artnet_priority : packet.priority);
  if (packet.what == network_packet::kind::sacn_priorities) {
    from->priorities_ns = packet.arrival_ns;
    from->priorities.fill(0);
    std::transform(packet.levels.begin(), packet.levels.begin() + packet.size, from->priorities.begin(),
                   [](std::uint8_t said) { return std::min(said, sacn::highest_priority); });
    merge();
    return true;
  }
  if (from->synchronization != packet.synchronization) {
    if (from->synchronization != 0) gone_.emplace_back(from->id, from->synchronization);
    from->synchronization = packet.synchronization;
    from->synchronised_ns.reset();
  }
  from->force = (packet.options & sacn::option::force_synchronization) != 0;
  const slots next{packet.levels, packet.size};
  if (from->locked(packet.arrival_ns)) {
    from->waiting = next;
    if (from->priority != old_priority) merge();
  } else {
    show(*from, next);
  }
  return true;
}

void universe_sources::show(source& from, const slots& next) {
  if (from.artnet() && rules_.artnet_ltp && from.has_levels)
    for (std::size_t i = 0; i < next.size; ++i)
      if (next.values[i] != from.shown.values[i]) last_by_[i] = from.tag;
  from.shown = next;
  from.has_levels = true;
  from.waiting.reset();
  phase_ = phase::live;
  merge();
}

bool universe_sources::synchronise(const network_packet& packet) {
  bool wanted = false;
  for (auto& one : sources_) {
    if (one.id != packet.sender || one.synchronization != packet.universe) continue;
    wanted = true;
    one.synchronised_ns = packet.arrival_ns;
    if (one.waiting) show(one, slots{*one.waiting});
  }
  return wanted;
}

void universe_sources::leave(std::size_t index) {
  const auto& one = sources_[index];
  gone_.emplace_back(one.id, rules_.address);
  if (one.synchronization != 0) gone_.emplace_back(one.id, one.synchronization);
  sources_.erase(sources_.begin() + static_cast<std::ptrdiff_t>(index));
  if (!sources_.empty()) merge();
}

void universe_sources::lose(const loss_rule& rule, std::int64_t now_ns) {
  if (phase_ != phase::live) return; // had no levels yet
  if (rule.mode == loss_mode::hold) {
    phase_ = phase::held;
  } else if (rule.mode == loss_mode::fade && rule.fade_ns > 0) {
    phase_ = phase::fading;
    fade_from_ = merged_;
    fade_start_ns_ = now_ns;
    fade_ns_ = rule.fade_ns;
  } else {
    phase_ = phase::lost;
    levels none;
    none.fill(nobody);
    publish({}, none);
  }
}

void universe_sources::advance(std::int64_t now_ns) {
  for (std::size_t i = sources_.size(); i-- > 0;) {
    auto& one = sources_[i];
    const auto lost_at = one.heard_ns + one.patience();
    if (now_ns >= lost_at) {
      const auto rule = one.artnet() ? rules_.artnet_loss : rules_.sacn_loss;
      leave(i);
      if (sources_.empty()) lose(rule, lost_at);
      continue;
    }
    if (one.priorities_ns && now_ns >= *one.priorities_ns + sacn_loss_ns) {
      one.priorities_ns.reset();
      merge();
    }
    if (one.waiting && !one.locked(now_ns)) show(one, slots{*one.waiting});
  }
  if (phase_ == phase::fading) fade(now_ns);
}

void universe_sources::fade(std::int64_t now_ns) {
  const auto left = std::max<std::int64_t>(0, fade_start_ns_ + fade_ns_ - now_ns);
  if (left == 0) {
    phase_ = phase::lost;
    levels none;
    none.fill(nobody);
    return publish({}, none);
  }
  levels values;
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::uint8_t>((fade_from_[i] * left + fade_ns_ / 2) / fade_ns_);
  publish(values, priorities_);
}

std::optional<std::int64_t> universe_sources::next_event(std::int64_t now_ns) const {
  std::optional<std::int64_t> next;
  const auto at = [&](std::int64_t moment) { next = std::min(next.value_or(moment), moment); };
  for (const auto& one : sources_) {
    at(one.heard_ns + one.patience());
    if (one.priorities_ns) at(*one.priorities_ns + sacn_loss_ns);
    if (one.waiting && one.force) at(*one.synchronised_ns + sacn_loss_ns);
  }
  if (phase_ == phase::fading) at(std::min(now_ns + fade_step_ns, fade_start_ns_ + fade_ns_));
  return next;
}

/// For each channel the highest priority wins, among equals the highest level; where two sources of Art-Net
/// are merged LTP, the one that didn't change the channel last stands back.
void universe_sources::merge() {
  if (phase_ != phase::live) return;
  levels values{}, priorities;
  std::array<std::int16_t, 512> best;
  best.fill(-1);
  for (const auto& one : sources_) {
    if (!one.has_levels) continue;
    const bool stands_back = one.artnet() && rules_.artnet_ltp;
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::int16_t priority = i < one.shown.size ? one.priority : -1;
      if (one.priorities_ns && priority >= 0) // in a per-address priority 0 says: not mine
        priority = one.priorities[i] == 0 ? std::int16_t{-1} : one.priorities[i];
      if (stands_back && last_by_[i] != one.tag && last_by_[i] != 0 &&
          std::any_of(sources_.begin(), sources_.end(),
                      [&](const auto& other) { return other.artnet() && other.tag == last_by_[i]; }))
        continue;
      if (priority > best[i]) {
        best[i] = priority;
        values[i] = one.shown.values[i];
      } else if (priority == best[i] && priority >= 0) {
        values[i] = std::max(values[i], one.shown.values[i]);
      }
    }
  }
  for (std::size_t i = 0; i < priorities.size(); ++i)
    priorities[i] = best[i] < 0 ? nobody : static_cast<std::uint8_t>(best[i]);
  publish(values, priorities);
}

void universe_sources::publish(const levels& values, const levels& priorities) {
  if (values == merged_ && priorities == priorities_) return;
  merged_ = values;
  priorities_ = priorities;
  moved_ = true;
}

network_universe_report universe_sources::report(std::int64_t now_ns) const {
  static constexpr std::array<const char*, 5> names{"silent", "live", "held", "fading", "lost"};
  network_universe_report out;
  out.universe = rules_.address;
  out.state = names[static_cast<std::size_t>(phase_)];
  out.sources_exceeded = exceeded_;
  for (const auto& one : sources_) {
    network_source_report told;
    told.protocol = one.artnet() ? "artnet" : "sacn";
    told.name = readable(one.name.data());
    told.address = one.from.text();
    if (!one.artnet()) told.id = uuid_text(one.id.bytes);
    told.priority = one.priority;
    told.per_address_priority = one.priorities_ns.has_value();
    told.age_ms = std::max<std::int64_t>(0, now_ns - one.heard_ns) / 1'000'000;
    told.packets = one.packets;
    told.lost = one.advance > one.packets ? one.advance - one.packets : 0;
    told.late = one.late;
    told.state = one.synchronization == 0 ? "live" : one.locked(now_ns) ? "synchronised" : "unsynchronised";
    out.sources.push_back(std::move(told));
  }
  return out;
}

} // namespace troupe::actors
