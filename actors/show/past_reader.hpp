#pragma once
// Questions about the past, answered from the journal as the text that a client is sent. Blocks on the disk;
// the archivist owns one.

#include "actors/show/past_moment.hpp"
#include "actors/show/restore_rules.hpp"
#include "storage/journal/event_history.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::actors {

/// `GET /api/history`
struct find_events {
  storage::history_query query;
};
/// `GET /api/history/:position`
struct one_event {
  past_moment at;
};
/// `GET /api/shows/:show/at/:position`
struct show_then {
  std::string show;
  past_moment at;
};
/// `GET /api/shows/:show/at/:position/:kind/:id`
struct entity_then {
  std::string show;
  past_moment at;
  entity_kind kind = entity_kind::fixture;
  std::string id;
};
/// `GET /api/shows/:show/diff?from&to`: of all that `show_then` tells, the models last.
struct compare_moments {
  std::string show;
  past_moment from, to;
};
/// `GET /api/checkpoints`
struct list_checkpoints {};

struct past_question {
  std::variant<find_events, one_event, show_then, entity_then, compare_moments, list_checkpoints> what;
};

class past_reader {
 public:
  explicit past_reader(storage::event_history& history) : history_(history) {}

  /// The whole body, `{"data": ...}`.
  /// @returns NOT_FOUND for positions beyond the head, unknown shows and entities; VALIDATION_ERROR for a
  ///          checkpoint that nobody has named; the journal's error
  result<std::string> answer(const past_question& question);

  /// @returns as `answer`
  result<past_show> show_at(std::string_view show, const past_moment& at, std::string_view field);

 private:
  result<std::string> tell(const find_events& asked);
  result<std::string> tell(const one_event& asked);
  result<std::string> tell(const show_then& asked);
  result<std::string> tell(const entity_then& asked);
  result<std::string> tell(const compare_moments& asked);
  result<std::string> tell(const list_checkpoints& asked);

  result<std::uint64_t> resolve(const past_moment& at, std::string_view field);
  /// Whether the journal has ever heard of it.
  result<void> know(std::string_view show);
  /// The highest revision of an entity that isn't there now; 0: unknown.
  result<std::uint64_t> last_revision(std::string_view show, const storage::view_row& row);

  storage::event_history& history_;
};

} // namespace troupe::actors
