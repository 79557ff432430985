#include "storage/journal/event.hpp"

#include "protocol/entities.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

/// The schema that this program writes, of every type. A payload that changes its shape raises it, and gets a
/// step in `upcast` that makes the old shape the new one.
constexpr std::uint16_t current_version = 1;

} // namespace

bool changes_entity(const new_event& event) noexcept {
  for (std::size_t i = 0; i < entity_kind_count; ++i)
    if (event.stream.kind == kind_name(static_cast<entity_kind>(i))) return true;
  return false;
}

result<journal_event> upcast(journal_event event) {
  if (event.version > current_version)
    return fail(ec::internal_error,
                fmt::format("event {} is a {} of version {}, this program knows versions up to {}",
                            event.position, event.type, event.version, current_version));
  return event;
}

} // namespace troupe::storage
