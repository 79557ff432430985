#include "storage/journal/stored_journal.hpp"

#include "protocol/entity_codec.hpp"

#include <fmt/format.h>
#include <iterator>

namespace troupe::storage {

namespace {

failure sequence_conflict(const event_stream& stream, std::uint64_t expected, std::uint64_t current) {
  error out{ec::conflict,
            fmt::format("{} {} has event {} as its last, {} was expected", stream.kind, stream.id, current,
                        expected),
            {}};
  out.details["show"] = stream.show;
  out.details["kind"] = stream.kind;
  out.details["id"] = stream.id;
  out.details["expected"] = expected;
  out.details["sequence"] = current;
  return failure(std::move(out));
}

} // namespace

stored_journal::stored_journal(std::unique_ptr<journal_store> store, journal_tail tail, checkpoint_desk desk,
                               const journal_options& options, std::optional<std::string> refusal,
                               std::shared_ptr<journal_figures> figures)
    : store_(std::move(store)), tail_(tail), wall_time_ms_(options.wall_time_ms),
      steady_ns_(options.steady_ns), random_(options.random), refusal_(std::move(refusal)),
      figures_(std::move(figures)), desk_(std::move(desk)) {
  figures_->position = tail_.position;
}

/// Without the last signature the events behind the one before could be cut off unseen; that is all that is
/// lost if the disk refuses it.
stored_journal::~stored_journal() {
  if (refusal_ || !desk_.behind(tail_.position)) return;
  signed_now_.clear();
  if (sign_head())
    write_down(signed_now_);
  else
    store_->rollback();
}

result<void> stored_journal::sign_head() {
  return store_->begin()
      .and_then([&] { return check_tail(); })
      .and_then([&] {
        signed_now_.push_back(desk_.sign(tail_, tail_.time_ms));
        return store_->put_checkpoint(signed_now_.back());
      })
      .and_then([&] { return store_->commit(); });
}

void stored_journal::write_down(const std::vector<signed_checkpoint>& checkpoints) {
  for (const auto& each : checkpoints)
    (desk_.write_down(each) ? figures_->checkpoints : figures_->unwritten_checkpoints)
        .fetch_add(1, std::memory_order_relaxed);
}

result<stored_journal::events> stored_journal::append(std::span<draft> drafts) {
  if (refusal_) return fail(ec::storage_unavailable, *refusal_);
  if (drafts.empty()) return events{};
  const auto begun = stopwatch();
  signed_now_.clear();
  made_.clear();
  auto done = record(drafts);
  if (!done) {
    store_->rollback();
    views_.forget();
    give_back(drafts);
    (done.error().code == ec::conflict ? figures_->conflicts : figures_->failures)
        .fetch_add(1, std::memory_order_relaxed);
    return failure(std::move(done).error());
  }
  views_.keep();
  write_down(signed_now_);
  tail_ = {{made_.back()->position, made_.back()->hash}, made_.back()->time_ms};
  figures_->position = tail_.position;
  figures_->wal_bytes = store_->pending_bytes();
  figures_->batch_size.add(made_.size());
  if (steady_ns_) figures_->append_ns.add(static_cast<std::uint64_t>(stopwatch() - begun));
  return events(std::make_move_iterator(made_.begin()), std::make_move_iterator(made_.end()));
}

/// Nobody has seen the events: who tries again finds the drafts as they were.
void stored_journal::give_back(std::span<draft> drafts) noexcept {
  for (std::size_t i = 0; i < made_.size(); ++i)
    drafts[i].event = std::move(static_cast<new_event&>(*made_[i]));
  made_.clear();
}

/// Another process may have written since: a rebuild, or another director.
result<void> stored_journal::check_tail() {
  auto now = store_->tail();
  if (!now) return failure(std::move(now).error());
  if (now->position == tail_.position && now->hash == tail_.hash) return {};
  tail_ = *now;
  error out{ec::conflict,
            fmt::format("somebody else has written to the journal, up to position {}", now->position),
            {}};
  out.details["position"] = now->position;
  return failure(std::move(out));
}

result<void> stored_journal::record(std::span<draft> drafts) {
  auto ready = store_->begin().and_then([&] { return check_tail(); });
  if (!ready) return ready;
  // What was appended before has been handed on, or this call would not have been made.
  const auto handed_on = tail_.position;
  auto behind = tail_;
  made_.reserve(drafts.size());
  for (auto& wanted : drafts) {
    if (auto done = complete(wanted, behind); !done) return done;
    const auto& event = made_.back();
    auto stored = store_->insert(*event).and_then([&] { return views_.add(*store_, event); });
    if (!stored) return stored;
    behind = {{event->position, event->hash}, event->time_ms};
    if (desk_.due(behind.position)) {
      signed_now_.push_back(desk_.sign(behind, behind.time_ms));
      if (auto put = store_->put_checkpoint(signed_now_.back()); !put) return put;
    }
  }
  const auto views_begun = stopwatch();
  auto done = views_.write(*store_);
  if (steady_ns_) figures_->views_ns.add(static_cast<std::uint64_t>(stopwatch() - views_begun));
  return done.and_then([&] { return store_->put_outbox(handed_on); }).and_then([&] {
    return store_->commit();
  });
}

/// Makes an event of the draft, and gives it everything it lacks.
result<void> stored_journal::complete(draft& wanted, const journal_tail& behind) {
  auto state = views_.state(*store_, wanted.event.stream);
  if (!state) return failure(std::move(state).error());
  if (wanted.expected && *wanted.expected != state->sequence)
    return sequence_conflict(wanted.event.stream, *wanted.expected, state->sequence);
  auto event = std::make_shared<journal_event>();
  static_cast<new_event&>(*event) = std::move(wanted.event);
  event->position = behind.position + 1;
  event->sequence = state->sequence + 1;
  event->event_id = uuid_v4(random_());
  event->time_ms = std::max(wall_time_ms_(), behind.time_ms); // a clock set back doesn't turn the order round
  event->previous = behind.hash;
  event->hash = hash_(*event);
  made_.push_back(std::move(event));
  return {};
}

} // namespace troupe::storage
