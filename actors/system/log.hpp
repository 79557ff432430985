#pragma once
// Structured log lines on stderr, quiet by default.

#include <string_view>

namespace troupe::actors::log {

enum class level { trace, debug, info, warn, error, off };
enum class format { text, json };

/// Once, before the actors start.
void configure(level threshold, format style);

/// @param part the actor or layer that speaks, as in `storage`
void debug(std::string_view part, std::string_view message);
void info(std::string_view part, std::string_view message);
void warn(std::string_view part, std::string_view message);
void error(std::string_view part, std::string_view message);

} // namespace troupe::actors::log
