#pragma once
// A set of cells in the engine's columns, cut for the two ways of going through it.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::engine {

/// The columns are worked through in tiles of so many places, one after the other with everything that is
/// done to it, so that what one step makes is still in the cache for the next. Three universes of RGB cells.
inline constexpr std::uint32_t tile_places = 512;

/// A set of cells as ascending places: what a varying value is computed for.
struct domain {
  struct span { ///< consecutive places
    std::uint32_t place = 0, element = 0, count = 0;
  };
  struct tile_part { ///< what of it lies in one tile; parts without elements are left out
    std::uint32_t tile = 0, element = 0, count = 0;
    std::uint32_t span = 0; ///< the one that holds the first of them
  };

  domain() = default;
  explicit domain(std::vector<std::uint32_t> ascending_places);

  std::size_t size() const noexcept { return places.size(); }

  /// Whether going through the spans pays.
  bool dense() const noexcept { return spans.size() * 4 <= places.size(); }

  std::vector<std::uint32_t> places;
  std::vector<span> spans;           ///< the same, in runs
  std::vector<tile_part> tile_parts; ///< the same, tile by tile
};

/// By element of `inner`, a part of `outer`: which element of `outer` it is.
std::vector<std::uint32_t> elements_in(const domain& inner, const domain& outer);

/// Places as ascending ranges that don't touch.
class place_set {
 public:
  struct range {
    std::uint32_t begin = 0, end = 0;
    friend bool operator==(const range&, const range&) = default;
  };

  place_set() = default;
  /// @param ranges disjoint, in any order
  explicit place_set(std::vector<range> ranges);

  const std::vector<range>& ranges() const noexcept { return ranges_; }
  friend bool operator==(const place_set&, const place_set&) = default;

 private:
  std::vector<range> ranges_;
};

} // namespace troupe::engine
