#include "storage/journal/chain_verifier.hpp"

#include "storage/journal/sqlite_database.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

result<journal_evidence> load_evidence(const std::filesystem::path& folder) {
  journal_evidence out;
  auto keys = checkpoint_keys::load(folder);
  if (!keys) return failure(std::move(keys).error());
  out.keys = std::move(*keys);
  auto lines = read_checkpoint_file(folder / "checkpoints.jsonl");
  if (!lines) return failure(std::move(lines).error());
  out.checkpoints = std::move(*lines);
  return out;
}

void chain_verifier::note_damage(std::optional<journal_damage>& where, std::uint64_t position,
                                 std::string reason) {
  if (!where || position < where->position) where = journal_damage{position, std::move(reason)};
}

result<journal_report> chain_verifier::run() {
  auto done = take_checkpoints().and_then([&] { return follow_all(); });
  source_.end();
  if (!done) {
    if (!is_corruption(done.error())) return failure(std::move(done).error());
    note_damage(report_.chain, reached_.position == 0 ? 0 : reached_.position + 1, done.error().message);
  }
  report_.beyond_doubt = beyond_doubt();
  return report_;
}

std::uint64_t chain_verifier::beyond_doubt() const {
  const auto in_the_way = [&](std::uint64_t position) {
    return position > report_.signed_up_to && position <= reached_.position;
  };
  return std::any_of(doubted_.begin(), doubted_.end(), in_the_way) ? report_.signed_up_to : reached_.position;
}

/// The bulk of the events without a lasting look at the database; the rest of them, with the views, in one.
result<void> chain_verifier::follow_all() {
  auto tail = source_.tail();
  if (!tail) return failure(std::move(tail).error());
  auto done = follow_chain(tail->position).and_then([&] { return source_.begin(); });
  if (!done) return done;
  auto end = source_.tail();
  if (!end) return failure(std::move(end).error());
  done = follow_chain(end->position);
  if (!done || report_.chain) return done; // what a broken chain would make of the views says nothing
  check_end(end->position);
  return check_views();
}

result<void> chain_verifier::take_checkpoints() {
  auto id = source_.journal_id();
  if (!id) return failure(std::move(id).error());
  journal_id_ = std::move(*id);
  auto stored = source_.checkpoints();
  if (!stored) return failure(std::move(stored).error());
  for (const auto& each : *stored) take_checkpoint(each, evidence_.shared);
  report_.checkpoints = stored->size();
  for (const auto& each : evidence_.checkpoints) {
    if (each.journal_id == journal_id_)
      take_checkpoint(each.checkpoint, false);
    else
      note_damage(report_.signatures, 0,
                  fmt::format("checkpoints.jsonl tells of another journal ({}), signed up to position {}",
                              each.journal_id, each.checkpoint.position));
  }
  return {};
}

void chain_verifier::take_checkpoint(const signed_checkpoint& checkpoint, bool of_others) {
  const bool unknown = of_others && !evidence_.keys.knows(checkpoint.key_id);
  if (unknown || evidence_.keys.signed_by_known_key(journal_id_, checkpoint)) {
    signed_.emplace(checkpoint.position, checkpoint.hash);
    return;
  }
  doubted_.push_back(checkpoint.position);
  note_damage(report_.signatures, checkpoint.position,
              evidence_.keys.knows(checkpoint.key_id)
                  ? fmt::format("the signature of the checkpoint at {} is wrong", checkpoint.position)
                  : fmt::format("the checkpoint at {} is signed with the unknown key {}", checkpoint.position,
                                checkpoint.key_id));
}

result<void> chain_verifier::follow_chain(std::uint64_t last) {
  return events_.read(reached_.position + 1, last, event_parts::all,
                      [this](const event_portion& portion) { return check(portion); });
}

bool chain_verifier::check(const event_portion& portion) {
  for (const auto& event : portion.events())
    if (!check(event)) return false;
  if (!portion.read || reached_.position == portion.last) return true;
  note_damage(report_.chain, reached_.position + 1,
              fmt::format("event {} is missing", reached_.position + 1));
  return false;
}

bool chain_verifier::check(const event_outline& event) {
  auto& stream = streams_.find(event.stream);
  if (auto flaw = flaw_of(event, stream.state.sequence + 1)) {
    note_damage(report_.chain, std::min(event.position, reached_.position + 1), std::move(*flaw));
    return false;
  }
  check_checkpoints_at(event);
  streams_.apply(event, stream);
  reached_ = {{event.position, event.hash}, event.time_ms};
  ++report_.events;
  return true;
}

std::optional<std::string> chain_verifier::flaw_of(const event_outline& event, std::uint64_t sequence) const {
  const auto position = reached_.position + 1;
  if (event.position != position) return fmt::format("event {} is missing", position);
  if (event.previous != reached_.hash || !event.sound)
    return fmt::format("event {} isn't what its hash says", position);
  if (event.sequence != sequence)
    return fmt::format("event {} has number {} in its stream, {} was due", position, event.sequence,
                       sequence);
  if (event.time_ms < reached_.time_ms) return fmt::format("event {} is older than the one before", position);
  return std::nullopt;
}

void chain_verifier::check_checkpoints_at(const event_outline& event) {
  const auto [first, end] = signed_.equal_range(event.position);
  for (auto each = first; each != end; ++each) {
    if (each->second == event.hash) {
      if (!replaced_) report_.signed_up_to = event.position;
      continue;
    }
    replaced_ = true;
    doubted_.push_back(event.position);
    note_damage(
        report_.signatures, event.position,
        fmt::format("at {} another event was signed: the history up to there was replaced", event.position));
  }
}

void chain_verifier::check_end(std::uint64_t head) {
  if (signed_.empty() || signed_.rbegin()->first <= head) return;
  note_damage(report_.signatures, head + 1,
              fmt::format("the journal ends at {}, but was signed up to {}: the end is missing", head,
                          signed_.rbegin()->first));
}

result<void> chain_verifier::check_views() {
  std::size_t rows = 0;
  auto read = source_.views([&](const view_check& view) {
    ++rows;
    if (view.has_entity) ++report_.entities;
    const auto& made = streams_.find(view.stream);
    if (made.state == view.state && made.has_entity == view.has_entity &&
        (!view.has_entity || view.as_in_event))
      return;
    note_damage(report_.views, made.state.changed_at > 0 ? made.state.changed_at : view.state.changed_at,
                fmt::format("{} {} isn't what the events make of it", view.stream.kind, view.stream.id));
  });
  if (!read) {
    if (!is_corruption(read.error())) return read;
    note_damage(report_.views, 0, read.error().message);
    return {};
  }
  // A row too many was told of above, and is in the table now.
  if (rows < streams_.size())
    note_damage(report_.views, 0, fmt::format("{} rows are missing", streams_.size() - rows));
  return {};
}

} // namespace troupe::storage
