#pragma once
// The patched rig as the engine sees it: which fixture stands in which slot, and where its levels go.

#include "protocol/entities.hpp"
#include "protocol/frame.hpp"
#include "protocol/show_state.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::engine {

struct patch_plan; // engine/patch.hpp

struct rig_options {
  release_mode release = release_mode::dark; ///< of models that name none
};

/// Fixture ids by slot. Its identity is the assignment: two rigs share one object exactly if every fixture
/// stands in the same slot in both.
class slot_table {
 public:
  explicit slot_table(std::vector<std::string> ids);

  std::optional<std::uint32_t> find(std::string_view id) const;
  const std::vector<std::string>& ids() const noexcept { return ids_; } ///< by slot; empty: free

 private:
  std::vector<std::string> ids_;
  std::unordered_map<std::string_view, std::uint32_t> by_id_; // into ids_; only looked up, never iterated
};

/// Every fixture's slot and DMX recipe. Immutable, shared between threads.
struct rig {
  std::shared_ptr<const fixture_layout> fixtures;
  std::shared_ptr<const slot_table> slots;
  std::vector<std::uint16_t> addresses; ///< universes with a patched fixture, ascending
  std::shared_ptr<const patch_plan> patch;

  std::optional<std::uint32_t> slot_of(std::string_view id) const { return slots->find(id); }

  /// Whether programs compiled for `other` fit this rig.
  bool same_slots(const rig& other) const noexcept { return slots == other.slots; }
};

/// The rig of a show. Fixtures that exist in `previous` keep their slots, and freed slots are used again.
/// A fixture whose model doesn't exist has no channels but keeps its universe; channels past 512 are left
/// out.
/// @param previous may be null
std::shared_ptr<const rig> make_rig(const show_state& show, const rig_options& options, const rig* previous);

} // namespace troupe::engine
