#pragma once
// One thing that has happened, as the journal keeps it for ever: what, to which entity, by whom, and the link
// that makes the whole history one chain.

#include "protocol/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::storage {

using sha256_digest = std::array<std::uint8_t, 32>;

/// What an event is about. Events of one stream are numbered without gaps from 1.
struct event_stream {
  std::string show; ///< empty: what all shows share (the models), and the journal itself
  std::string kind; ///< `kind_name` of an entity_kind; or `show`, `checkpoint`
  std::string id;   ///< of the entity; a show's name; a checkpoint's name
  friend bool operator==(const event_stream&, const event_stream&) = default;
};

/// Types of events (docs/history.md). Those of entities are KIND_created, KIND_updated, KIND_deleted, and
/// graph_enabled_set.
namespace event_type {
inline constexpr std::string_view external_edit = "external_edit"; ///< somebody changed a show file by hand
inline constexpr std::string_view graph_enabled_set = "graph_enabled_set"; ///< run state: no new revision
inline constexpr std::string_view show_created = "show_created";
inline constexpr std::string_view show_branched = "show_branched";
inline constexpr std::string_view show_deleted = "show_deleted"; ///< all entities of the show go with it
inline constexpr std::string_view checkpoint_named = "checkpoint_named";
} // namespace event_type

/// What is to be recorded; the journal gives the rest.
///
/// Payload on the wire: the members of `details`, and `entity` if there is one. Members of `details`:
/// `before` (of an update: the old values of the fields that changed, of a deletion the whole entity),
/// `added` (names of fields that weren't there before), `removed` (names of fields that are gone), `op`
/// (external_edit: `created`, `updated` or `deleted`), `undoes` / `redoes` / `restores` (correlation id, or
/// position, of what this command takes back, does again, or restores), `from` (show_branched), `name`.
struct new_event {
  event_stream stream;
  std::string type;
  std::uint16_t version = 1;  ///< of the payload's schema; older ones are raised by upcasters when read
  std::string author;         ///< the operator, `anonymous` without a name
  std::string client;         ///< the connection; empty: the server itself
  std::string correlation_id; ///< the same for all events of one command
  /// The entity as it is from now on, canonical JSON with `id` and `revision`. Absent: it is gone, or the
  /// event is about no entity.
  std::optional<std::string> entity;
  std::string details = "{}"; ///< canonical JSON object
};

struct journal_event : new_event {
  std::uint64_t position = 0; ///< from 1, without gaps, over all shows
  std::uint64_t sequence = 0; ///< within the stream, from 1
  std::string event_id;       ///< UUIDv4
  std::int64_t time_ms = 0;   ///< wall clock, milliseconds since 1970; never before the event in front of it
  sha256_digest previous{};   ///< hash of the event in front; zeros for the first
  sha256_digest hash{};       ///< SHA-256 of `chained_text`
};

/// Whether the event changes an entity (and so the current views).
bool changes_entity(const new_event& event) noexcept;

/// The canonical JSON that is hashed: position, show, kind, id, sequence, eventId, type, version, time (ms),
/// author, client, correlationId, entity (null if absent), details, prevHash (64 hex digits); in this order,
/// without blanks. The event as it was written: never raised by an upcaster.
void append_chained_text(std::string& out, const journal_event& event);

/// As it is served: `{position, show, kind, id, sequence, eventId, type, version, time (ISO 8601, UTC, ms),
/// author, client, correlationId, payload, prevHash, hash}`; absent show: null.
void append_event_json(std::string& out, const journal_event& event);

/// Raises the payload of an older schema version to the current one. @returns INTERNAL_ERROR naming position
/// and version for one that is newer than this program knows
result<journal_event> upcast(journal_event event);

/// `2026-03-01T18:30:05.250Z`. Years 1970 to 9999.
std::string iso_time(std::int64_t time_ms);
/// Date and time of day with `Z` or an offset, seconds and their fraction optional; or a date alone (its
/// first instant, UTC). @returns nothing if it is no such text
std::optional<std::int64_t> parse_iso_time(std::string_view text);

std::string to_hex(const sha256_digest& digest);
std::optional<sha256_digest> parse_digest(std::string_view hex);

} // namespace troupe::storage
