#include "actors/input/packet_intake.hpp"

#include <variant>

namespace troupe::actors {

std::string_view packet_drop_name(packet_drop why) noexcept {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(packet_drop::count_)> names{
      "malformed", "otherUniverse", "otherStartCode", "discovery", "preview", "badTimecode", "strangers"};
  return names[static_cast<std::size_t>(why)];
}

packet_intake::packet_intake(intake_universes wanted, std::function<void()> wake)
    : wanted_(std::move(wanted)), wake_(std::move(wake)) {}

void packet_intake::count(packet_drop why) noexcept {
  drops_[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
}

packet_drops packet_intake::drops() const noexcept {
  packet_drops out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = drops_[i].load(std::memory_order_relaxed);
  return out;
}

void packet_intake::take_sacn(std::span<const std::uint8_t> bytes, const net::udp_endpoint& from,
                              std::int64_t arrival_ns) {
  const auto parsed = sacn::parse_packet(bytes);
  if (!parsed) return count(packet_drop::malformed);
  network_packet made;
  made.from = from;
  made.arrival_ns = arrival_ns;
  if (const auto* sync = std::get_if<sacn::sync_packet>(&*parsed)) {
    made.what = network_packet::kind::sacn_sync;
    made.sender = sender_id::of(sync->id);
    made.universe = sync->synchronization;
    made.sequence = sync->sequence;
    return offer(std::move(made));
  }
  const auto* data = std::get_if<sacn::data_packet>(&*parsed);
  if (!data) return count(packet_drop::discovery);
  const auto at = std::lower_bound(wanted_.sacn.begin(), wanted_.sacn.end(),
                                   std::pair{data->universe_number, std::uint16_t{0}});
  if (at == wanted_.sacn.end() || at->first != data->universe_number)
    return count(packet_drop::other_universe);
  if (data->preview()) return count(packet_drop::preview);
  const auto code = static_cast<sacn::start_code>(data->start_code);
  if (code != sacn::start_code::levels && code != sacn::start_code::per_address_priority)
    return count(packet_drop::other_start_code);
  made.what = code == sacn::start_code::levels ? network_packet::kind::sacn_levels
                                               : network_packet::kind::sacn_priorities;
  made.sender = sender_id::of(data->id);
  made.universe = at->second;
  made.synchronization = data->synchronization;
  made.priority = data->priority;
  made.sequence = data->sequence;
  made.options = data->options;
  made.call(data->name);
  made.fill(data->levels);
  offer(std::move(made));
}

void packet_intake::take_artnet(const artnet::artdmx& packet, const net::udp_endpoint& from,
                                std::int64_t arrival_ns) {
  const auto universe = packet.address.number();
  if (!std::binary_search(wanted_.artnet.begin(), wanted_.artnet.end(), universe))
    return count(packet_drop::other_universe);
  network_packet made;
  made.what = network_packet::kind::artnet_levels;
  made.sender = sender_id::of(from);
  made.from = from;
  made.universe = universe;
  made.sequence = packet.sequence;
  made.fill(packet.levels);
  made.arrival_ns = arrival_ns;
  offer(std::move(made));
}

void packet_intake::take_timecode(const timecode& at, const net::udp_endpoint& from,
                                  std::int64_t arrival_ns) {
  if (!valid(at)) return count(packet_drop::bad_timecode);
  std::unique_lock held{lock_};
  timecode_ = timecode_packet{at, from, arrival_ns};
  wake_up(held);
}

/// One packet of each kind, source and universe waits: the newest.
void packet_intake::offer(network_packet&& packet) {
  std::unique_lock held{lock_};
  const key who{packet.sender, packet.universe, packet.what};
  auto at = places_.find(who);
  if (at == places_.end()) {
    if (strangers_ >= max_strangers) return count(packet_drop::strangers);
    ++strangers_;
    at = places_.try_emplace(who).first;
  }
  auto& here = at->second;
  if (here.waits) {
    const bool counts = !packet.sender.artnet || (packet.sequence != 0 && here.packet.sequence != 0);
    if (counts && out_of_order(here.packet.sequence, packet.sequence)) {
      ++here.packet.late;
      return;
    }
    packet.conflated = here.packet.conflated + 1;
    packet.late = here.packet.late;
  }
  here.packet = std::move(packet);
  here.arrival = ++arrivals_;
  here.waits = true;
  wake_up(held);
}

void packet_intake::wake_up(std::unique_lock<std::mutex>& held) {
  if (std::exchange(woken_, true)) return;
  held.unlock();
  wake_();
}

void packet_intake::drain(std::vector<network_packet>& packets, std::optional<timecode_packet>& newest) {
  packets.clear();
  const std::lock_guard held{lock_};
  woken_ = false;
  strangers_ = 0;
  newest = std::exchange(timecode_, std::nullopt);
  order_.clear();
  for (auto& [who, here] : places_)
    if (std::exchange(here.waits, false)) order_.emplace_back(here.arrival, &here);
  std::sort(order_.begin(), order_.end());
  for (const auto& [number, here] : order_) packets.push_back(here->packet);
}

void packet_intake::release(const sender_id& sender, std::uint16_t universe) {
  const std::lock_guard held{lock_};
  using kind = network_packet::kind;
  for (const auto what : {kind::sacn_levels, kind::sacn_priorities, kind::sacn_sync, kind::artnet_levels})
    places_.erase({sender, universe, what});
}

std::size_t packet_intake::places() const {
  const std::lock_guard held{lock_};
  return places_.size();
}

} // namespace troupe::actors
