#pragma once
// What the messages of many frames have in common: the JSON texts of the fixture ids, and which slots a
// client's list of fixtures means.

#include "protocol/frame.hpp"

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe {

/// `"id":` with the id escaped: how a member of a JSON object begins.
std::string json_member_prefix(std::string_view id);

/// A fixture layout with the texts that frames need of it. Immutable; the same object for all images
/// between two changes of the rig.
class wire_layout {
 public:
  static constexpr std::uint32_t no_slot = UINT32_MAX;

  /// Behind the last prefix there are this many more bytes that may be read.
  static constexpr std::size_t prefix_slack = 16;

  explicit wire_layout(std::shared_ptr<const fixture_layout> fixtures);

  const fixture_layout& fixtures() const noexcept { return *fixtures_; }
  std::size_t slots() const noexcept { return fixtures_->slots(); }

  /// The used slots in the order of the show.
  std::span<const std::uint32_t> order() const noexcept { return fixtures_->order; }

  /// `"id":` of a slot; empty for a free one.
  std::string_view prefix(std::uint32_t slot) const noexcept {
    return {text_.data() + begins_[slot], begins_[slot + 1] - begins_[slot]};
  }

  /// Where the cells of a slot stand among all that have colours; none for a fixture of one cell.
  struct cell_run {
    std::size_t first = 0, count = 0;
  };
  cell_run cells_of(std::uint32_t slot) const noexcept {
    const auto& begins = fixtures_->cell_begins;
    if (begins.empty()) return {};
    return {begins[slot], begins[slot + 1] - begins[slot]};
  }
  /// How many cells have colours.
  std::size_t cells() const noexcept {
    return fixtures_->cell_begins.empty() ? 0 : fixtures_->cell_begins.back();
  }

  /// Whether the two stand for the same fixtures in the same slots and order, with as many cells.
  bool same_as(const std::shared_ptr<const fixture_layout>& other) const noexcept;

  /// @returns no_slot for an unknown id. Thread-safe; the index is made at the first call
  std::uint32_t slot_of(std::string_view id) const;

  /// Where a used slot stands in the order. Thread-safe.
  std::uint32_t rank_of(std::uint32_t slot) const;

 private:
  void make_index() const;

  std::shared_ptr<const fixture_layout> fixtures_;
  std::string text_;
  std::vector<std::size_t> begins_; // slots + 1
  mutable std::once_flag indexed_;
  mutable std::unordered_map<std::string_view, std::uint32_t> slot_by_id_;
  mutable std::vector<std::uint32_t> ranks_;
};

/// The fixtures a client wants to see; ids that don't exist (yet) are allowed. An empty filter lets nothing
/// through: "all" is the absence of a filter. Immutable and thread-safe.
class fixture_filter {
 public:
  explicit fixture_filter(std::vector<std::string> ids);

  const std::vector<std::string>& ids() const noexcept { return ids_; } ///< sorted, each once
  bool contains(std::string_view id) const noexcept;
  std::uint64_t hash() const noexcept { return hash_; }
  friend bool operator==(const fixture_filter& a, const fixture_filter& b) noexcept {
    return a.hash_ == b.hash_ && a.ids_ == b.ids_;
  }

  /// The slots it means, in the order of the show. Kept for the layout asked for last.
  std::shared_ptr<const std::vector<std::uint32_t>>
  slots_in(const std::shared_ptr<const wire_layout>& layout) const;

 private:
  std::vector<std::string> ids_;
  std::uint64_t hash_ = 0;
  mutable std::mutex lock_; // guards what follows
  mutable std::shared_ptr<const wire_layout> resolved_for_;
  mutable std::shared_ptr<const std::vector<std::uint32_t>> slots_;
};

using fixture_filter_ptr = std::shared_ptr<const fixture_filter>;

} // namespace troupe
