#pragma once
// The patched rig as the engine sees it: where every fixture and its cells stand, which stage has which part
// of it, and where their levels go.

#include "engine/domain.hpp"
#include "engine/place_table.hpp"
#include "protocol/entities.hpp"
#include "protocol/frame.hpp"
#include "protocol/show_state.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::engine {

struct patch_plan; // engine/patch.hpp

struct rig_options {
  release_mode release = release_mode::dark; ///< of models that name none
  std::size_t parts = 1;                     ///< how many stages share the rig
  /// A part is only used when those before it would have more cells than this: below, waking another stage
  /// costs more than it saves.
  std::uint32_t cells_per_part = 16'384;
};

/// What programs are bound to: the columns of one part of a rig. Two rigs share one object exactly if the
/// part has the same fixtures in the same slots and places in both.
struct part_places {
  std::shared_ptr<const place_table> table;
  place_set places;                 ///< of its fixtures
  std::vector<std::uint32_t> slots; ///< of its fixtures, ascending
};

/// What one stage evaluates and renders: some universes, and the fixtures in them.
struct rig_part {
  std::vector<std::uint16_t> addresses; ///< its universes with a patched fixture, ascending
  std::shared_ptr<const part_places> places;
  std::shared_ptr<const patch_plan> patch;
};

/// What another stage has from now on: cells, with what they remember, and universes.
struct part_move {
  std::size_t from = 0, to = 0;
  place_set places;
  std::vector<std::uint16_t> addresses; ///< ascending
};

/// Immutable, shared between threads.
struct rig {
  std::shared_ptr<const fixture_layout> fixtures;
  std::shared_ptr<const place_table> places;
  std::vector<rig_part> parts;  ///< as many as were asked for; some may be empty
  std::vector<part_move> moves; ///< since the rig before, one for each pair of parts that it concerns

  std::optional<std::uint32_t> slot_of(std::string_view id) const { return places->find(id); }

  /// Whether programs compiled for `other` fit this rig, part by part.
  bool same_places(const rig& other) const noexcept;
};

/// The rig of a show. Fixtures that exist in `previous` with as many cells keep their slots and places, and
/// what was freed is used again. A fixture whose model doesn't exist has no channels but keeps its universe;
/// channels past 512 are left out, unless the model's cells are packed. Universes that one fixture joins are
/// in one part. Parts begin as stretches of universes with about as many cells each; later each universe
/// stays where it is, and new ones join the smallest part.
/// @param previous may be null; one with another number of parts counts as none for the division
std::shared_ptr<const rig> make_rig(const show_state& show, const rig_options& options, const rig* previous);

} // namespace troupe::engine
