#pragma once
// Who gives a command, until users exist: a name that the client tells, and that is believed.

#include "protocol/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::actors {

inline constexpr std::string_view anonymous_author = "anonymous"; ///< who tells no name
inline constexpr std::string_view file_author = "file";           ///< who edits show files by hand

/// 1 to 200 characters, not blank, no control characters, valid UTF-8, and not `file`.
/// @returns VALIDATION_ERROR naming `field`
result<std::string> check_operator(std::string name, std::string_view field);

/// From the header `X-Operator`; `anonymous` without one. Percent-escapes are decoded, so that a client whose
/// HTTP library takes ASCII only can tell any name; a `%` itself is `%25`.
/// @returns VALIDATION_ERROR of the field `X-Operator`
result<std::string> operator_in(std::optional<std::string_view> header);

} // namespace troupe::actors
