#pragma once
// DMX as a stage would offer it to an output.

#include "protocol/local_messages.hpp"

#include <initializer_list>

namespace troupe::test {

struct universe_level {
  std::uint16_t address;
  std::uint8_t first; ///< the level of channel 1
  bool changed = true;
};

/// @param universes in ascending order of address @param frame of which stages may send several parts
inline dmx_ptr dmx_of(std::initializer_list<universe_level> universes, std::uint64_t frame = 0) {
  auto shared = std::make_shared<dmx_data>();
  auto& made = *shared;
  made.time.frame_number = frame;
  for (const auto& one : universes) {
    made.addresses.push_back(one.address);
    made.levels.resize(made.levels.size() + 512, 0);
    made.levels[made.levels.size() - 512] = one.first;
    made.changed.push_back(one.changed ? 1 : 0);
  }
  return shared;
}

} // namespace troupe::test
