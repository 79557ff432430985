#pragma once
// Which fixture stands in which slot of a frame, and which places its cells take in the engine's columns.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::engine {

/// A fixture takes as many consecutive places as it has cells.
struct fixture_place {
  std::string id;          ///< empty: the slot is free
  std::uint32_t first = 0; ///< place of its first cell
  std::uint32_t cells = 0; ///< 0 only for a free slot
  friend bool operator==(const fixture_place&, const fixture_place&) = default;
};

/// Its identity is the assignment: two rigs share one object exactly if every fixture has the same slot and
/// the same places in both. Immutable.
class place_table {
 public:
  explicit place_table(std::vector<fixture_place> by_slot);

  std::optional<std::uint32_t> find(std::string_view id) const; ///< its slot
  const std::vector<fixture_place>& by_slot() const noexcept { return by_slot_; }
  std::uint32_t places() const noexcept { return places_; } ///< one behind the last that is taken

 private:
  std::vector<fixture_place> by_slot_;
  std::uint32_t places_ = 0;
  std::unordered_map<std::string_view, std::uint32_t> by_id_; // into by_slot_; only looked up, never iterated
};

/// A fixture that wants slot and places.
struct place_request {
  std::string_view id;
  std::uint32_t cells = 1;
};

/// Fixtures that were there with as many cells keep slot and places; the others take the lowest free slots,
/// and the first free places that are enough.
/// @param wanted in the order in which slots are given
/// @param placing indices of `wanted`: the order in which places are given
/// @param previous may be null
/// @returns `previous` itself if nothing differs
std::shared_ptr<const place_table> assign_places(std::span<const place_request> wanted,
                                                 std::span<const std::uint32_t> placing,
                                                 const std::shared_ptr<const place_table>& previous);

} // namespace troupe::engine
