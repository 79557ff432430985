#pragma once
// Several entities that are to become something else in one step: what undo and restore come down to. Pure.

#include "protocol/error.hpp"
#include "protocol/facts.hpp"

#include <string>
#include <vector>

namespace troupe::actors {

/// What one entity is to become.
struct wanted_entity {
  entity_kind kind = entity_kind::fixture;
  std::string id;
  record_ptr entity; ///< with its new revision; null: it is to be gone
};

/// A rule of the show that the result would break.
struct broken_rule {
  entity_kind kind = entity_kind::fixture;
  std::string id;
  error what;
};

struct change_outcome {
  std::vector<fact> facts;
  std::vector<broken_rule> broken; ///< at most 20; any: the facts must not be applied
};

/// The facts in an order in which each can be applied: what is named by others comes first and goes last. The
/// result is judged as a whole: every reference of what changes must exist in it, unless it dangled before;
/// nothing that goes may still be used.
/// @param max_entities per kind
change_outcome facts_of(const show_state& state, std::vector<wanted_entity> wanted, std::size_t max_entities);

} // namespace troupe::actors
