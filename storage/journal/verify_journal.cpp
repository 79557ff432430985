#include "storage/journal/verify_journal.hpp"

#include "storage/journal/chain_verifier.hpp"
#include "storage/journal/open_backend.hpp"
#include "storage/journal/open_sqlite.hpp"
#include "storage/journal/sqlite_database.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

result<void> make_views(journal_store& store, journal_source& source, const stream_table& streams) {
  result<void> done = store.clear_views();
  streams.each([&](const event_stream& stream, const stream_table::entry& row) {
    std::optional<std::string> entity;
    if (done && row.has_entity) {
      event_range range;
      range.first = range.last = row.state.changed_at;
      done = source.events(range, {}, [&](journal_event& event) {
        entity = std::move(event.entity);
        return true;
      });
    }
    if (done) done = store.put_view(stream, row.state, entity);
  });
  return done;
}

result<void> follow_streams(journal_source& source, portion_reader& events, stream_table& streams) {
  auto tail = source.tail();
  if (!tail) return failure(std::move(tail).error());
  return events.read(1, tail->position, event_parts::outline, [&](const event_portion& portion) {
    for (const auto& event : portion.events()) streams.apply(event);
    return true;
  });
}

result<std::uint64_t> rebuild(journal_store& store, journal_source& source, portion_reader& events) {
  auto done = store.begin(); // nobody adds events from now on
  stream_table streams;
  if (done) done = follow_streams(source, events, streams);
  done = done.and_then([&] { return make_views(store, source, streams); }).and_then([&] {
    return store.commit();
  });
  if (done) return streams.size();
  store.rollback();
  return failure(std::move(done).error());
}

} // namespace

result<journal_report> verify_journal(const journal_options& options) {
  // Before the database, which a running server may take further meanwhile.
  auto evidence = load_evidence(beside_journal(options));
  if (!evidence) return failure(std::move(evidence).error());
  evidence->shared = is_shared(options);
  auto source = open_source(options);
  if (!source) {
    if (!is_corruption(source.error())) return failure(std::move(source).error());
    journal_report report;
    report.chain = journal_damage{0, source.error().message};
    return report;
  }
  portion_reader events(
      **source, [&] { return open_source(options); }, options);
  return chain_verifier(**source, events, *evidence).run();
}

result<std::uint64_t> rebuild_views(const journal_options& options) {
  auto source = open_source(options);
  if (!source) return failure(std::move(source).error());
  auto store = open_store(options);
  if (!store) return failure(std::move(store).error());
  if (!store->refusal.empty()) return fail(ec::storage_unavailable, store->refusal);
  portion_reader events(
      **source, [&] { return open_source(options); }, options);
  return rebuild(*store->store, **source, events);
}

} // namespace troupe::storage
