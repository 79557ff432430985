#pragma once
// The colours of the cells of one frame, and in which frame those of each fixture last changed: what a client
// with `cells: true` sees beside the bundles (protocol, sections 6 "Pixels" and 7 "Deltas").

#include "protocol/frame.hpp"
#include "protocol/wire_layout.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace troupe {

/// The cells count as one more attribute of a fixture with several, which it holds as long as it is in the
/// frame. Takes no memory until somebody wants them.
class cell_image {
 public:
  /// Somebody wants them, nothing is known yet.
  void begin(std::size_t slots);

  /// Nobody wants them any more.
  void forget() { *this = cell_image{}; }

  /// Takes over what clients of an image with another layout know, fixture by fixture.
  /// @param departed by slot of `now`: when a fixture that isn't in the layout before left the frame; 0:
  /// never
  void move(const cell_image& before, const wire_layout& was, const wire_layout& now,
            const std::vector<std::uint64_t>& departed);

  /// Makes this the cells of `data`. Allocates nothing while the layout stays. While the frames still come
  /// without colours, everything stays as it was and `known()` is false.
  /// @param before the cells of the same layout one image earlier, or this
  /// @param written by slot
  /// @returns whether those of any fixture changed
  bool advance(const frame_data& data, const wire_layout& layout, const std::vector<std::uint8_t>& written,
               const cell_image& before);

  bool wanted() const noexcept { return wanted_; }
  bool known() const noexcept { return known_; }

  /// Whether the bundle of a slot has cells.
  bool held(std::uint32_t slot) const noexcept { return held_[slot] != 0; }
  /// The frame in which they, or having them, last changed.
  std::uint64_t changed(std::uint32_t slot) const noexcept { return changed_[slot]; }
  /// Red, green and blue of each cell.
  std::span<const std::uint8_t> colors(wire_layout::cell_run run) const noexcept {
    return std::span{colors_}.subspan(3 * run.first, 3 * run.count);
  }

 private:
  bool wanted_ = false;
  bool known_ = false;
  std::vector<std::uint8_t> colors_;
  std::vector<std::uint8_t> held_; // by slot: 1; 2 when a client may hold other ones than these
  std::vector<std::uint64_t> changed_;
};

} // namespace troupe
