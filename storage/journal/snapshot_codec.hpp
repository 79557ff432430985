#pragma once
// The entities of a show as compressed bytes, and back. Internal to storage/journal.

#include "storage/journal/event_journal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

std::string encode_snapshot(const std::vector<view_row>& rows);

/// @returns nothing if it is none, whatever the bytes are
std::optional<std::vector<view_row>> decode_snapshot(std::string_view bytes);

} // namespace troupe::storage
