#include "storage/journal/snapshot_file.hpp"

#include "storage/journal/snapshot_codec.hpp"
#include "storage/journal/sqlite_schema.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

// Never flushed: what a loss of power leaves is found out by the checksums, or by SQLite, and thrown away.
constexpr const char* set_up = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS contents (id INTEGER PRIMARY KEY, checksum BLOB NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS snapshots (
  show TEXT NOT NULL,
  position INTEGER NOT NULL,
  hash BLOB NOT NULL,
  rows INTEGER NOT NULL,
  content INTEGER NOT NULL,
  PRIMARY KEY (show, position)
) WITHOUT ROWID;
)";

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t newest_change(const std::vector<view_row>& rows) {
  std::uint64_t out = 0;
  for (const auto& row : rows) out = std::max(out, row.changed_at);
  return out;
}

} // namespace

result<void> snapshot_file::open() {
  auto opened = sqlite_database::open(file_, sqlite_database::access::create, {});
  if (!opened) return failure(std::move(opened).error());
  auto done = opened->run(set_up);
  if (done) database_ = std::move(*opened);
  return done;
}

/// A damaged file is begun anew; one that can't be written is left alone.
sqlite_database* snapshot_file::ready() {
  if (database_) return &*database_;
  if (unusable_) return nullptr;
  auto opened = open();
  if (!opened && is_corruption(opened.error())) {
    give_up(opened.error());
    opened = open();
  }
  unusable_ = !opened;
  return opened ? &*database_ : nullptr;
}

void snapshot_file::give_up(const error& found) {
  if (!is_corruption(found)) return;
  database_.reset();
  for (const auto* end : {"", "-wal", "-shm"}) {
    auto part = file_;
    part += end;
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
  }
}

std::optional<show_snapshot> snapshot_file::nearest(const std::string& show, std::uint64_t position) {
  auto* database = ready();
  if (!database) return std::nullopt;
  auto query =
      database->prepare("SELECT position, hash, checksum, data FROM snapshots JOIN contents ON id = content "
                        "WHERE show = ?1 AND position <= ?2 ORDER BY position DESC");
  if (!query) {
    give_up(query.error());
    return std::nullopt;
  }
  query->bind(0, show).bind(1, position);
  for (;;) {
    auto row = query->step();
    if (!row) {
      const auto found = std::move(row).error();
      *query = sqlite_statement();
      give_up(found);
      return std::nullopt;
    }
    if (!*row) return std::nullopt;
    const auto data = text_of(query->bytes(3));
    sha256_digest expected;
    read_digest(query->bytes(2), expected);
    if (checksum(data) != expected) continue; // the one before will do
    auto rows = decode_snapshot(data);
    if (!rows) continue;
    show_snapshot out;
    out.position = query->number(0);
    read_digest(query->bytes(1), out.hash);
    out.rows = std::move(*rows);
    return out;
  }
}

void snapshot_file::drop(const std::string& show, std::uint64_t position) {
  auto* database = ready();
  if (!database) return;
  auto statement = database->prepare("DELETE FROM snapshots WHERE show = ?1 AND position = ?2");
  if (statement) static_cast<void>(statement->bind(0, show).bind(1, position).run());
}

void snapshot_file::forget_all() {
  if (auto* database = ready())
    static_cast<void>(database->run("DELETE FROM snapshots; DELETE FROM contents"));
}

std::uint64_t snapshot_file::kept_up_to() {
  auto* database = ready();
  // The models are kept every time, by the name of no show.
  const auto newest = database ? database->number("SELECT max(position) FROM snapshots WHERE show = ''")
                               : std::optional<std::uint64_t>();
  return newest ? newest->value_or(0) : 0;
}

std::uint64_t snapshot_file::entities() {
  auto* database = ready();
  if (!database) return 0;
  const auto sum =
      database->number("SELECT sum(rows) FROM (SELECT rows, max(position) FROM snapshots GROUP BY show)");
  return sum ? sum->value_or(0) : 0;
}

bool snapshot_file::same_as_last(const std::string& show, const show_snapshot& snapshot,
                                 std::uint64_t& content) {
  auto query =
      ready()->prepare("SELECT position, rows, content FROM snapshots WHERE show = ?1 AND position < ?2 "
                       "ORDER BY position DESC LIMIT 1");
  if (!query) return false;
  auto row = query->bind(0, show).bind(1, snapshot.position).step();
  if (!row || !*row) return false;
  content = query->number(2);
  // What went has made them fewer; what came, also in its place, is newer.
  return query->number(1) == snapshot.rows.size() && newest_change(snapshot.rows) <= query->number(0);
}

bool snapshot_file::put(const std::string& show, const show_snapshot& snapshot) {
  auto* database = ready();
  if (!database) return false;
  std::uint64_t content = 0;
  if (!same_as_last(show, snapshot, content)) {
    auto insert = database->prepare("INSERT INTO contents (checksum, data) VALUES (?1, ?2)");
    if (!insert) return false;
    const auto data = encode_snapshot(snapshot.rows);
    const auto sum = checksum(data);
    if (!insert->bind(0, std::span<const std::uint8_t>(sum))
             .bind(1, std::span(reinterpret_cast<const std::uint8_t*>(data.data()), data.size()))
             .run())
      return false;
    const auto id = database->number("SELECT last_insert_rowid()");
    if (!id || !*id) return false;
    content = **id;
  }
  auto insert = database->prepare("INSERT OR REPLACE INTO snapshots VALUES (?1, ?2, ?3, ?4, ?5)");
  return insert && insert->bind(0, show)
                       .bind(1, snapshot.position)
                       .bind(2, std::span<const std::uint8_t>(snapshot.hash))
                       .bind(3, std::uint64_t(snapshot.rows.size()))
                       .bind(4, content)
                       .run();
}

} // namespace troupe::storage
