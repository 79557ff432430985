#pragma once
// Bringing a show, or parts of it, back to what it was: as new facts. Pure.

#include "actors/show/change_set.hpp"
#include "protocol/local_messages.hpp"

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// What of a show is meant.
struct restore_filter {
  std::array<bool, entity_kind_count> kinds{}; ///< by kind
  std::optional<std::set<std::string, std::less<>>> ids;

  bool wants(entity_kind kind, std::string_view id) const {
    return kinds[static_cast<std::size_t>(kind)] && (!ids || ids->contains(id));
  }
};

/// An entity as it was then.
struct past_entity {
  record_ptr entity;
  /// The highest it has had, of one that is gone now; 0: it was there when the past was read.
  std::uint64_t last_revision = 0;
};

/// A show as it was.
struct past_show {
  std::uint64_t position = 0;
  std::vector<past_entity> entities; ///< the models first
};

/// Bring the active show back to what it was, as far as the filter goes.
struct restore_command {
  std::string show; ///< the one that is meant: it must be active
  std::shared_ptr<const past_show> past;
  restore_filter filter;
  command_author by;
};

/// What makes the state be what the past was, as far as the filter goes. Entities that weren't there then go,
/// and a fixture that goes leaves its groups; models are brought back and changed but never deleted, since
/// other shows may use them. Empty if nothing differs.
/// @returns VALIDATION_ERROR when something would name what isn't there: `details.references` lists
///          `{kind, id, field, reason}`, at most 20; CONFLICT (`details.reason` `busy`) when one was deleted
///          after the past was read, so that its last revision isn't known; NOT_FOUND for an id of the filter
///          that neither moment has
result<std::vector<fact>> decide_restore(const std::vector<past_entity>& past, const show_state& state,
                                         const restore_filter& filter, std::size_t max_entities);

} // namespace troupe::actors
