#include "actors/run/run_recording.hpp"

#include "engine/stage_install.hpp"
#include "storage/run_log/frame_hash.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace run_log = storage::run_log;

namespace {

std::vector<fact> facts_of(const show_update& update) {
  std::vector<fact> made;
  for (const auto& one : update.announcements) {
    const auto* told = std::get_if<entity_news>(&one);
    if (!told) continue;
    switch (told->op) {
    case entity_news::operation::created:
      made.emplace_back(entity_created{told->entity});
      break;
    case entity_news::operation::updated:
      made.emplace_back(entity_updated{told->entity});
      break;
    case entity_news::operation::deleted:
      made.emplace_back(entity_deleted{told->kind, told->id, told->revision});
      break;
    }
  }
  return made;
}

} // namespace

run_recording::run_recording(run_recording_options options)
    : options_(std::move(options)), files_(options_.files, options_.folder, options_.keep, options_.pack),
      run_(run_log::run_name(options_.wall_ms())) {}

std::string run_recording::problem() const {
  const auto why = problem_.load();
  return why ? *why : std::string{};
}

void run_recording::take(const show_update& update) {
  if (update.install && update.install->new_show && update.show) {
    show_ = *update.show;
    waiting_ = gap_ = false;
    last_frame_ = 0;
    memory_.drop();
    begin_segment(true);
    return;
  }
  const auto facts = facts_of(update);
  if (facts.empty() || waiting_) return;
  for (const auto& one : facts) apply(*show_, one);
  if (!files_.open()) return;
  writer_->show_changed(records_, facts);
  write_if_full();
}

void run_recording::take(const tick_inputs& one) {
  if (waiting_) return;
  if (!files_.open()) return add(options_.metrics->run_log_ticks_dropped);
  const auto number = one.time.frame_number;
  if (last_frame_ != 0 && number != last_frame_ + 1) {
    writer_->missing(records_, number > last_frame_ ? number - last_frame_ - 1 : 0);
    gap_ = true;
  }
  last_frame_ = number;
  writer_->tick(records_, one.time, one.inputs);
  write_if_full();
}

void run_recording::take(const universes_made& part) {
  const auto number = part.dmx->time.frame_number;
  auto at =
      std::find_if(frames_.begin(), frames_.end(), [&](const auto& one) { return one.number == number; });
  if (at == frames_.end()) {
    if (frames_.size() == max_unfinished) frames_.pop_front();
    at = frames_.insert(frames_.end(), {number, {}});
  }
  at->parts.push_back(part.dmx);
  if (at->parts.size() < part.parts) return;
  const auto whole = std::move(at->parts);
  frames_.erase(at);
  if (waiting_ || !files_.open()) return;
  writer_->hash(records_, number, run_log::frame_hash(whole));
  write_if_full();
}

void run_recording::take(const memory_wanted& moment) {
  if (!memory_.awaits(moment.number)) return;
  if (std::exchange(turn_, false))
    begin_segment(false);
  else
    write();
  if (!files_.open()) return;
  memory_.reached(*show_);
  if (memory_.complete()) write_memory();
}

void run_recording::take(const memory_told& told) {
  memory_.take(told);
  if (memory_.complete()) write_memory();
}

void run_recording::stages_begin_anew() {
  waiting_ = true;
  memory_.drop();
  frames_.clear();
}

void run_recording::lost_thread() {
  frames_.clear();
  memory_.drop();
  if (std::exchange(waiting_, true)) return;
  problem_ = std::make_shared<const std::string>("the run log goes on when a show is loaded");
}

void run_recording::begin_segment(bool exact) {
  end_segment();
  segment_begun_ = options_.wall_ms();
  if (const auto begun = files_.begin(run_, ++number_, segment_begun_); !begun) return refused(begun.error());
  writer_.emplace();
  run_log::segment_start start;
  start.run = run_;
  start.number = number_;
  start.exact = exact;
  start.wall_ms = segment_begun_;
  start.release = options_.release;
  start.version = options_.version;
  start.show = show_->show();
  problem_.store(nullptr);
  writer_->start(records_, start);
  write_show();
  write();
  show_bytes_ = files_.bytes();
}

void run_recording::write_show() {
  std::uint64_t entities = 0;
  for (std::size_t kind = 0; kind < entity_kind_count; ++kind)
    show_->each(static_cast<entity_kind>(kind), [&](const record_ptr& one) {
      writer_->show_entity(records_, *one);
      ++entities;
      write_if_full();
    });
  writer_->show_complete(records_, entities);
}

void run_recording::end_segment() {
  if (!files_.open()) return;
  write();
  settle(files_.finish(options_.wall_ms()));
  count();
}

bool run_recording::segment_is_old() const {
  // A show that is large itself isn't written again and again.
  const bool full = files_.bytes() >= std::max(options_.segment_bytes, 4 * show_bytes_);
  return full || options_.wall_ms() - segment_begun_ >= options_.segment_ms;
}

void run_recording::ask(bool turn) {
  turn_ = turn;
  gap_ = false;
  question_ = memory_wanted{memory_.ask()};
}

void run_recording::write_memory() {
  const auto told = memory_.finish();
  if (!told) return give_up_memory();
  const auto before = files_.bytes();
  std::string out;
  const auto put = [&](std::size_t least) {
    if (!files_.open() || out.size() < least) return;
    settle(files_.append(out));
    out.clear();
  };
  writer_->memory_begins(out, told->cells);
  for (const auto& one : told->nodes) {
    writer_->memory(out, one);
    put(block_bytes);
  }
  writer_->memory(out, told->held);
  writer_->memory_complete(out, told->nodes.size());
  put(0);
  if (files_.open()) show_bytes_ += files_.bytes() - before;
  write_if_full();
}

void run_recording::give_up_memory() {
  add(options_.metrics->run_log_memory_missed);
  memory_.drop();
  if (std::exchange(turn_, false)) return begin_segment(false);
  write_if_full();
}

void run_recording::flush() {
  if (waiting_ && !files_.open()) return;
  if (memory_.too_long()) give_up_memory();
  if (!files_.open()) {
    begin_segment(false);
    gap_ = true;
    return;
  }
  if (!memory_.gathers()) write();
  if (!files_.open() || waiting_ || memory_.busy()) return;
  if (segment_is_old())
    ask(true);
  else if (gap_)
    ask(false);
}

void run_recording::close() {
  memory_.drop();
  if (files_.open()) writer_->end(records_);
  end_segment();
  waiting_ = true;
}

void run_recording::write_if_full() {
  if (memory_.gathers()) {
    if (records_.size() >= held_bytes) give_up_memory();
    return;
  }
  if (records_.size() >= block_bytes) write();
}

void run_recording::write() {
  if (files_.open()) settle(files_.append(records_));
  records_.clear();
  count();
}

void run_recording::settle(result<void> outcome) {
  if (!outcome) refused(outcome.error());
}

void run_recording::refused(const error& why) {
  records_.clear();
  memory_.drop();
  add(options_.metrics->run_log_failures);
  problem_ = std::make_shared<const std::string>(why.message);
}

void run_recording::count() {
  options_.metrics->run_log_bytes = files_.total_bytes();
  options_.metrics->run_log_segments = files_.segments();
}

} // namespace troupe::actors
