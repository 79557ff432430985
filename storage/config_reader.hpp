#pragma once
// The settings file, key by key. Internal to storage.

#include "storage/config.hpp"

#include <string_view>
#include <vector>

namespace troupe::storage {

/// Overrides what the file names. @returns everything that is wrong in it
std::vector<problem> read_config(config& into, std::string_view yaml, std::string_view file_name);

/// Overrides what the environment and the flags name.
std::vector<problem> read_environment(config& into, const environment& variables);
std::vector<problem> read_flags(config& into, const config_flags& flags);

/// Empty, or an address of PostgreSQL. @returns what is wrong with it, without a word of it
std::string set_journal_url(config& into, std::string_view text);

struct host_and_port {
  std::string host; ///< without brackets
  std::uint16_t port = 0;
};

/// `host`, `host:port`, `[::1]:port`, `::1`. @returns nothing if it is none of these
std::optional<host_and_port> parse_destination(std::string_view text, std::uint16_t default_port);

} // namespace troupe::storage
