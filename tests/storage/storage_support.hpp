#pragma once
// What the tests of storage share.

#include "protocol/entities.hpp"
#include "protocol/facts.hpp"
#include "protocol/show_state.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace troupe::storage::test {

using troupe::test::read_text;
using troupe::test::temp_dir;
using troupe::test::write_text;

std::size_t count_copies(const std::filesystem::path& folder); ///< `*.orig-*`

/// An entity from JSON; `id` and `revision` are members. Throws if it isn't valid.
record_ptr entity(entity_kind kind, std::string_view json);

fact created(entity_kind kind, std::string_view json);
fact updated(entity_kind kind, std::string_view json);
fact deleted(entity_kind kind, std::string_view id, std::uint64_t revision = 1);

/// Everything in a show as text: equal states have equal snapshots.
std::string snapshot(const show_state& state);
std::string snapshot(const show_state& state, entity_kind kind);

} // namespace troupe::storage::test
