#pragma once
// What has happened, in the past tense. A fact can always be applied; the function that applies it is the
// same one that will replay the journal.

#include "protocol/entities.hpp"
#include "protocol/show_state.hpp"

#include <string>
#include <variant>
#include <vector>

namespace troupe {

struct entity_created {
  record_ptr entity;
};

struct entity_updated {
  record_ptr entity; ///< as it is now
};

struct entity_deleted {
  entity_kind kind;
  std::string id;
  std::uint64_t revision; ///< the last one
};

/// Run state: `enabled` changed without a new revision (protocol, section 7 "setEnabled").
struct graph_enabled_set {
  record_ptr entity;
};

using fact = std::variant<entity_created, entity_updated, entity_deleted, graph_enabled_set>;

entity_kind kind_of(const fact& happened) noexcept;
const std::string& id_of(const fact& happened) noexcept;

void apply(show_state& state, const fact& happened);

} // namespace troupe
