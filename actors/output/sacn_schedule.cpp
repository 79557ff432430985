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

sacn_schedule::sacn_schedule(sacn_source source, output_timing timing)
    : universe_schedule({timing, repeats_after_change, repeat_interval, terminations,
                         std::uint32_t{sacn::universe::highest} - source.first_universe}),
      source_(std::move(source)), timing_(timing), told_(source_.priorities.size()) {}

std::uint8_t sacn_schedule::options() const {
  return source_.force_synchronization ? sacn::option::force_synchronization : std::uint8_t{0};
}

sacn_schedule::header sacn_schedule::first_header(std::uint16_t number, sacn::start_code code) const {
  const sacn::source from{source_.id, source_.name, source_.priority,
                          source_.synchronization ? source_.synchronization->number() : std::uint16_t{0}};
  std::array<std::uint8_t, sacn::data_packet_size> whole{};
  sacn::encode_data(whole, from, *sacn::universe::from(number), 0, options(), code, dark_levels);
  header out;
  std::copy_n(whole.begin(), out.size(), out.begin());
  return out;
}

/// All packets of a universe count together, whatever their START Code (6.7.2).
std::uint8_t sacn_schedule::next_sequence(universe& one) const {
  one.sequence = one.counted ? sacn::next_sequence(one.sequence) : std::uint8_t{0};
  one.counted = true;
  return one.sequence;
}

sacn_schedule::packet sacn_schedule::make(universe& one, phase as) {
  const auto number = static_cast<std::uint16_t>(one.address + source_.first_universe);
  auto& page = headers_[one.address / 256];
  if (!page) page = std::make_unique<std::array<header, 256>>();
  auto& bytes = (*page)[one.address % 256];
  if (bytes[1] == 0) bytes = first_header(number, sacn::start_code::levels);
  sacn::update_sequence(bytes, next_sequence(one));
  sacn::update_options(bytes, as == phase::ending
                                  ? static_cast<std::uint8_t>(options() | sacn::option::stream_terminated)
                                  : options());
  return {bytes, levels(one), number};
}

std::span<const sacn_schedule::packet> sacn_schedule::priorities(time now) {
  priority_batch_.clear();
  for (std::size_t i = 0; i < told_.size(); ++i) {
    const auto& wanted = source_.priorities[i];
    if (wanted.universe < source_.first_universe) continue;
    auto* const one = live(static_cast<std::uint16_t>(wanted.universe - source_.first_universe));
    auto& told = told_[i];
    if (!one || !one->counted) { // not before its first levels
      told.sent.reset();
      continue;
    }
    if (told.sent && now - *told.sent < (told.repeats > 0 ? repeat_interval : timing_.keep_alive)) continue;
    if (!told.sent) {
      told.bytes = first_header(wanted.universe, sacn::start_code::per_address_priority);
      told.repeats = repeats_after_change;
    } else if (told.repeats > 0) {
      --told.repeats;
    }
    told.sent = now;
    sacn::update_sequence(told.bytes, next_sequence(*one));
    priority_batch_.push_back({told.bytes, wanted.slots, wanted.universe});
  }
  return priority_batch_;
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
  for_each_live([&](std::uint16_t address) {
    told.push_back(static_cast<std::uint16_t>(address + source_.first_universe));
  });
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

} // namespace troupe::actors
