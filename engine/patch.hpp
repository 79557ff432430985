#pragma once
// The DMX recipe of a rig: which channels each fixture drives, worked out once per edit (protocol, section
// 6).

#include "engine/pixel_form.hpp"
#include "protocol/entities.hpp"
#include "protocol/frame.hpp"
#include "protocol/show_state.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace troupe::engine {

/// The channels that attributes drive. All others hold their default for ever.
enum class driven : std::uint8_t {
  dimmer,
  dimmer_fine,
  red,
  green,
  blue,
  white,
  cyan,
  magenta,
  yellow,
  pan,
  pan_fine,
  tilt,
  tilt_fine,
  zoom,
  zoom_fine,
  shutter,
  count_
};
inline constexpr std::size_t driven_count = static_cast<std::size_t>(driven::count_);

/// How the fixtures of one model turn attributes into levels.
struct recipe {
  /// From the start channel, 0-based; -1: the model has none, or another fixture or the universe's end took
  /// it.
  std::array<std::int16_t, driven_count> offsets;
  /// While nothing writes the attribute behind the channel.
  std::array<std::uint8_t, driven_count> unwritten{};
  bool has_dimmer = false;
  bool has_colour = false;
  bool extract_white = false;
  bool dimmer16 = false, pan16 = false, tilt16 = false, zoom16 = false; ///< there is a Fine channel
  std::uint8_t open_shutter = 0;                                        ///< while intensity is above 0
  std::uint8_t kept = 0; ///< attribute_bit: stays after release
  /// 3 or 4 if the driven channels are the first so many, without a gap, as with rgb and rgbw; else 0.
  std::uint8_t whole = 0;
  std::array<std::uint8_t, 4> whole_order{}; ///< then: which of `driven` stands at each offset
  bool pixel = false;                        ///< then: they are red, green and blue, or those and white
  white_use white = white_use::absent;       ///< of a pixel
  colour_shifts shifts;                      ///< of a pixel

  recipe() { offsets.fill(-1); }
  std::int16_t offset(driven channel) const { return offsets[static_cast<std::size_t>(channel)]; }
  std::uint8_t level(driven channel) const { return unwritten[static_cast<std::size_t>(channel)]; }
  friend bool operator==(const recipe&, const recipe&) = default;
};

/// Cells of one recipe in one tile that are rendered together.
struct patch_run {
  std::uint32_t recipe = 0;
  std::uint32_t count = 0;
  bool dense = false;      ///< the places are consecutive
  std::uint32_t place = 0; ///< dense: the first one
  std::uint32_t held = 0;  ///< dense, of a recipe that keeps: where its first cell stands in held_attributes
  std::uint32_t first = 0; ///< dense: in `level_runs`; else in `places`, `levels` and `helds`
};

/// Cells of a dense run whose start channels are equally far apart.
struct level_run {
  std::uint32_t element = 0; ///< of the first, within its run
  std::uint32_t count = 0;
  std::uint32_t level = 0; ///< index of the first one's start channel in dmx_data::levels
  std::uint32_t stride = 0;
};

/// Places whose attributes stay after release, in runs that don't cross tiles, ascending.
struct kept_run {
  std::uint32_t place = 0, count = 0;
  std::uint32_t held = 0; ///< of the first, in held_attributes
  std::uint8_t kept = 0;  ///< attribute_bit
};

/// What is to do in one tile: ranges of `runs` and `kept`.
struct patch_tile {
  std::uint32_t tile = 0;
  std::uint32_t run = 0, run_end = 0;
  std::uint32_t kept = 0, kept_end = 0;
  std::uint32_t done = 0, done_end = 0; ///< in `done`: universes of which no later tile has any levels
};

struct patch_plan {
  std::vector<recipe> recipes;
  std::vector<patch_run> runs;                      ///< tile by tile; no two write the same channel
  std::vector<level_run> level_runs;                ///< of dense runs, in their order
  std::vector<std::uint32_t> places, levels, helds; ///< of the other runs, one by one
  std::vector<kept_run> kept;
  std::uint32_t kept_places = 0;
  std::vector<patch_tile> tiles;       ///< those with anything to do, ascending
  std::vector<std::uint32_t> done;     ///< indices of addresses
  std::vector<std::uint32_t> constant; ///< those that no tile has any levels of
  std::vector<std::uint8_t> base;      ///< 512 for each address: what never changes
};

/// A patched fixture.
struct patched_fixture {
  std::uint32_t slot = 0;
  std::uint32_t place = 0; ///< of its first cell
  const fixture* patch = nullptr;
  const fixture_model* model = nullptr; ///< null: no channels
};

/// @param fixtures in the order of the show: where channels overlap, the later fixture has them
/// @param addresses all their universes, ascending
std::shared_ptr<const patch_plan> make_patch_plan(const std::vector<patched_fixture>& fixtures,
                                                  const std::vector<std::uint16_t>& addresses,
                                                  release_mode release);

/// The recipe of a model as it stands alone.
recipe recipe_of(const fixture_model& model, release_mode release);

/// The attributes that a channel of a model follows, as attribute_bits; 0: it holds its default for ever.
std::uint8_t attributes_behind(const fixture_model& model, std::string_view channel);

} // namespace troupe::engine
