#include "storage/journal/journal_lines.hpp"
#include "storage/journal/open_backend.hpp"
#include "storage/journal/open_sqlite.hpp"
#include "storage/journal/sha256.hpp"
#include "storage/journal/stored_history.hpp"
#include "storage/journal/verify_journal.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

using next_line = std::function<std::optional<std::string>()>;

/// Events in one transaction.
constexpr std::uint64_t events_at_once = 10'000;

failure wrong_line(std::uint64_t number, const error& found) {
  error out = found;
  out.code = ec::validation_error;
  out.message = fmt::format("line {}: {}", number, found.message);
  out.details["line"] = number;
  return failure(std::move(out));
}

/// Reads lines into an empty store. The events are taken only if each follows the one in front.
class importer {
 public:
  importer(journal_store& store, const next_line& line) : store_(store), line_(line) {}

  result<lines_header> header() {
    auto line = next();
    if (!line) return fail(ec::validation_error, "there is no line");
    auto out = parse_header_line(*line);
    if (!out) return wrong_line(number_, out.error());
    return out;
  }

  result<void> events(const lines_header& header) {
    while (reached_.position < header.events) {
      auto done = store_.begin();
      const auto end = std::min(header.events, reached_.position + events_at_once);
      while (done && reached_.position < end) done = event();
      if (done) done = store_.commit();
      if (!done) return done;
    }
    return {};
  }

  result<void> checkpoints(const lines_header& header) {
    auto done = store_.begin();
    for (auto line = next(); done && line; line = next()) {
      const auto found = parse_checkpoint_line(*line);
      if (!found || found->journal_id != header.journal_id)
        return wrong_line(number_, error{ec::validation_error, "is no checkpoint of this journal", {}});
      done = store_.put_checkpoint(found->checkpoint);
      lines.push_back(*line);
    }
    return done.and_then([&] { return store_.commit(); });
  }

  std::vector<std::string> lines; ///< the checkpoints', for the file beside the database

 private:
  std::optional<std::string> next() {
    ++number_;
    return line_();
  }

  result<void> event() {
    const auto line = next();
    if (!line) return wrong_line(number_, error{ec::validation_error, "there are events missing", {}});
    auto event = parse_event_line(*line);
    if (!event) return wrong_line(number_, event.error());
    if (event->position != reached_.position + 1 || event->previous != reached_.hash ||
        event->hash != hash_(*event))
      return wrong_line(number_, error{ec::validation_error, "the chain of events is broken here", {}});
    reached_.position = event->position;
    reached_.hash = event->hash;
    return store_.insert(*event);
  }

  journal_store& store_;
  const next_line& line_;
  std::uint64_t number_ = 0;
  journal_head reached_;
  event_hasher hash_;
};

result<std::uint64_t> fill(const journal_options& options, const next_line& line) {
  auto opened = open_store(options);
  if (!opened) return failure(std::move(opened).error());
  if (!opened->refusal.empty()) return fail(ec::storage_unavailable, opened->refusal);
  importer from(*opened->store, line);
  auto header = from.header();
  if (!header) return failure(std::move(header).error());
  auto done = opened->store->begin()
                  .and_then([&] { return opened->store->put_journal_id(header->journal_id); })
                  .and_then([&] { return opened->store->commit(); })
                  .and_then([&] { return from.events(*header); })
                  .and_then([&] { return from.checkpoints(*header); });
  if (!done) return failure(std::move(done).error());
  opened->store.reset();
  if (auto views = rebuild_views(options); !views) return failure(std::move(views).error());
  for (const auto& each : from.lines)
    if (auto added = append_checkpoint_file(beside_journal(options) / "checkpoints.jsonl", each); !added)
      return failure(std::move(added).error());
  return header->events;
}

} // namespace

result<std::uint64_t> export_journal(const journal_options& options,
                                     const std::function<bool(std::string_view)>& line) {
  auto source = open_source(options);
  if (!source) return failure(std::move(source).error());
  auto id = (*source)->journal_id();
  if (!id) return failure(std::move(id).error());
  auto checkpoints = (*source)->checkpoints(); // none that is newer than the events
  if (!checkpoints) return failure(std::move(checkpoints).error());
  auto tail = (*source)->tail();
  if (!tail) return failure(std::move(tail).error());
  bool wanted = line(header_line({*id, tail->position}));
  auto done = scan_events(**source, 0, [&](const journal_event& event) {
    if (event.position > tail->position) return false; // it came while the others were read
    return wanted = wanted && line(event_line(event));
  });
  if (!done) return failure(std::move(done).error());
  for (const auto& each : *checkpoints) wanted = wanted && line(checkpoint_line(*id, each));
  return tail->position;
}

result<std::uint64_t> import_journal(const journal_options& options, const next_line& line) {
  auto there = journal_is_there(options);
  if (!there) return failure(std::move(there).error());
  if (*there) return fail(ec::conflict, fmt::format("there is a journal already: {}", journal_name(options)));
  auto done = fill(options, line);
  if (!done) discard_journal(options);
  return done;
}

} // namespace troupe::storage
