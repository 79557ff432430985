// Any UDP payload is either an error or a packet whose parts lie within it.

#include "protocol/sacn.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

using namespace troupe::sacn;

void insist(bool holds) {
  if (!holds) std::abort();
}

struct check {
  std::span<const std::uint8_t> bytes;

  void within(const void* begin, std::size_t size) const {
    const auto* const at = static_cast<const std::uint8_t*>(begin);
    insist(at >= bytes.data() && at + size <= bytes.data() + bytes.size());
  }
  void name(std::string_view text) const {
    within(text.data(), text.size());
    insist(text.size() < name_size && text.find('\0') == text.npos);
  }

  void operator()(const data_packet& data) const {
    name(data.name);
    within(data.levels.data(), data.levels.size());
    insist(data.levels.size() <= max_levels && data.priority <= highest_priority);
    if (data.levels.size() != max_levels) return;
    std::array<std::uint8_t, data_packet_size> again;
    const source from{data.id, data.name, data.priority, data.synchronization};
    encode_data(again, from, universe::from(data.universe_number).value(), data.sequence, data.options,
                static_cast<start_code>(data.start_code), data.levels.first<max_levels>());
    // All but what follows the zero of the name.
    insist(std::memcmp(again.data(), bytes.data(), 44) == 0);
    insist(std::memcmp(again.data() + 108, bytes.data() + 108, again.size() - 108) == 0);
  }
  void operator()(const sync_packet& sync) const {
    std::array<std::uint8_t, sync_packet_size> again;
    encode_sync(again, sync.id, sync.sequence, universe::from(sync.synchronization).value());
    insist(std::memcmp(again.data(), bytes.data(), again.size() - 2) == 0); // but the reserved bytes
  }
  void operator()(const discovery_packet& discovery) const {
    name(discovery.name);
    within(discovery.list.data(), discovery.list.size());
    insist(discovery.size() <= discovery_page_universes && discovery.page <= discovery.last_page);
    for (std::size_t i = 0; i < discovery.size(); ++i) within(&discovery.list[2 * i], 2);
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes{data, size};
  const auto parsed = parse_packet(bytes);
  if (parsed)
    std::visit(check{bytes}, *parsed);
  else
    insist(!parse_error_name(parsed.error()).empty());
  return 0;
}
