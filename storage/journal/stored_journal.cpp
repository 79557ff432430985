#include "storage/journal/stored_journal.hpp"

#include "protocol/entity_codec.hpp"

#include <fmt/format.h>

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

stored_journal::stored_journal(std::unique_ptr<journal_store> store, journal_tail tail,
                               const journal_options& options, std::optional<std::string> refusal,
                               std::shared_ptr<journal_figures> figures)
    : store_(std::move(store)), tail_(tail), wall_time_ms_(options.wall_time_ms),
      steady_ns_(options.steady_ns), random_(options.random), refusal_(std::move(refusal)),
      figures_(std::move(figures)) {
  figures_->position = tail_.position;
}

stored_journal::~stored_journal() = default;

result<stored_journal::events> stored_journal::append(std::span<draft> drafts) {
  if (refusal_) return fail(ec::storage_unavailable, *refusal_);
  if (drafts.empty()) return events{};
  const auto begun = stopwatch();
  auto done = record(drafts);
  if (!done) {
    store_->rollback();
    views_.forget();
    (done.error().code == ec::conflict ? figures_->conflicts : figures_->failures)
        .fetch_add(1, std::memory_order_relaxed);
    return done;
  }
  views_.keep();
  tail_ = {{done->back()->position, done->back()->hash}, done->back()->time_ms};
  figures_->position = tail_.position;
  figures_->wal_bytes = store_->pending_bytes();
  figures_->batch_size.add(done->size());
  if (steady_ns_) figures_->append_ns.add(static_cast<std::uint64_t>(stopwatch() - begun));
  return done;
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

result<stored_journal::events> stored_journal::record(std::span<draft> drafts) {
  auto ready = store_->begin().and_then([&] { return check_tail(); });
  if (!ready) return failure(std::move(ready).error());
  // What was appended before has been handed on, or this call would not have been made.
  const auto handed_on = tail_.position;
  auto behind = tail_;
  events out;
  out.reserve(drafts.size());
  for (auto& wanted : drafts) {
    auto event = complete(wanted, behind);
    if (!event) return failure(std::move(event).error());
    auto stored = store_->insert(**event).and_then([&] { return views_.add(*store_, *event); });
    if (!stored) return failure(std::move(stored).error());
    behind = {{(*event)->position, (*event)->hash}, (*event)->time_ms};
    out.push_back(std::move(*event));
  }
  const auto views_begun = stopwatch();
  auto done = views_.write(*store_);
  if (steady_ns_) figures_->views_ns.add(static_cast<std::uint64_t>(stopwatch() - views_begun));
  done =
      done.and_then([&] { return store_->put_outbox(handed_on); }).and_then([&] { return store_->commit(); });
  if (!done) return failure(std::move(done).error());
  return out;
}

/// Gives the event everything it lacks. The draft is copied, not moved from: a failed append may be tried
/// again with it.
result<std::shared_ptr<journal_event>> stored_journal::complete(draft& wanted, const journal_tail& behind) {
  auto state = views_.state(*store_, wanted.event.stream);
  if (!state) return failure(std::move(state).error());
  if (wanted.expected && *wanted.expected != state->sequence)
    return sequence_conflict(wanted.event.stream, *wanted.expected, state->sequence);
  auto event = std::make_shared<journal_event>();
  static_cast<new_event&>(*event) = wanted.event;
  event->position = behind.position + 1;
  event->sequence = state->sequence + 1;
  event->event_id = uuid_v4(random_());
  event->time_ms = std::max(wall_time_ms_(), behind.time_ms); // a clock set back doesn't turn the order round
  event->previous = behind.hash;
  event->hash = hash_(*event);
  return event;
}

} // namespace troupe::storage
