#pragma once
// The network's levels merged into the show's, in what one output sends (docs/dmx-in.md). Pure.

#include "actors/output/output_pace.hpp"
#include "protocol/local_messages.hpp"
#include "protocol/reuse_pool.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace troupe::actors {

enum class merge_rule : std::uint8_t {
  htp,     ///< of each channel the higher level
  ltp,     ///< of each channel the level that changed last
  priority ///< of each channel the level of the side with the higher priority; of equal ones the higher level
};

struct output_merge_options {
  std::vector<std::uint16_t> universes; ///< Port-Addresses, ascending; empty: nothing is merged
  merge_rule rule = merge_rule::htp;
  std::uint8_t show_priority = 100; ///< of the show, with `priority`: 0..200
};

class output_merge {
 public:
  explicit output_merge(output_merge_options options = {}) : options_(std::move(options)) {}

  /// What to send instead of that; valid until the next call. The universes that only the network has are a
  /// part of their own, which follows the last part of a frame.
  std::span<const universes_made> apply(const universes_made& made);

 private:
  /// One universe, as it was in the frame before.
  struct history {
    std::array<std::uint8_t, universe_levels> show{}, network{}, sent{};
    std::array<bool, universe_levels> networks{}; ///< LTP: whose a channel is
    bool known = false;
  };

  bool elsewhere(std::uint16_t universe) const;
  std::uint8_t merge_into(std::uint16_t universe, std::span<std::uint8_t, universe_levels> levels,
                          const dmx_inputs& network, bool show_has_it);
  std::uint8_t winner(history& past, std::size_t channel, std::uint8_t show, std::uint8_t network,
                      std::uint8_t priority) const;
  dmx_ptr merged(const universes_made& made);
  dmx_ptr network_only(const universes_made& made);

  output_merge_options options_;
  std::map<std::uint16_t, history> histories_;        // of the universes that are merged
  std::vector<std::vector<std::uint16_t>> addresses_; // by part: the universes of its last DMX
  std::vector<std::uint8_t> came_;                    // by part: whether it has come in this frame
  std::uint64_t frame_ = 0;
  reuse_pool<dmx_data> pool_;
  std::vector<universes_made> out_;
};

} // namespace troupe::actors
