#pragma once
// What one event of the journal did to one entity, field by field. Pure: undo, its conflicts and comparisons
// of the past with the present are made of this.

#include "protocol/entities.hpp"
#include "protocol/error.hpp"
#include "storage/journal/event.hpp"

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

struct recorded_change {
  enum class operation : std::uint8_t { created, updated, deleted } op = operation::updated;
  entity_kind kind = entity_kind::fixture;
  std::string id;
  /// Of an update: the fields that changed or went, as they were. Of a deletion: the whole entity.
  boost::json::object before;
  boost::json::object after;      ///< the whole entity as it was then; empty after a deletion
  std::vector<std::string> added; ///< fields that an update brought, which weren't there before
  bool run_state = false;         ///< `enabled` of a graph, without a new revision

  /// The fields that an update touched.
  std::vector<std::string_view> fields() const;
};

std::string_view operation_name(recorded_change::operation op) noexcept;

/// @returns nothing for an event that is about no entity; INTERNAL_ERROR for a payload that isn't what its
///          type promises
result<std::optional<recorded_change>> read_change(const storage::journal_event& event);

/// Whether two changes of one entity touch the same fields: whole entities touch all.
bool overlaps(const recorded_change& one, const recorded_change& other);

/// The members of an entity's canonical text; empty if it is none.
boost::json::object members_of(std::string_view entity_json);

/// What command an event's details refer to (`undoes` or `redoes`), without parsing those that refer to none.
std::string reference_in(std::string_view details, std::string_view key);

} // namespace troupe::actors
