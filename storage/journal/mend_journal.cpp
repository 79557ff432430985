#include "storage/journal/mend_journal.hpp"

#include "storage/journal/chain_verifier.hpp"
#include "storage/journal/open_sqlite.hpp"
#include "storage/journal/plain_file.hpp"
#include "storage/journal/verify_journal.hpp"

#include <fmt/format.h>
#include <map>

namespace troupe::storage {

namespace {

namespace fs = std::filesystem;

/// Events in one transaction, and in one look at the old database.
constexpr std::uint64_t events_at_once = 20'000;
constexpr std::size_t longest_keys = 1U << 20U;
constexpr const char* checkpoint_file = "checkpoints.jsonl";

/// By position. A position may have been signed with several keys.
using checkpoint_list = std::multimap<std::uint64_t, signed_checkpoint>;

result<void> remove_database(const fs::path& file) {
  for (const auto* end : {"", "-wal", "-shm"}) {
    std::error_code code;
    fs::remove(file.string() + end, code);
    if (code)
      return fail(ec::storage_unavailable,
                  fmt::format("{}{} can't be removed: {}", file.string(), end, code.message()));
  }
  return {};
}

result<void> move_file(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (!code) return {};
  return fail(ec::storage_unavailable, fmt::format("{} can't be replaced: {}", to.string(), code.message()));
}

/// Takes what is good of a journal over into an empty one.
class front_copy {
 public:
  front_copy(journal_source& from, journal_store& to, const journal_evidence& evidence)
      : from_(from), to_(to), evidence_(evidence) {}

  result<void> run(std::uint64_t keep) {
    auto id = from_.journal_id();
    if (!id) return failure(std::move(id).error());
    id_ = std::move(*id);
    collect_checkpoints(keep);
    return to_.begin()
        .and_then([&] { return to_.put_journal_id(id_); })
        .and_then([&] { return to_.commit(); })
        .and_then([&] { return copy_events(keep); })
        .and_then([&] { return copy_checkpoints(); });
  }

  const std::string& lines() const noexcept { return lines_; } ///< for the file beside the database
  std::uint64_t checkpoints() const noexcept { return kept_; }

 private:
  void collect(std::uint64_t keep, const signed_checkpoint& each) {
    const auto [first, end] = wanted_.equal_range(each.position);
    for (auto known = first; known != end; ++known)
      if (known->second == each) return;
    if (each.position <= keep && evidence_.keys.signed_by_known_key(id_, each))
      wanted_.emplace(each.position, each);
  }

  /// Of both places; those that can't be read are no loss, for others vouch for the same events.
  void collect_checkpoints(std::uint64_t keep) {
    if (const auto stored = from_.checkpoints())
      for (const auto& each : *stored) collect(keep, each);
    for (const auto& each : evidence_.checkpoints)
      if (each.journal_id == id_) collect(keep, each.checkpoint);
  }

  result<void> copy_events(std::uint64_t keep) {
    while (reached_ < keep) {
      event_range range;
      range.first = reached_ + 1;
      range.last = std::min(keep, reached_ + events_at_once);
      result<void> stored;
      auto done = to_.begin().and_then([&] {
        return from_.events(range, {}, [&](journal_event& event) {
          if (event.position != reached_ + 1) return false;
          stored = to_.insert(event);
          if (stored) take(event);
          return stored.has_value();
        });
      });
      if (done) done = std::move(stored);
      if (done && reached_ < range.last)
        done = fail(ec::validation_error, fmt::format("event {} is missing", reached_ + 1));
      if (done) done = to_.commit();
      if (!done) return done;
    }
    return {};
  }

  void take(const journal_event& event) {
    reached_ = event.position;
    const auto [first, end] = wanted_.equal_range(event.position);
    for (auto each = first; each != end; ++each)
      if (each->second.hash == event.hash) good_.push_back(each->second);
  }

  result<void> copy_checkpoints() {
    auto done = to_.begin();
    for (const auto& each : good_) {
      if (done) done = to_.put_checkpoint(each);
      lines_ += checkpoint_line(id_, each) + '\n';
      ++kept_;
    }
    return done.and_then([&] { return to_.commit(); });
  }

  journal_source& from_;
  journal_store& to_;
  const journal_evidence& evidence_;
  std::string id_;
  checkpoint_list wanted_;
  std::vector<signed_checkpoint> good_;
  std::uint64_t reached_ = 0, kept_ = 0;
  std::string lines_;
};

/// A whole journal of the front in a folder of its own.
result<kept_front> build(const journal_options& options, const journal_options& built, std::uint64_t keep) {
  const auto evidence = load_evidence(journal_folder(options));
  if (!evidence) return failure(evidence.error());
  auto source = open_sqlite_source(options);
  if (!source) return failure(std::move(source).error());
  auto target = open_sqlite_store(built);
  if (!target) return failure(std::move(target).error());
  if (!target->refusal.empty()) return fail(ec::storage_unavailable, target->refusal);
  front_copy copy(**source, *target->store, *evidence);
  auto done = copy.run(keep);
  target->store.reset(); // its WAL goes with it: the database is one file from here on
  if (!done) return failure(std::move(done).error());
  auto keys = read_plain_file(public_key_file(journal_folder(options)), longest_keys);
  if (!keys) return failure(std::move(keys).error());
  if (*keys) done = write_plain_file(public_key_file(journal_folder(built)), **keys, 0644);
  if (done) done = write_plain_file(journal_folder(built) / checkpoint_file, copy.lines(), 0644);
  if (!done) return failure(std::move(done).error());
  if (auto views = rebuild_views(built); !views) return failure(std::move(views).error());
  return kept_front{keep, copy.checkpoints()};
}

result<void> check_built(const journal_options& built, std::uint64_t keep) {
  const auto report = verify_journal(built);
  if (!report) return failure(report.error());
  for (const auto* each : {&report->chain, &report->signatures, &report->views})
    if (*each)
      return fail(ec::conflict,
                  fmt::format("with {} events it would still be damaged: {}", keep, (*each)->reason));
  return {};
}

/// The WAL of the old database must not meet the new one, so it goes first. Who is interrupted here has the
/// copy that was made before.
result<void> put_in_place(const journal_options& options, const journal_options& built) {
  const auto live = journal_folder(options);
  return remove_database(sqlite_file(options))
      .and_then([&] { return remove_database(live / "snapshots.sqlite"); })
      .and_then([&] { return sync_folder(live); })
      .and_then([&] { return move_file(sqlite_file(built), sqlite_file(options)); })
      .and_then([&] { return move_file(journal_folder(built) / checkpoint_file, live / checkpoint_file); })
      .and_then([&] { return sync_folder(live); });
}

} // namespace

result<kept_front> keep_front(const journal_options& options, std::uint64_t keep) {
  auto built = options;
  built.data_dir = journal_folder(options) / "mending";
  std::error_code ignored;
  fs::remove_all(built.data_dir, ignored); // of one that was interrupted
  auto made = build(options, built, keep);
  result<void> done;
  if (!made) done = failure(made.error());
  done = done.and_then([&] { return check_built(built, keep); }).and_then([&] {
    return put_in_place(options, built);
  });
  fs::remove_all(built.data_dir, ignored);
  if (!done) return failure(std::move(done).error());
  return made;
}

void visit_readable(const journal_options& options, std::uint64_t after,
                    const std::function<bool(const journal_event&)>& visit) {
  auto source = open_sqlite_source(options);
  if (!source) return;
  event_range range;
  range.first = after + 1;
  static_cast<void>((*source)->events(range, {}, [&](journal_event& event) { return visit(event); }));
}

} // namespace troupe::storage
