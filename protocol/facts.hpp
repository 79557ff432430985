#pragma once
// What has happened, in the past tense. A fact can always be applied; the function that applies it is the
// same one that will replay the journal.

#include "protocol/entities.hpp"
#include "protocol/show_state.hpp"

#include <boost/json/object.hpp>
#include <memory>
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

/// The command that a fact comes from, for the journal. The facts of one command share one.
struct command_origin {
  std::string author = "anonymous"; ///< the operator
  std::string client;               ///< the connection; empty: the server itself
  std::string correlation_id;       ///< UUIDv4, of this command alone
  boost::json::object notes;        ///< what else is to be remembered: `undoes`, `redoes`, `restores`
  bool external_edit = false;       ///< somebody changed a show file by hand
};

/// A fact with all that the journal keeps of it.
struct recorded_fact {
  fact happened;
  record_ptr before; ///< the entity until then; null: there was none
  std::shared_ptr<const command_origin> origin;
};

} // namespace troupe
