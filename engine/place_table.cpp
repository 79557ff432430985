#include "engine/place_table.hpp"

#include <algorithm>

namespace troupe::engine {

place_table::place_table(std::vector<fixture_place> by_slot) : by_slot_(std::move(by_slot)) {
  by_id_.reserve(by_slot_.size());
  for (std::uint32_t slot = 0; slot < by_slot_.size(); ++slot) {
    const auto& one = by_slot_[slot];
    if (one.id.empty()) continue;
    by_id_.emplace(one.id, slot);
    places_ = std::max(places_, one.first + one.cells);
  }
}

std::optional<std::uint32_t> place_table::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

namespace {

/// Gives out places between those that are taken.
class free_places {
 public:
  explicit free_places(const std::vector<fixture_place>& by_slot) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> taken;
    for (const auto& one : by_slot)
      if (one.cells > 0) taken.emplace_back(one.first, one.first + one.cells);
    std::sort(taken.begin(), taken.end());
    for (const auto& [begin, end] : taken) {
      if (begin > end_) gaps_.push_back({end_, begin});
      end_ = end;
    }
  }

  std::uint32_t take(std::uint32_t cells) {
    // Gaps that have become too small for the present size are skipped for good: sizes seldom alternate.
    for (; next_ < gaps_.size(); ++next_) {
      auto& gap = gaps_[next_];
      if (gap.end - gap.begin < cells) continue;
      const auto first = gap.begin;
      gap.begin += cells;
      return first;
    }
    const auto first = end_;
    end_ += cells;
    return first;
  }

 private:
  struct gap {
    std::uint32_t begin, end;
  };
  std::vector<gap> gaps_;
  std::size_t next_ = 0;
  std::uint32_t end_ = 0;
};

} // namespace

std::shared_ptr<const place_table> assign_places(std::span<const place_request> wanted,
                                                 std::span<const std::uint32_t> placing,
                                                 const std::shared_ptr<const place_table>& previous) {
  std::vector<fixture_place> by_slot;
  if (previous) by_slot.resize(previous->by_slot().size());
  std::vector<std::uint32_t> slots(wanted.size());
  std::vector<std::uint32_t> homeless;
  for (std::uint32_t i = 0; i < wanted.size(); ++i) {
    const auto slot = previous ? previous->find(wanted[i].id) : std::nullopt;
    if (!slot) {
      homeless.push_back(i);
      continue;
    }
    slots[i] = *slot;
    by_slot[*slot].id = wanted[i].id;
    if (const auto& before = previous->by_slot()[*slot]; before.cells == wanted[i].cells)
      by_slot[*slot] = before;
  }
  std::uint32_t free = 0;
  for (const auto i : homeless) {
    while (free < by_slot.size() && !by_slot[free].id.empty()) ++free;
    if (free == by_slot.size()) by_slot.emplace_back();
    by_slot[free].id = wanted[i].id;
    slots[i] = free;
  }
  free_places room(by_slot);
  for (const auto i : placing) {
    auto& one = by_slot[slots[i]];
    if (one.cells > 0) continue;
    one.first = room.take(wanted[i].cells);
    one.cells = wanted[i].cells;
  }
  while (!by_slot.empty() && by_slot.back().id.empty()) by_slot.pop_back();
  if (previous && previous->by_slot() == by_slot) return previous;
  return std::make_shared<const place_table>(std::move(by_slot));
}

} // namespace troupe::engine
