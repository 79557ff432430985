#include "storage/journal/postgres_source.hpp"

#include "protocol/utf8.hpp"
#include "storage/journal/postgres_schema.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

/// Rows that are fetched at a time: an answer is in memory as a whole.
constexpr std::size_t rows_at_once = 2'000;
constexpr std::uint64_t last_position = std::numeric_limits<std::int64_t>::max();

/// One condition per value that is given, and the values in the same order.
struct conditions {
  std::string sql;
  postgres_database::texts values;

  conditions(const event_range& range, const history_query& query) {
    if (range.view_of) {
      add("(show = ", *range.view_of, fmt::format(" OR (type = '{}' AND id = ", event_type::show_deleted));
      sql += fmt::format("${}))", first + values.size() - 1);
    }
    if (query.show) add("show = ", *query.show);
    if (!query.kind.empty()) add("kind = ", query.kind);
    if (!query.id.empty()) add("id = ", query.id);
    if (!query.author.empty()) add("author = ", query.author);
    if (!query.type.empty()) add("type = ", query.type);
    if (!query.correlation_id.empty()) add("correlation_id = ", query.correlation_id);
    if (!query.text.empty()) {
      add("(strpos(lower(entity), ", query.text, ") > 0 OR strpos(lower(details), ");
      sql += fmt::format("${}) > 0)", first + values.size() - 1);
      for (char& c : values.back())
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a'); // as lower() does in these columns
    }
    if (query.from_ms) add("time >= ", std::to_string(*query.from_ms));
    if (query.to_ms) add("time <= ", std::to_string(*query.to_ms));
  }

  /// The server refuses to compare with texts that it couldn't hold: no event has them.
  bool possible() const {
    return std::all_of(values.begin(), values.end(), [](const std::string& each) {
      return is_utf8(each) && each.find('\0') == std::string::npos;
    });
  }

 private:
  static constexpr std::size_t first = 4; // behind first, last and limit

  void add(std::string_view test, std::string value, std::string_view rest = {}) {
    values.push_back(std::move(value));
    sql += fmt::format(" AND {}${}{}", test, first + values.size() - 1, rest);
  }
};

/// In the order of `read_event`, with nothing in the place of what isn't wanted.
std::string columns_of(event_parts parts) {
  if (parts == event_parts::all)
    return "position, show, kind, id, sequence, event_id, type, version, time, author, client, "
           "correlation_id, entity, details, hash, "
           "(SELECT before.hash FROM events before WHERE before.position = events.position - 1)";
  return fmt::format("position, show, kind, id, sequence, '', type, version, time, author, '', '', {}, '', "
                     "''::bytea, NULL",
                     parts == event_parts::entity ? "entity" : "CASE WHEN entity IS NOT NULL THEN '' END");
}

void read_event(const postgres_rows& rows, std::size_t row, journal_event& into) {
  into.position = rows.number(row, 0);
  into.stream.show.assign(rows.text(row, 1));
  into.stream.kind.assign(rows.text(row, 2));
  into.stream.id.assign(rows.text(row, 3));
  into.sequence = rows.number(row, 4);
  into.event_id.assign(rows.text(row, 5));
  into.type.assign(rows.text(row, 6));
  into.version = static_cast<std::uint16_t>(rows.number(row, 7));
  into.time_ms = rows.signed_number(row, 8);
  into.author.assign(rows.text(row, 9));
  into.client.assign(rows.text(row, 10));
  into.correlation_id.assign(rows.text(row, 11));
  if (rows.is_null(row, 12))
    into.entity.reset();
  else
    into.entity = std::string(rows.text(row, 12));
  into.details.assign(rows.text(row, 13));
  rows.bytes(row, 14, into.hash);
}

class postgres_source final : public journal_source {
 public:
  explicit postgres_source(postgres_database database) : database_(std::move(database)) {}

  result<void> begin() override { return database_.begin(postgres_database::transaction::one_moment); }
  void end() noexcept override { database_.rollback(); }
  result<journal_tail> tail() override { return read_postgres_tail(database_); }
  result<std::string> journal_id() override;
  result<void> events(const event_range& range, const history_query& conditions,
                      const visit_event& visit) override;
  result<std::vector<view_row>> view(std::string_view show) override {
    return read_postgres_view(database_, show);
  }
  result<std::vector<std::string>> shows() override { return read_postgres_shows(database_); }
  result<void> views(const std::function<void(const view_check&)>& visit) override;
  result<std::vector<signed_checkpoint>> checkpoints() override;

 private:
  postgres_database database_;
};

result<std::string> postgres_source::journal_id() {
  auto rows = database_.query("SELECT value FROM meta WHERE name = 'journal'");
  if (!rows) return failure(std::move(rows).error());
  return rows->size() == 0 ? std::string() : std::string(rows->text(0, 0));
}

result<void> postgres_source::events(const event_range& range, const history_query& query,
                                     const visit_event& visit) {
  const conditions where(range, query);
  if (!where.possible()) return {};
  const auto statement =
      fmt::format("SELECT {} FROM events WHERE position BETWEEN $1 AND $2{} ORDER BY position{} LIMIT $3",
                  columns_of(range.parts), where.sql, range.newest_first ? " DESC" : "");
  auto first = std::min(range.first, last_position), last = std::min(range.last, last_position);
  auto wanted = range.limit;
  journal_event event;
  while (wanted > 0 && first <= last) {
    const auto portion = std::min(wanted, rows_at_once);
    postgres_database::texts values{std::to_string(first), std::to_string(last), std::to_string(portion)};
    values.insert(values.end(), where.values.begin(), where.values.end());
    auto rows = database_.query(statement, values);
    if (!rows) return failure(std::move(rows).error());
    for (std::size_t row = 0; row < rows->size(); ++row) {
      read_event(*rows, row, event);
      event.previous.fill(0);
      if (!rows->is_null(row, 15)) rows->bytes(row, 15, event.previous);
      (range.newest_first ? last : first) = event.position + (range.newest_first ? -1 : 1);
      if (!visit(event)) return {};
    }
    if (rows->size() < portion) return {};
    wanted -= portion;
  }
  return {};
}

result<void> postgres_source::views(const std::function<void(const view_check&)>& visit) {
  auto rows = database_.query(
      "SELECT v.show, v.kind, v.id, v.created_at, v.changed_at, v.sequence, v.entity IS NOT NULL, "
      "v.entity IS NOT DISTINCT FROM e.entity FROM views v LEFT JOIN events e ON e.position = v.changed_at");
  if (!rows) return failure(std::move(rows).error());
  view_check check;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    check.stream.show.assign(rows->text(row, 0));
    check.stream.kind.assign(rows->text(row, 1));
    check.stream.id.assign(rows->text(row, 2));
    check.state = {rows->number(row, 3), rows->number(row, 4), rows->number(row, 5)};
    check.has_entity = rows->truth(row, 6);
    check.as_in_event = rows->truth(row, 7);
    visit(check);
  }
  return {};
}

result<std::vector<signed_checkpoint>> postgres_source::checkpoints() {
  auto rows =
      database_.query("SELECT position, hash, time, key_id, signature FROM checkpoints ORDER BY position");
  if (!rows) return failure(std::move(rows).error());
  std::vector<signed_checkpoint> out(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) {
    auto& checkpoint = out[row];
    checkpoint.position = rows->number(row, 0);
    rows->bytes(row, 1, checkpoint.hash);
    checkpoint.time_ms = rows->signed_number(row, 2);
    checkpoint.key_id.assign(rows->text(row, 3));
    rows->bytes(row, 4, checkpoint.signature);
  }
  return out;
}

} // namespace

std::unique_ptr<journal_source> make_postgres_source(postgres_database database) {
  return std::make_unique<postgres_source>(std::move(database));
}

} // namespace troupe::storage
