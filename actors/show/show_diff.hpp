#pragma once
// What differs between a show at one moment and at another. Pure.

#include "actors/show/recorded_change.hpp"
#include "storage/journal/event_journal.hpp"

#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <vector>

namespace troupe::actors {

struct field_difference {
  std::string name;
  boost::json::value before; ///< null: it wasn't there
  boost::json::value after;  ///< null: it isn't there any more
};

struct entity_difference {
  std::string kind, id;
  recorded_change::operation op = recorded_change::operation::updated;
  std::vector<field_difference> fields; ///< in the order of the entity; without `id` and `revision`
};

/// What was created or updated in the order of `to`, then what was deleted in the order of `from`. An entity
/// of which only the revision differs is none of them.
std::vector<entity_difference> difference(std::span<const storage::view_row> from,
                                          std::span<const storage::view_row> to);

/// `[{kind, id, op, fields: {name: [old, new]}}]`
void append_json(std::string& out, std::span<const entity_difference> differences);

} // namespace troupe::actors
