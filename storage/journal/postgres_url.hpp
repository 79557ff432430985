#pragma once
// The address of a journal on a PostgreSQL server, and what of it may be shown.

#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace troupe::storage {

struct postgres_place {
  std::string connection; ///< everything a connection needs: holds the password
  std::string password;   ///< so that it can be kept out of messages
  std::string shown;      ///< `postgresql://USER@HOST:PORT/DATABASE`
};

/// Takes `postgresql://…` (or `postgres://…`) apart, and adds what the journal wants of every connection:
/// timeouts, so that nothing waits for ever, and commits that are flushed.
/// @returns VALIDATION_ERROR that tells nothing of the address, for a password may be anywhere in one that is
///          wrong
result<postgres_place> parse_postgres_url(std::string_view url);

} // namespace troupe::storage
