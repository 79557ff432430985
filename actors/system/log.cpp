#include "actors/system/log.hpp"

#include "protocol/json_text.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace troupe::actors::log {
namespace {

bool as_json = false;

spdlog::level::level_enum as_spdlog(level one) {
  switch (one) {
  case level::trace:
    return spdlog::level::trace;
  case level::debug:
    return spdlog::level::debug;
  case level::info:
    return spdlog::level::info;
  case level::warn:
    return spdlog::level::warn;
  case level::error:
    return spdlog::level::err;
  case level::off:
    return spdlog::level::off;
  }
  return spdlog::level::info;
}

void line(level at, std::string_view part, std::string_view message) {
  auto* logger = spdlog::default_logger_raw();
  if (!logger->should_log(as_spdlog(at))) return;
  if (!as_json) {
    logger->log(as_spdlog(at), "{}: {}", part, message);
    return;
  }
  std::string text = "\"part\":";
  append_json_string(text, part);
  text += ",\"message\":";
  append_json_string(text, message);
  logger->log(as_spdlog(at), "{}", text);
}

} // namespace

void configure(level threshold, format style) {
  auto logger = spdlog::stderr_color_mt("troupe");
  as_json = style == format::json;
  logger->set_pattern(as_json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                              : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  logger->set_level(as_spdlog(threshold));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void debug(std::string_view part, std::string_view message) {
  line(level::debug, part, message);
}
void info(std::string_view part, std::string_view message) {
  line(level::info, part, message);
}
void warn(std::string_view part, std::string_view message) {
  line(level::warn, part, message);
}
void error(std::string_view part, std::string_view message) {
  line(level::error, part, message);
}

} // namespace troupe::actors::log
