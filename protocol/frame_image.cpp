#include "protocol/frame_image.hpp"

#include "protocol/frame_kernel.hpp"

#include <algorithm>
#include <cassert>
#include <unordered_map>

namespace troupe {

namespace {

constexpr std::size_t padded(std::size_t slots) noexcept {
  return (slots + kernel::block - 1) / kernel::block * kernel::block;
}

/// Calls `visit` with every column of `a` and the same one of `b`.
template <class Visit>
void each_column(frame_columns& a, const frame_columns& b, Visit&& visit) {
  for (std::size_t i = 0; i < column_count; ++i) visit(a.values[i], b.values[i]);
  visit(a.mask, b.mask);
  visit(a.written, b.written);
  for (std::size_t i = 0; i < attribute_count; ++i) visit(a.changed[i], b.changed[i]);
  visit(a.joined_or_left, b.joined_or_left);
  visit(a.last_changed, b.last_changed);
}

/// A fixture that isn't in the frame. @param left since when, with all it may have held; 0: never seen
void clear_slot(frame_columns& columns, std::size_t slot, std::uint64_t left) {
  for (auto& column : columns.values) column[slot] = 0;
  columns.mask[slot] = columns.written[slot] = 0;
  for (auto& column : columns.changed) column[slot] = left;
  columns.joined_or_left[slot] = columns.last_changed[slot] = left;
}

/// Where the fixtures of a new layout come from: what a client knows of one hangs on its id, not on its slot.
class layout_change {
 public:
  layout_change(const frame_image& before, const wire_layout& now)
      : before_(before), old_(before.layout()->fixtures().ids), new_(now.fixtures().ids) {
    for (std::uint32_t slot = 0; slot < old_.size(); ++slot)
      if (!old_[slot].empty() && !stays(slot)) uprooted_.emplace(old_[slot], slot);
  }

  /// Whether a slot means the same before and after.
  bool stays(std::size_t slot) const {
    return slot < old_.size() && slot < new_.size() && old_[slot] == new_[slot];
  }

  /// Makes the columns of the old layout in `to`, which is as large as the new one, those of the new one.
  void apply(frame_columns& to) {
    each_column(to, before_.columns(), [this](auto& column, const auto& old_column) {
      std::copy_n(old_column.begin(), std::min(old_.size(), new_.size()), column.begin());
    });
    for (std::size_t slot = 0; slot < to.mask.size(); ++slot)
      if (!stays(slot)) settle(to, slot, slot < new_.size() ? std::string_view{new_[slot]} : "");
  }

  /// The departures of before without those who came back, and with those who leave now.
  departure_list departures(std::uint64_t frame) const {
    departure_list out;
    for (const auto& each : before_.departures())
      if (!returned_.contains(each->id)) out.push_back(each);
    for (std::size_t slot = 0; slot < old_.size(); ++slot) {
      if (uprooted_.find(old_[slot]) == uprooted_.end() || stays(slot)) continue;
      const auto last_seen = before_.columns().joined_or_left[slot];
      if (last_seen == 0) continue; // no client has heard of it
      const auto left = before_.columns().written[slot] != 0 ? frame : last_seen;
      out.push_back(std::make_shared<departure>(departure{left, old_[slot], json_member_prefix(old_[slot])}));
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a->frame < b->frame; });
    return out;
  }

 private:
  void settle(frame_columns& to, std::size_t slot, std::string_view id) {
    if (const auto moved = uprooted_.find(id); moved != uprooted_.end()) {
      each_column(to, before_.columns(),
                  [&](auto& column, const auto& old_column) { column[slot] = old_column[moved->second]; });
      uprooted_.erase(moved);
    } else {
      clear_slot(to, slot, id.empty() ? 0 : departed_in(id));
    }
  }

  /// The frame in which a fixture of that id left, if it is still remembered; else 0.
  std::uint64_t departed_in(std::string_view id) {
    if (departed_.empty())
      for (const auto& each : before_.departures()) departed_.emplace(each->id, each->frame);
    const auto found = departed_.find(id);
    if (found == departed_.end()) return 0;
    returned_.emplace(id, found->second);
    return found->second;
  }

  using frame_by_id = std::unordered_map<std::string_view, std::uint64_t>;

  const frame_image& before_;
  const std::vector<std::string>& old_;
  const std::vector<std::string>& new_;
  std::unordered_map<std::string_view, std::uint32_t> uprooted_; // old slots, until they are found again
  frame_by_id departed_;                                         // made when it is needed
  frame_by_id returned_;
};

} // namespace

std::int32_t fixed5(float value) noexcept {
  return kernel::round5(value);
}

const departure_list& frame_image::departures() const noexcept {
  static const departure_list none;
  return departures_ ? *departures_ : none;
}

void frame_image::resize(std::size_t slots) {
  each_column(columns_, columns_, [n = padded(slots)](auto& column, const auto&) { column.resize(n); });
}

void frame_image::start_anew(const frame_data& data) {
  layout_ = std::make_shared<wire_layout>(data.layout->fixtures);
  departures_.reset();
  complete_from_ = data.time.frame_number;
  last_change_ = data.time.frame_number;
  last_cell_change_ = 0;
  resize(slots());
  each_column(columns_, columns_,
              [](auto& column, const auto&) { std::fill(column.begin(), column.end(), 0); });
}

void frame_image::carry_over(const frame_image& previous, std::uint64_t frame, std::size_t max_departures) {
  resize(slots());
  layout_change change{previous, *layout_};
  change.apply(columns_);
  auto departed = change.departures(frame);
  if (departed.size() > max_departures) {
    const auto surplus = static_cast<std::ptrdiff_t>(departed.size() - max_departures);
    complete_from_ = std::max(complete_from_, departed[static_cast<std::size_t>(surplus) - 1]->frame);
    departed.erase(departed.begin(), departed.begin() + surplus);
  }
  if (!departed.empty()) last_change_ = std::max(last_change_, departed.back()->frame);
  departures_ = std::make_shared<const departure_list>(std::move(departed));
}

void frame_image::follow_cells(const frame_data& data, const frame_image* previous, bool wanted) {
  if (!wanted) {
    if (cells_.wanted()) cells_.forget();
    return;
  }
  const auto* before = &cells_;
  if (previous && previous->cells_.wanted() && previous->layout_ == layout_)
    before = &previous->cells_;
  else if (!previous || !previous->cells_.wanted())
    cells_.begin(slots());
  // else they have been moved with the rest
  if (cells_.advance(data, *layout_, columns_.written, *before)) last_cell_change_ = data.time.frame_number;
}

void frame_image::build(const frame_data& data, const frame_image* previous, std::uint64_t show_epoch,
                        bool cells, std::size_t max_departures) {
  assert(this != previous && data.layout && data.layout->fixtures && data.attributes);
  assert(data.written.size() == data.layout->fixtures->slots());
  if (previous && (!previous->layout_ || previous->show_epoch_ != show_epoch)) previous = nullptr;
  assert(!previous || previous->frame_number() < data.time.frame_number);

  forms_.recycle();
  cell_forms_.recycle();
  time_ = data.time;
  show_epoch_ = show_epoch;
  const frame_columns* before = &columns_;
  if (!previous) {
    start_anew(data);
  } else {
    last_change_ = previous->last_change_;
    last_cell_change_ = previous->last_cell_change_;
    complete_from_ = previous->complete_from_;
    departures_ = previous->departures_;
    if (previous->layout_->same_as(data.layout->fixtures)) {
      layout_ = previous->layout_;
      resize(slots());
      before = &previous->columns_;
    } else {
      layout_ = std::make_shared<wire_layout>(data.layout->fixtures);
      carry_over(*previous, data.time.frame_number, max_departures);
      if (cells && previous->cells_.wanted())
        cells_.move(previous->cells_, *previous->layout_, *layout_, columns_.joined_or_left);
    }
  }
  static const auto advance = kernel::advance_variants().front();
  if (advance(data, slots(), *before, columns_)) last_change_ = data.time.frame_number;
  follow_cells(data, previous, cells);
}

frame_image_ptr frame_image_pool::make(const frame_data& data, std::uint64_t show_epoch, bool cells) {
  auto image = images_.take();
  image->build(data, latest_.get(), show_epoch, cells, max_departures_);
  latest_ = image;
  return latest_;
}

} // namespace troupe
