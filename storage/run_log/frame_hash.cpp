#include "storage/run_log/frame_hash.hpp"

#include "protocol/entities.hpp"

#include <algorithm>
#include <array>
#include <vector>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace troupe::storage::run_log {

namespace {

struct universe_levels {
  std::uint16_t address;
  const std::uint8_t* levels;
};

} // namespace

std::uint64_t frame_hash(std::span<const std::shared_ptr<const dmx_data>> parts) {
  std::vector<universe_levels> all;
  for (const auto& part : parts)
    for (std::size_t i = 0; i < part->addresses.size(); ++i)
      all.push_back({part->addresses[i], part->levels.data() + i * dmx_channels});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  for (const auto& [address, levels] : all) {
    const std::array<std::uint8_t, 2> name{static_cast<std::uint8_t>(address),
                                           static_cast<std::uint8_t>(address >> 8)};
    XXH3_64bits_update(&state, name.data(), name.size());
    XXH3_64bits_update(&state, levels, dmx_channels);
  }
  return XXH3_64bits_digest(&state);
}

} // namespace troupe::storage::run_log
