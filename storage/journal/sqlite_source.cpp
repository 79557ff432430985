#include "storage/journal/sqlite_source.hpp"

#include "storage/journal/sqlite_schema.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

/// One condition per value that is given, and the values in the same order.
struct conditions {
  std::string sql;
  std::vector<std::string> texts;
  std::vector<std::int64_t> numbers;

  conditions(const event_range& range, const history_query& query) {
    if (range.view_of) {
      text("(show = ", *range.view_of, fmt::format(" OR (type = '{}' AND id = ", event_type::show_deleted));
      sql += fmt::format("?{}))", first_text + texts.size() - 1);
    }
    if (query.show) text("show = ", *query.show);
    if (!query.kind.empty()) text("kind = ", query.kind);
    if (!query.id.empty()) text("id = ", query.id);
    if (!query.author.empty()) text("author = ", query.author);
    if (!query.type.empty()) text("type = ", query.type);
    if (!query.correlation_id.empty()) text("correlation_id = ", query.correlation_id);
    if (!query.text.empty()) {
      text("(instr(lower(entity), ", query.text, ") > 0 OR instr(lower(details), ");
      sql += fmt::format("?{}) > 0)", first_text + texts.size() - 1);
      for (char& c : texts.back())
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a'); // as lower() does
    }
    if (query.from_ms) number("time >= ", *query.from_ms);
    if (query.to_ms) number("time <= ", *query.to_ms);
  }

  void bind(sqlite_statement& statement) const {
    int at = first_text - 1;
    for (const auto& each : texts) statement.bind(at++, each);
    for (const auto each : numbers) statement.bind(at++, each);
  }

 private:
  static constexpr int first_text = 4; // behind first, last and limit

  void text(std::string_view test, const std::string& value, std::string_view rest = {}) {
    texts.push_back(value);
    sql += fmt::format(" AND {}?{}{}", test, first_text + texts.size() - 1, rest);
  }
  // Numbers come behind all texts.
  void number(std::string_view test, std::int64_t value) {
    numbers.push_back(value);
    sql += fmt::format(" AND {}?{}", test, first_text + texts.size() + numbers.size() - 1);
  }
};

/// In the order of `read_sqlite_event`, with nothing in the place of what isn't wanted.
std::string columns_of(event_parts parts) {
  if (parts == event_parts::all) return sqlite_event_columns;
  return fmt::format(
      "position, show, kind, id, sequence, '', type, version, time, author, '', '', {}, '', ''",
      parts == event_parts::entity ? "entity" : "CASE WHEN entity IS NULL THEN NULL ELSE '' END");
}

class sqlite_source final : public journal_source {
 public:
  explicit sqlite_source(sqlite_database database) : database_(std::move(database)) {}

  result<void> prepare();

  result<void> begin() override { return database_.run("BEGIN"); }
  void end() noexcept override {
    if (database_.in_transaction()) static_cast<void>(database_.run("COMMIT"));
  }
  result<journal_tail> tail() override;
  result<std::string> journal_id() override;
  result<void> events(const event_range& range, const history_query& conditions,
                      const visit_event& visit) override;
  result<std::vector<view_row>> view(std::string_view show) override {
    return read_sqlite_view(database_, show);
  }
  result<std::vector<std::string>> shows() override { return read_sqlite_shows(database_); }
  result<void> views(const std::function<void(const view_check&)>& visit) override;
  result<std::vector<signed_checkpoint>> checkpoints() override;

 private:
  result<void> read_link(journal_event& event);

  sqlite_database database_;
  sqlite_statement tail_, hash_;
  /// The last query; looking back goes through many ranges with the same one.
  std::string range_text_;
  sqlite_statement range_;
  /// Where the last event that was read ends, for the link of the next one.
  std::uint64_t last_position_ = 0;
  sha256_digest last_hash_{};
};

result<void> sqlite_source::prepare() {
  const std::pair<sqlite_statement*, const char*> statements[] = {
      {&tail_, sqlite_tail_query}, {&hash_, "SELECT hash FROM events WHERE position = ?1"}};
  for (const auto& [member, text] : statements) {
    auto statement = database_.prepare(text);
    if (!statement) return failure(std::move(statement).error());
    *member = std::move(*statement);
  }
  return {};
}

result<journal_tail> sqlite_source::tail() {
  return read_sqlite_tail(tail_);
}

result<std::string> sqlite_source::journal_id() {
  auto id = database_.text("SELECT value FROM meta WHERE name = 'journal'");
  if (!id) return failure(std::move(id).error());
  return id->value_or("");
}

result<void> sqlite_source::read_link(journal_event& event) {
  if (event.position != last_position_ + 1) {
    last_hash_.fill(0);
    const sqlite_use use(hash_);
    auto row = hash_.bind(0, event.position - 1).step();
    if (!row) return failure(std::move(row).error());
    if (*row) read_digest(hash_.bytes(0), last_hash_);
  }
  event.previous = last_hash_;
  last_hash_ = event.hash;
  last_position_ = event.position;
  return {};
}

result<void> sqlite_source::events(const event_range& range, const history_query& query,
                                   const visit_event& visit) {
  const conditions where(range, query);
  const auto text =
      fmt::format("SELECT {} FROM events WHERE position BETWEEN ?1 AND ?2{} ORDER BY position{} LIMIT ?3",
                  columns_of(range.parts), where.sql, range.newest_first ? " DESC" : "");
  if (text != range_text_) {
    auto statement = database_.prepare(text);
    if (!statement) return failure(std::move(statement).error());
    range_ = std::move(*statement);
    range_text_ = text;
  }
  const sqlite_use use(range_);
  range_.bind(0, range.first).bind(1, range.last).bind(2, std::uint64_t(range.limit));
  where.bind(range_);
  journal_event event;
  last_position_ = 0;
  last_hash_.fill(0);
  for (;;) {
    auto row = range_.step();
    if (!row) return failure(std::move(row).error());
    if (!*row) return {};
    read_sqlite_event(range_, event);
    if (range.parts == event_parts::all)
      if (auto linked = read_link(event); !linked) return linked;
    if (!visit(event)) return {};
  }
}

result<void> sqlite_source::views(const std::function<void(const view_check&)>& visit) {
  auto query = database_.prepare(
      "SELECT v.show, v.kind, v.id, v.created_at, v.changed_at, v.sequence, v.entity IS NOT NULL, "
      "v.entity IS e.entity FROM views v LEFT JOIN events e ON e.position = v.changed_at");
  if (!query) return failure(std::move(query).error());
  view_check check;
  for (;;) {
    auto row = query->step();
    if (!row) return failure(std::move(row).error());
    if (!*row) return {};
    check.stream.show.assign(query->text(0));
    check.stream.kind.assign(query->text(1));
    check.stream.id.assign(query->text(2));
    check.state = {query->number(3), query->number(4), query->number(5)};
    check.has_entity = query->number(6) != 0;
    check.as_in_event = query->number(7) != 0;
    visit(check);
  }
}

result<std::vector<signed_checkpoint>> sqlite_source::checkpoints() {
  auto query =
      database_.prepare("SELECT position, hash, time, key_id, signature FROM checkpoints ORDER BY position");
  if (!query) return failure(std::move(query).error());
  std::vector<signed_checkpoint> out;
  for (;;) {
    auto row = query->step();
    if (!row) return failure(std::move(row).error());
    if (!*row) return out;
    auto& checkpoint = out.emplace_back();
    checkpoint.position = query->number(0);
    read_digest(query->bytes(1), checkpoint.hash);
    checkpoint.time_ms = query->signed_number(2);
    checkpoint.key_id.assign(query->text(3));
    const auto signature = query->bytes(4);
    if (signature.size() == checkpoint.signature.size())
      std::copy(signature.begin(), signature.end(), checkpoint.signature.begin());
  }
}

} // namespace

result<std::unique_ptr<journal_source>> make_sqlite_source(sqlite_database database) {
  auto source = std::make_unique<sqlite_source>(std::move(database));
  if (auto ready = source->prepare(); !ready) return failure(std::move(ready).error());
  return std::unique_ptr<journal_source>(std::move(source));
}

} // namespace troupe::storage
