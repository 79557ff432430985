// Whatever comes in, in whatever order and at whatever time: the tables stay bounded and their results whole.

#include "actors/input/dmx_source_table.hpp"
#include "actors/input/packet_intake.hpp"

#include <cstdlib>

namespace {

using namespace troupe;
using namespace troupe::actors;

void insist(bool holds) {
  if (!holds) std::abort();
}

/// The fuzzer's bytes as a supply of numbers; 0 when they are used up.
class supply {
 public:
  explicit supply(std::span<const std::uint8_t> bytes) : left_(bytes) {}
  bool empty() const noexcept { return left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const auto first = left_.front();
    left_ = left_.subspan(1);
    return first;
  }
  std::span<const std::uint8_t> bytes(std::size_t count) {
    const auto taken = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const std::uint8_t> left_;
};

net::udp_endpoint host(std::uint8_t number) {
  return *net::udp_endpoint::parse("10.0.0." + std::to_string(number), 6454);
}

struct network {
  packet_intake intake{{{{1, 0}, {2, 1}}, {0, 7}}, [] {}};
  dmx_source_table table;
  std::int64_t now = 0;
  std::vector<network_packet> packets;
  std::optional<packet_intake::timecode_packet> timecode;

  explicit network(supply& from) : table(rules(from)) {}

  static std::vector<universe_rules> rules(supply& from) {
    std::vector<universe_rules> made(3);
    const std::uint16_t addresses[] = {0, 1, 7};
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i].address = addresses[i];
      made[i].sacn_loss =
          made[i].artnet_loss = {static_cast<loss_mode>(from.byte() % 3), from.byte() * 10'000'000};
      made[i].artnet_ltp = from.byte() % 2 == 1;
    }
    return made;
  }

  void datagram(supply& from, bool sacn) {
    const auto size = from.byte() * 4u;
    const auto bytes = from.bytes(size);
    if (sacn) return intake.take_sacn(bytes, host(1), now);
    const auto parsed = artnet::parse(bytes);
    if (!parsed) return;
    if (const auto* dmx = std::get_if<artnet::artdmx>(&*parsed)) intake.take_artnet(*dmx, host(1), now);
    if (const auto* at = std::get_if<artnet::arttimecode>(&*parsed))
      intake.take_timecode(
          {at->hours, at->minutes, at->seconds, at->frames, static_cast<timecode_rate>(at->type)}, host(1),
          now);
  }
  /// A packet that is well-formed, which the fuzzer would seldom hit.
  void sacn(supply& from) {
    sacn::component_id id{};
    id[0] = from.byte();
    const sacn::source source{id, "x", static_cast<std::uint8_t>(from.byte() % 201),
                              std::uint16_t{from.byte()}};
    std::array<std::uint8_t, 512> levels{};
    levels[0] = from.byte();
    levels[511] = from.byte();
    std::array<std::uint8_t, sacn::data_packet_size> out{};
    const auto universe = *sacn::universe::from(1u + from.byte() % 3);
    const auto sequence = from.byte(), options = from.byte();
    const auto code = from.byte() % 2 ? sacn::start_code::levels : sacn::start_code::per_address_priority;
    sacn::encode_data(out, source, universe, sequence, options, code, levels);
    intake.take_sacn(out, host(id[0]), now);
  }
  void sync(supply& from) {
    sacn::component_id id{};
    id[0] = from.byte();
    std::array<std::uint8_t, sacn::sync_packet_size> out{};
    sacn::encode_sync(out, id, from.byte(), *sacn::universe::from(1u + from.byte()));
    intake.take_sacn(out, host(id[0]), now);
  }
  void artnet(supply& from) {
    artnet::artdmx packet;
    packet.sequence = from.byte();
    packet.address = *artnet::port_address::from(from.byte() % 8u);
    const auto source = host(from.byte());
    const std::array<std::uint8_t, 2> levels{from.byte(), from.byte()};
    packet.levels = levels;
    intake.take_artnet(packet, source, now);
  }

  void work() {
    intake.drain(packets, timecode);
    insist(packets.size() <= 3 * 2 * 10 + 3 * 10 + packet_intake::max_strangers);
    for (const auto& one : packets)
      if (table.take(one) == dmx_source_table::verdict::refused) intake.release(one.sender, one.universe);
    table.advance(now);
    for (const auto& [sender, universe] : table.take_gone()) intake.release(sender, universe);
    const auto next = table.next_event(now);
    insist(!next || *next > now);
    const auto seen = table.snapshot();
    insist(seen->levels.size() == 3 * 512 && seen->priorities.size() == 3 * 512);
    for (std::size_t i = 0; i < seen->levels.size(); ++i) {
      insist(seen->priorities[i] <= 200 || seen->priorities[i] == dmx_inputs::nobody);
      insist(seen->priorities[i] != dmx_inputs::nobody || seen->levels[i] == 0);
    }
    for (const auto& one : table.report(now))
      insist(one.sources.size() <= max_sacn_sources + max_artnet_sources);
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  supply from({data, size});
  network on(from);
  while (!from.empty()) {
    switch (from.byte() % 8) {
    case 0:
      on.datagram(from, true);
      break;
    case 1:
      on.datagram(from, false);
      break;
    case 2:
      on.now += from.byte() * 20'000'000LL;
      on.work();
      break;
    case 3:
      on.sync(from);
      break;
    case 4:
      on.artnet(from);
      break;
    case 5:
      on.work();
      break;
    default:
      on.sacn(from);
    }
  }
  on.work();
  return 0;
}
