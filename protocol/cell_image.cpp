#include "protocol/cell_image.hpp"

#include <algorithm>
#include <cassert>

namespace troupe {

namespace {

constexpr std::uint8_t holds_others = 2;

} // namespace

void cell_image::begin(std::size_t slots) {
  wanted_ = true;
  known_ = false;
  colors_.clear();
  held_.assign(slots, 0);
  changed_.assign(slots, 0);
}

void cell_image::move(const cell_image& before, const wire_layout& was, const wire_layout& now,
                      const std::vector<std::uint64_t>& departed) {
  begin(now.slots());
  known_ = before.known_;
  colors_.assign(3 * now.cells(), 0);
  for (const auto slot : now.order()) {
    const auto old_slot = was.slot_of(now.fixtures().ids[slot]);
    if (old_slot == wire_layout::no_slot) {
      changed_[slot] = departed[slot];
      continue;
    }
    changed_[slot] = before.changed_[old_slot];
    held_[slot] = before.held_[old_slot];
    if (held_[slot] == 0 || !known_) continue;
    const auto old_run = was.cells_of(old_slot), run = now.cells_of(slot);
    if (run.count == old_run.count) {
      const auto kept = before.colors(old_run);
      std::copy(kept.begin(), kept.end(), colors_.begin() + static_cast<std::ptrdiff_t>(3 * run.first));
    } else {
      held_[slot] = holds_others;
    }
  }
}

bool cell_image::advance(const frame_data& data, const wire_layout& layout,
                         const std::vector<std::uint8_t>& written, const cell_image& before) {
  assert(before.wanted_ && before.held_.size() == layout.slots());
  const bool was_known = before.known_;
  if (this != &before) {
    wanted_ = true;
    held_ = before.held_;
    changed_ = before.changed_;
  }
  known_ = data.cell_colors.size() == 3 * layout.cells();
  if (!known_) return false;
  bool any = false;
  for (std::uint32_t slot = 0; slot < layout.slots(); ++slot) {
    const auto run = layout.cells_of(slot);
    const auto holds = static_cast<std::uint8_t>(run.count > 0 && written[slot] != 0 ? 1 : 0);
    const auto same = [&] {
      const auto old = before.colors(run);
      return std::equal(old.begin(), old.end(),
                        data.cell_colors.begin() + static_cast<std::ptrdiff_t>(3 * run.first));
    };
    if (holds == held_[slot] && (holds == 0 || (was_known && same()))) continue;
    held_[slot] = holds;
    changed_[slot] = data.time.frame_number;
    any = true;
  }
  colors_ = data.cell_colors;
  return any;
}

} // namespace troupe
