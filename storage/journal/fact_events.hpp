#pragma once
// Between the facts of a show and the events of the journal.

#include "protocol/facts.hpp"
#include "storage/journal/event_journal.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// The stream of an entity. Models belong to no show.
event_stream stream_of(entity_kind kind, std::string_view id, std::string_view show);

/// What is to be recorded of a fact.
new_event event_of(const recorded_fact& recorded, std::string_view show);

/// What an update changed, as members of an event's details: `"before":{…},"added":[…],"removed":[…]`
/// without braces; parts that are empty are left out. @param before, after canonical JSON of the entity
std::string change_details(std::string_view before, std::string_view after);

/// The entity of a row. @returns VALIDATION_ERROR for one that no release has written
result<record_ptr> record_of(const view_row& row);

/// The kind of that name; nothing if it is none.
std::optional<entity_kind> kind_named(std::string_view name) noexcept;

/// A show from its rows and those of the models, each in the order of creation.
/// @returns the first error of record_of
result<show_state> state_of(std::string_view show, std::span<const view_row> models,
                            std::span<const view_row> entities);

} // namespace troupe::storage
