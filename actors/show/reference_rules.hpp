#pragma once
// The rules between entities (protocol, sections 1 to 3): what names what must exist, and fit.

#include "protocol/error.hpp"
#include "protocol/show_state.hpp"

namespace troupe::actors {

/// Whether everything the record names exists. A reference that dangled before an update may stay.
/// @param before the same entity before the update; null for a new one
/// @returns VALIDATION_ERROR naming the field
result<void> check_references(const show_state& state, const entity_record& record,
                              const entity_record* before);

/// Whether the entity may be deleted: no graph uses the input, no fixture of this show the model.
/// @returns VALIDATION_ERROR naming the users
result<void> check_unused(const show_state& state, entity_kind kind, std::string_view id);

/// The groups that hold the fixture, without it, each with its next revision.
std::vector<record_ptr> groups_without(const show_state& state, std::string_view fixture_id);

} // namespace troupe::actors
