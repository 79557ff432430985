#pragma once
// Who sends which universe to us, and what comes of it: sequence, priority, synchronisation, source loss,
// merging (docs/dmx-in.md). Pure: time comes in with packets and calls, all of it on one clock.

#include "actors/input/universe_sources.hpp"
#include "protocol/inputs.hpp"
#include "protocol/network_report.hpp"
#include "protocol/reuse_pool.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

class dmx_source_table {
 public:
  /// @param universes by Port-Address, ascending, each once
  explicit dmx_source_table(std::vector<universe_rules> universes);

  /// Whether the sender now has a place in the table; if not, its packets needn't be kept for it.
  enum class verdict : std::uint8_t { known, refused };
  verdict take(const network_packet& packet);

  /// Source losses and fades up to now.
  void advance(std::int64_t now_ns);
  /// When `advance` will have something to do, if no packet comes; nothing while nobody sends.
  std::optional<std::int64_t> next_event(std::int64_t now_ns) const;

  /// What a tick may know; the same object while nothing has changed.
  dmx_inputs_ptr snapshot();
  /// Whether `snapshot` would give something new.
  bool changed() const noexcept { return changed_; }
  /// Arrival of the newest packet that changed anything since the last call; 0: none did.
  std::int64_t take_arrival() noexcept { return std::exchange(arrival_ns_, 0); }

  /// Sources that have gone, with the universe, or synchronisation address, that they had.
  using places = std::vector<std::pair<sender_id, std::uint16_t>>;
  places take_gone() noexcept { return std::exchange(gone_, {}); }

  std::vector<network_universe_report> report(std::int64_t now_ns) const;

 private:
  universe_sources* find(std::uint16_t universe);
  /// Takes over what has changed there. @param arrival_ns of the packet that did it; 0: time did
  void look_at(universe_sources& one, std::int64_t arrival_ns);

  std::vector<std::uint16_t> addresses_;
  std::vector<universe_sources> universes_; // as addresses_
  reuse_pool<dmx_inputs> pool_;
  dmx_inputs_ptr snapshot_;
  places gone_;
  std::int64_t arrival_ns_ = 0;
  bool changed_ = true;
};

} // namespace troupe::actors
