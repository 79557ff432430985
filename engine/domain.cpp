#include "engine/domain.hpp"

#include <algorithm>

namespace troupe::engine {

domain::domain(std::vector<std::uint32_t> ascending_places) : places(std::move(ascending_places)) {
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    if (i > 0 && places[i] == places[i - 1] + 1)
      ++spans.back().count;
    else
      spans.push_back({places[i], i, 1});
    const auto tile = places[i] / tile_places;
    if (tile_parts.empty() || tile_parts.back().tile != tile)
      tile_parts.push_back({tile, i, 1, static_cast<std::uint32_t>(spans.size() - 1)});
    else
      ++tile_parts.back().count;
  }
}

std::vector<std::uint32_t> elements_in(const domain& inner, const domain& outer) {
  std::vector<std::uint32_t> out;
  out.reserve(inner.places.size());
  std::uint32_t at = 0;
  for (const auto place : inner.places) {
    while (outer.places[at] != place) ++at;
    out.push_back(at);
  }
  return out;
}

place_set::place_set(std::vector<range> ranges) : ranges_(std::move(ranges)) {
  std::sort(ranges_.begin(), ranges_.end(), [](const range& a, const range& b) { return a.begin < b.begin; });
  std::size_t kept = 0;
  for (const auto& one : ranges_) {
    if (one.begin == one.end) continue;
    if (kept > 0 && ranges_[kept - 1].end == one.begin)
      ranges_[kept - 1].end = one.end;
    else
      ranges_[kept++] = one;
  }
  ranges_.resize(kept);
}

} // namespace troupe::engine
