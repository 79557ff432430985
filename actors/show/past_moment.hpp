#pragma once
// A moment of the past as people write it. Pure.

#include "protocol/error.hpp"

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::actors {

struct journal_position {
  std::uint64_t value = 0;
};
struct wall_time {
  std::int64_t ms = 0; ///< since 1970
};
struct checkpoint_name {
  std::string name;
};

using past_moment = std::variant<journal_position, wall_time, checkpoint_name>;

/// `4711`, `2026-03-01T18:30:05Z` or the name of a checkpoint. A number too big for any journal is the
/// biggest one there is.
/// @returns VALIDATION_ERROR naming `field` for what is none of them, also for dates that don't exist
result<past_moment> parse_moment(std::string_view text, std::string_view field);

/// The same from a member of a body, where a position may also be a JSON number.
result<past_moment> moment_in(const boost::json::value& value, std::string_view field);

/// 1 to 200 characters, not blank, no control characters, and nothing that could be taken for a position or a
/// time: not digits and their punctuation alone, and not a year with a dash at the beginning.
/// @returns VALIDATION_ERROR of `name`
result<std::string> check_checkpoint_name(std::string name);

} // namespace troupe::actors
