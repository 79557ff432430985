#include "storage/journal/postgres_store.hpp"

#include "storage/journal/postgres_array.hpp"
#include "storage/journal/postgres_schema.hpp"

#include <array>

namespace troupe::storage {

namespace {

/// What is gathered before it is sent, in bytes of its longest columns.
constexpr std::size_t most_gathered = 4U << 20;

/// Rows are gathered and sent together, with one statement per table: what a change costs on the way to the
/// server and back doesn't grow with how many there are.
class postgres_store final : public journal_store {
 public:
  explicit postgres_store(postgres_database database) : database_(std::move(database)) {}

  result<void> begin() override;
  result<void> commit() override;
  void rollback() noexcept override {
    discard();
    database_.rollback();
  }

  result<journal_tail> tail() override {
    return flush().and_then([&] { return read_postgres_tail(database_); });
  }
  result<std::optional<stream_state>> stream(const event_stream& stream) override;
  result<void> insert(const journal_event& event) override;
  result<void> put_view(const event_stream& stream, const stream_state& state,
                        const std::optional<std::string>& entity) override;
  result<void> empty_show(const std::string& show, std::uint64_t position) override;
  result<void> clear_views() override;
  result<void> put_checkpoint(const signed_checkpoint& checkpoint) override;
  result<void> put_journal_id(const std::string& id) override {
    return change("UPDATE meta SET value = $1 WHERE name = 'journal'", {id});
  }
  result<void> put_outbox(std::uint64_t position) override {
    return change("UPDATE meta SET value = $1 WHERE name = 'outbox'", {std::to_string(position)});
  }

  result<std::vector<view_row>> view(std::string_view show) override {
    return flush().and_then([&] { return read_postgres_view(database_, show); });
  }
  result<std::vector<std::string>> shows() override {
    return flush().and_then([&] { return read_postgres_shows(database_); });
  }

 private:
  template <std::size_t Columns>
  using columns = std::array<postgres_array, Columns>;

  result<void> change(const std::string& statement, const postgres_database::texts& values) {
    auto done = database_.query(statement, values);
    return done ? result<void>() : failure(std::move(done).error());
  }
  template <std::size_t Columns>
  result<void> send(const std::string& statement, columns<Columns>& rows);
  result<void> flush() {
    return flush_events().and_then([&] { return flush_views(); });
  }
  result<void> flush_events();
  result<void> flush_views();
  void discard() noexcept;
  result<void> take_lock();
  result<void> after_lost_commit(error found);

  postgres_database database_;
  columns<15> events_;
  columns<7> views_;
  journal_head last_; ///< event of the transaction that is open
};

result<void> postgres_store::begin() {
  discard();
  return database_.begin(postgres_database::transaction::write).and_then([&] { return take_lock(); });
}

/// Writers take turns: what is read behind this is the end of the journal until the transaction's end.
result<void> postgres_store::take_lock() {
  return change("SELECT value FROM meta WHERE name = 'outbox' FOR UPDATE", {});
}

result<void> postgres_store::commit() {
  if (auto sent = flush(); !sent) return sent;
  auto done = database_.commit();
  if (done || !database_.lost() || last_.position == 0) return done;
  return after_lost_commit(std::move(done).error());
}

/// The connection was lost at the one moment when nobody here can know what became of the transaction. The
/// server knows: behind the lock, which the transaction held to its end, its last event is there or isn't.
result<void> postgres_store::after_lost_commit(error found) {
  const auto wanted = last_;
  database_.hurry();
  auto rows = begin().and_then([&] {
    return database_.query("SELECT hash FROM events WHERE position = $1", {std::to_string(wanted.position)});
  });
  rollback();
  if (!rows || rows->size() == 0) return failure(std::move(found));
  sha256_digest there{};
  rows->bytes(0, 0, there);
  if (there != wanted.hash) return failure(std::move(found));
  return {};
}

void postgres_store::discard() noexcept {
  events_ = {};
  views_ = {};
  last_ = {};
}

template <std::size_t Columns>
result<void> postgres_store::send(const std::string& statement, columns<Columns>& rows) {
  if (rows[0].bytes() == 0) return {};
  postgres_database::texts values;
  values.reserve(Columns);
  for (auto& column : rows) values.push_back(column.take());
  return change(statement, values);
}

result<void> postgres_store::flush_events() {
  return send("INSERT INTO events SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], "
              "$5::bigint[], $6::text[], $7::text[], $8::integer[], $9::bigint[], $10::text[], $11::text[], "
              "$12::text[], $13::text[], $14::text[], $15::bytea[])",
              events_);
}

result<void> postgres_store::flush_views() {
  return send("INSERT INTO views SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], "
              "$5::bigint[], $6::bigint[], $7::text[]) ON CONFLICT (show, kind, id) DO UPDATE SET "
              "created_at = excluded.created_at, changed_at = excluded.changed_at, "
              "sequence = excluded.sequence, entity = excluded.entity",
              views_);
}

result<std::optional<stream_state>> postgres_store::stream(const event_stream& stream) {
  auto rows = flush_views().and_then([&] {
    return database_.query("SELECT created_at, changed_at, sequence FROM views "
                           "WHERE show = $1 AND kind = $2 AND id = $3",
                           {stream.show, stream.kind, stream.id});
  });
  if (!rows) return failure(std::move(rows).error());
  if (rows->size() == 0) return std::optional<stream_state>();
  return std::optional(stream_state{rows->number(0, 0), rows->number(0, 1), rows->number(0, 2)});
}

result<void> postgres_store::insert(const journal_event& event) {
  const auto& stream = event.stream;
  add_row(events_, event.position, stream.show, stream.kind, stream.id, event.sequence, event.event_id,
          event.type, std::uint64_t(event.version), event.time_ms, event.author, event.client,
          event.correlation_id, event.entity, event.details, event.hash);
  last_ = {event.position, event.hash};
  if (events_[12].bytes() + events_[13].bytes() < most_gathered) return {};
  return flush_events();
}

/// A row must not come twice in one statement: the journal sends each once, and what empties a show is sent
/// in between.
result<void> postgres_store::put_view(const event_stream& stream, const stream_state& state,
                                      const std::optional<std::string>& entity) {
  add_row(views_, stream.show, stream.kind, stream.id, state.created_at, state.changed_at, state.sequence,
          entity);
  if (views_[2].bytes() + views_[6].bytes() < most_gathered) return {};
  return flush_views();
}

result<void> postgres_store::empty_show(const std::string& show, std::uint64_t position) {
  return flush_views().and_then([&] {
    return change("UPDATE views SET created_at = 0, changed_at = $2, entity = NULL "
                  "WHERE show = $1 AND entity IS NOT NULL",
                  {show, std::to_string(position)});
  });
}

result<void> postgres_store::clear_views() {
  views_ = {};
  return change("DELETE FROM views", {});
}

result<void> postgres_store::put_checkpoint(const signed_checkpoint& checkpoint) {
  std::string hash, signature;
  append_bytea(hash, checkpoint.hash);
  append_bytea(signature, checkpoint.signature);
  return change("INSERT INTO checkpoints VALUES ($1, $2, $3, $4, $5) ON CONFLICT (position, key_id) "
                "DO UPDATE SET hash = excluded.hash, time = excluded.time, signature = excluded.signature",
                {std::to_string(checkpoint.position), checkpoint.key_id, hash,
                 std::to_string(checkpoint.time_ms), signature});
}

} // namespace

std::unique_ptr<journal_store> make_postgres_store(postgres_database database) {
  return std::make_unique<postgres_store>(std::move(database));
}

} // namespace troupe::storage
