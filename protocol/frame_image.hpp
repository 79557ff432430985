#pragma once
// One frame as its readers see it: values rounded as on the wire, and for every fixture and attribute the
// frame in which it last changed (protocol, section 7 "Deltas"). Made once per tick, shared by all threads.

#include "protocol/cell_image.hpp"
#include "protocol/frame.hpp"
#include "protocol/reuse_pool.hpp"
#include "protocol/wire_forms.hpp"
#include "protocol/wire_layout.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// A value in units of 1e-5: floor(x·100000 + 0.5), which is what a frame prints and compares. Beyond
/// ±20000 it saturates, NaN is 0.
std::int32_t fixed5(float value) noexcept;

/// The attributes of a bundle, in the order of their bits and of their members in JSON.
enum class attribute : std::uint8_t { intensity, color, pan, tilt, zoom, count_ };
inline constexpr std::size_t attribute_count = static_cast<std::size_t>(attribute::count_);

constexpr std::uint8_t bit_of(attribute which) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(which));
}

/// By slot, and padded: only the first `slots()` elements mean something. A frame number of 0 is "never".
struct frame_columns {
  std::array<std::vector<std::int32_t>, column_count> values;      ///< fixed5; 0 where the mask says no
  std::vector<std::uint8_t> mask;                                  ///< attribute_bit; 0 when not written
  std::vector<std::uint8_t> written;                               ///< 1: in the frame
  std::array<std::vector<std::uint64_t>, attribute_count> changed; ///< when its value, or having one, did
  std::vector<std::uint64_t> joined_or_left;                       ///< when it last entered or left the frame
  std::vector<std::uint64_t> last_changed;                         ///< the newest of these
};

/// A fixture that is no longer in the rig, while it may still be on clients' screens.
struct departure {
  std::uint64_t frame = 0; ///< the first one without it
  std::string id;
  std::string prefix; ///< json_member_prefix(id)
};
using departure_list = std::vector<std::shared_ptr<const departure>>;

class frame_image {
 public:
  static constexpr std::size_t default_max_departures = 131'072; ///< more than a rig's 100,000 fixtures

  frame_image() = default;
  frame_image(const frame_image&) = delete;
  frame_image& operator=(const frame_image&) = delete;

  /// Makes this the image of `data`, reusing its memory: nothing is allocated while the rig stays the same.
  /// Only for the sole owner.
  /// @param data      a newer frame than `previous`, with attributes: every column has a value for each slot
  /// @param previous  the image before, or null. What isn't in it, or belongs to another show, is forgotten
  /// @param show_epoch any number that differs between two activations of a show
  /// @param cells     whether anybody wants the cells
  void build(const frame_data& data, const frame_image* previous, std::uint64_t show_epoch,
             bool cells = false, std::size_t max_departures = default_max_departures);

  const tick_time& time() const noexcept { return time_; }
  std::uint64_t frame_number() const noexcept { return time_.frame_number; }
  std::uint64_t show_epoch() const noexcept { return show_epoch_; }
  std::size_t slots() const noexcept { return layout_ ? layout_->slots() : 0; }
  const std::shared_ptr<const wire_layout>& layout() const noexcept { return layout_; }
  const frame_columns& columns() const noexcept { return columns_; }

  /// The cells; `wanted()` only if `build` was told so.
  const cell_image& cells() const noexcept { return cells_; }

  /// The newest frame in which anything changed; a client that has it has everything.
  /// @param with_cells whether the client sees them
  std::uint64_t last_change(bool with_cells = false) const noexcept {
    return with_cells ? std::max(last_change_, last_cell_change_) : last_change_;
  }

  /// Fixtures that left the rig while in a client's reach, oldest first. None of them is in the layout.
  const departure_list& departures() const noexcept;

  /// Whether a delta from this base leaves no departed fixture behind. False for frames of another show, for
  /// frames that the first image doesn't know, and when too many fixtures were deleted since: such a client
  /// needs a clean start, which after show/changed is a delta since 0 and otherwise a full frame.
  bool reaches(std::uint64_t since) const noexcept { return since == 0 || since >= complete_from_; }

  /// The messages made of this image so far, without cells and with them.
  wire_forms<fixture_filter>& forms(bool with_cells = false) const noexcept {
    return with_cells ? cell_forms_ : forms_;
  }

 private:
  void start_anew(const frame_data& data);
  void carry_over(const frame_image& previous, std::uint64_t frame, std::size_t max_departures);
  void follow_cells(const frame_data& data, const frame_image* previous, bool wanted);
  void resize(std::size_t slots);

  tick_time time_;
  std::uint64_t show_epoch_ = 0;
  std::uint64_t last_change_ = 0;
  std::uint64_t last_cell_change_ = 0;
  std::uint64_t complete_from_ = 0;
  std::shared_ptr<const wire_layout> layout_;
  std::shared_ptr<const departure_list> departures_; // null: none
  frame_columns columns_;
  cell_image cells_;
  mutable wire_forms<fixture_filter> forms_, cell_forms_;
};

using frame_image_ptr = std::shared_ptr<const frame_image>;

/// Makes one image per frame and takes those back that nobody holds any more. For one owner.
class frame_image_pool {
 public:
  explicit frame_image_pool(std::size_t max_departures = frame_image::default_max_departures)
      : max_departures_(max_departures) {}

  /// The image of `data`, which follows `latest()`.
  frame_image_ptr make(const frame_data& data, std::uint64_t show_epoch, bool cells = false);

  const frame_image_ptr& latest() const noexcept { return latest_; } ///< null before the first

  /// How many images exist, held or idle.
  std::size_t size() const noexcept { return images_.size(); }

 private:
  std::size_t max_departures_;
  reuse_pool<frame_image> images_;
  frame_image_ptr latest_;
};

} // namespace troupe
