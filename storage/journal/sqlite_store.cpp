#include "storage/journal/sqlite_store.hpp"

#include "storage/journal/sqlite_schema.hpp"

#include <filesystem>
#include <sqlite3.h>

namespace troupe::storage {

namespace {

/// Pages in the WAL at which they are moved into the database, by the writer itself after its commit: another
/// thread would never meet an idle writer under load, and the WAL would grow without end.
constexpr int checkpoint_pages = 1'000;

class sqlite_store final : public journal_store {
 public:
  explicit sqlite_store(sqlite_database database) : database_(std::move(database)) {}

  ~sqlite_store() override { sqlite3_wal_hook(database_.handle(), nullptr, nullptr); }

  result<void> prepare();

  result<void> begin() override { return begin_.run(); }
  result<void> commit() override;
  void rollback() noexcept override;

  result<journal_tail> tail() override;
  result<std::optional<stream_state>> stream(const event_stream& stream) override;
  result<void> insert(const journal_event& event) override;
  result<void> put_view(const event_stream& stream, const stream_state& state,
                        const std::optional<std::string>& entity) override;
  result<void> empty_show(const std::string& show, std::uint64_t position) override;
  result<void> clear_views() override { return database_.run("DELETE FROM views"); }
  result<void> put_checkpoint(const signed_checkpoint& checkpoint) override;
  result<void> put_journal_id(const std::string& id) override {
    auto statement = database_.prepare("UPDATE meta SET value = ?1 WHERE name = 'journal'");
    if (!statement) return failure(std::move(statement).error());
    return statement->bind(0, id).run();
  }
  result<void> put_outbox(std::uint64_t position) override { return outbox_.bind(0, position).run(); }

  result<std::vector<view_row>> view(std::string_view show) override {
    return read_sqlite_view(database_, show);
  }
  result<std::vector<std::string>> shows() override { return read_sqlite_shows(database_); }
  std::uint64_t pending_bytes() const noexcept override { return wal_bytes_; }

 private:
  static int committed(void* self, sqlite3* database, const char* schema, int pages);

  sqlite_database database_;
  sqlite_statement begin_, commit_, rollback_, tail_, stream_, insert_, put_view_, empty_show_, checkpoint_,
      outbox_, overwrite_;
  std::uint64_t wal_bytes_ = 0;
};

result<void> sqlite_store::prepare() {
  const std::pair<sqlite_statement*, const char*> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&rollback_, "ROLLBACK"},
      {&tail_, sqlite_tail_query},
      {&stream_,
       "SELECT created_at, changed_at, sequence FROM views WHERE show = ?1 AND kind = ?2 AND id = ?3"},
      {&insert_, "INSERT INTO events VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)"},
      // Not an update on conflict, which would look for the row once more.
      {&put_view_, "INSERT OR REPLACE INTO views VALUES (?1,?2,?3,?4,?5,?6,?7)"},
      {&empty_show_, "UPDATE views SET created_at = 0, changed_at = ?2, entity = NULL "
                     "WHERE show = ?1 AND entity IS NOT NULL"},
      {&checkpoint_, "INSERT OR REPLACE INTO checkpoints VALUES (?1,?2,?3,?4,?5)"},
      {&outbox_, "UPDATE meta SET value = ?1 WHERE name = 'outbox'"},
      {&overwrite_, "INSERT INTO meta VALUES ('failed_commits', 1) "
                    "ON CONFLICT DO UPDATE SET value = value + 1"}};
  for (const auto& [member, text] : statements) {
    auto statement = database_.prepare(text);
    if (!statement) return failure(std::move(statement).error());
    *member = std::move(*statement);
  }
  sqlite3_wal_hook(database_.handle(), &sqlite_store::committed, this);
  return {};
}

int sqlite_store::committed(void* self, sqlite3* database, const char*, int pages) {
  constexpr std::uint64_t frame_bytes = 4096 + 24;
  static_cast<sqlite_store*>(self)->wal_bytes_ = static_cast<std::uint64_t>(pages) * frame_bytes;
  // What can't be moved now is moved after a later commit; the events are durable in the WAL.
  if (pages >= checkpoint_pages)
    sqlite3_wal_checkpoint_v2(database, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return SQLITE_OK;
}

/// When the flush at the end of a commit fails, SQLite takes the transaction back, but its frames lie
/// complete in the WAL, and a process that dies now would find them at its next start: a change would appear
/// that was answered with an error. Another transaction in the same place makes them void, also if it fails
/// in the flush again.
result<void> sqlite_store::commit() {
  auto done = commit_.run();
  if (done) return done;
  rollback();
  if (begin_.run() && overwrite_.run() && commit_.run()) return done;
  rollback();
  return done;
}

void sqlite_store::rollback() noexcept {
  for (auto* statement : {&begin_, &commit_, &tail_, &stream_, &insert_, &put_view_, &empty_show_,
                          &checkpoint_, &outbox_, &overwrite_})
    statement->reset();
  if (database_.in_transaction()) static_cast<void>(rollback_.run());
}

result<journal_tail> sqlite_store::tail() {
  return read_sqlite_tail(tail_);
}

result<std::optional<stream_state>> sqlite_store::stream(const event_stream& stream) {
  const sqlite_use use(stream_);
  auto row = stream_.bind(0, stream.show).bind(1, stream.kind).bind(2, stream.id).step();
  if (!row) return failure(std::move(row).error());
  if (!*row) return std::optional<stream_state>();
  return std::optional(stream_state{stream_.number(0), stream_.number(1), stream_.number(2)});
}

result<void> sqlite_store::insert(const journal_event& event) {
  insert_.bind(0, event.position)
      .bind(1, event.stream.show)
      .bind(2, event.stream.kind)
      .bind(3, event.stream.id)
      .bind(4, event.sequence)
      .bind(5, event.event_id)
      .bind(6, event.type)
      .bind(7, std::uint64_t(event.version))
      .bind(8, event.time_ms)
      .bind(9, event.author)
      .bind(10, event.client)
      .bind(11, event.correlation_id)
      .bind(13, event.details)
      .bind(14, std::span<const std::uint8_t>(event.hash));
  if (event.entity)
    insert_.bind(12, *event.entity);
  else
    insert_.bind_null(12);
  return insert_.run();
}

result<void> sqlite_store::put_view(const event_stream& stream, const stream_state& state,
                                    const std::optional<std::string>& entity) {
  put_view_.bind(0, stream.show)
      .bind(1, stream.kind)
      .bind(2, stream.id)
      .bind(3, state.created_at)
      .bind(4, state.changed_at)
      .bind(5, state.sequence);
  if (entity)
    put_view_.bind(6, *entity);
  else
    put_view_.bind_null(6);
  return put_view_.run();
}

result<void> sqlite_store::empty_show(const std::string& show, std::uint64_t position) {
  return empty_show_.bind(0, show).bind(1, position).run();
}

result<void> sqlite_store::put_checkpoint(const signed_checkpoint& checkpoint) {
  return checkpoint_.bind(0, checkpoint.position)
      .bind(1, checkpoint.key_id)
      .bind(2, std::span<const std::uint8_t>(checkpoint.hash))
      .bind(3, checkpoint.time_ms)
      .bind(4, std::span<const std::uint8_t>(checkpoint.signature))
      .run();
}

} // namespace

result<std::unique_ptr<journal_store>> make_sqlite_store(sqlite_database database) {
  auto store = std::make_unique<sqlite_store>(std::move(database));
  if (auto ready = store->prepare(); !ready) return failure(std::move(ready).error());
  return std::unique_ptr<journal_store>(std::move(store));
}

} // namespace troupe::storage
