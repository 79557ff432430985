#include "actors/cli/run_player.hpp"

#include "engine/memory_by_cell.hpp"
#include "storage/run_log/frame_hash.hpp"

#include <array>
#include <utility>

namespace troupe::cli {

namespace run_log = storage::run_log;

result<std::optional<played_frame>> run_player::next() {
  frame_.reset();
  while (!frame_) {
    const auto record = log_.next();
    if (!record) return failure{record.error()};
    if (!*record) break;
    const auto taken = std::visit([this](const auto& one) { return take(one); }, **record);
    if (!taken) return failure{taken.error()};
  }
  return std::exchange(frame_, std::nullopt);
}

result<void> run_player::take(const run_log::segment_start& start) {
  goes_on_ = book_ && !start.exact && !hole_ && start.number == segment_ + 1;
  segment_ = start.number;
  entities_ = 0;
  if (goes_on_) return {};
  exact_ = start.exact;
  hole_ = false;
  release_ = start.release;
  state_ = show_state{start.show};
  book_.reset();
  return {};
}

result<void> run_player::take(const run_log::show_entity& one) {
  ++entities_;
  if (!goes_on_) state_.put(one.entity);
  return {};
}

result<void> run_player::take(const run_log::show_complete& end) {
  if (end.entities != entities_) return invalid("log", "the show in a segment isn't whole");
  if (goes_on_) return {};
  ++shows_;
  begin_anew();
  return {};
}

void run_player::begin_anew() {
  book_.emplace(engine::rig_options{release_});
  const auto update = book_->load(state_, false);
  rig_ = update.install->rig;
  evaluator_ = {};
  evaluator_.install(*update.install);
  ticked_ = false;
}

result<void> run_player::take(const run_log::show_changed& change) {
  if (!book_) return {}; // what led to a hole has said so
  for (const auto& one : change.facts) apply(state_, one);
  const auto update = book_->take(state_, change.facts);
  if (!update.install) return {};
  if (update.install->rig) rig_ = update.install->rig;
  evaluator_.install(*update.install);
  return {};
}

result<void> run_player::take(const run_log::memory_begins& begin) {
  memory_ = {};
  memory_.cells = begin.cells;
  return {};
}

result<void> run_player::take(const node_memory& one) {
  if (!exact_) memory_.nodes.push_back(one);
  return {};
}

result<void> run_player::take(const held_memory& held) {
  if (!exact_) memory_.held = held;
  return {};
}

result<void> run_player::take(const run_log::memory_complete& end) {
  const auto told = std::exchange(memory_, {});
  if (exact_ || hole_ || !book_) return {};
  if (told.nodes.size() != end.nodes) return invalid("log", "what is remembered isn't whole");
  if (ticked_) begin_anew();
  auto placed = engine::memory_by_place(told, {state_, *rig_->places});
  exact_ = placed && evaluator_.restore(std::move(placed->graphs), placed->held);
  return {};
}

result<void> run_player::take(const run_log::ticks_missing& gap) {
  ++gaps_;
  exact_ = false;
  if (gap.count == 0) hole_ = true; // the show may have changed, too
  return {};
}

result<void> run_player::take(const run_log::tick_taken& one) {
  if (!book_) return {};
  ticked_ = true;
  played_frame made;
  made.time = one.time;
  made.dmx = evaluator_.tick(one.time, *one.inputs, {false, false}).dmx;
  made.hash = run_log::frame_hash(std::array{made.dmx});
  made.exact = exact_;
  auto& hashes = hashes_[one.time.frame_number];
  hashes.made = made.hash;
  hashes.exact = exact_;
  match(one.time.frame_number);
  frame_ = std::move(made);
  return {};
}

result<void> run_player::take(const run_log::frame_hashed& told) {
  hashes_[told.frame_number].recorded = told.hash;
  match(told.frame_number);
  return {};
}

result<void> run_player::take(const run_log::run_ended&) {
  ended_ = true;
  return {};
}

void run_player::match(std::uint64_t frame_number) {
  const auto at = hashes_.find(frame_number);
  const auto& [recorded, made, exact] = at->second;
  if (!recorded || !made) {
    if (hashes_.size() > max_unmatched) hashes_.erase(hashes_.begin());
    return;
  }
  const bool differs = *recorded != *made;
  if (exact) {
    ++comparison_.compared;
    comparison_.different += differs;
    if (differs && !comparison_.first_different) comparison_.first_different = frame_number;
  } else {
    ++comparison_.inexact;
    comparison_.inexact_different += differs;
  }
  hashes_.erase(at);
}

} // namespace troupe::cli
