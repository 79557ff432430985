#include "net/detail/reply_writer.hpp"

#include "net/detail/ascii.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace troupe::net::detail {

namespace {

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
  case 200:
    return "OK";
  case 201:
    return "Created";
  case 202:
    return "Accepted";
  case 204:
    return "No Content";
  case 301:
    return "Moved Permanently";
  case 302:
    return "Found";
  case 303:
    return "See Other";
  case 304:
    return "Not Modified";
  case 307:
    return "Temporary Redirect";
  case 308:
    return "Permanent Redirect";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 413:
    return "Content Too Large";
  case 414:
    return "URI Too Long";
  case 415:
    return "Unsupported Media Type";
  case 426:
    return "Upgrade Required";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 503:
    return "Service Unavailable";
  default:
    return "Unknown";
  }
}

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// A value with a line end in it would start a header, or a response, of its own.
void append_checked(std::string& out, std::string_view name, std::string_view value) {
  constexpr std::string_view line_ends("\r\n\0", 3);
  const bool clean = value.find_first_of(line_ends) == std::string_view::npos &&
                     name.find_first_of(line_ends) == std::string_view::npos;
  if (clean) append_field(out, name, value);
}

void append_cors(std::string& out, const reply_context& context) {
  if (context.cors_origin.empty()) return;
  append_field(out, "Access-Control-Allow-Origin", context.cors_origin);
  if (context.preflight_methods.empty()) {
    append_field(out, "Access-Control-Expose-Headers", "ETag, Allow, Location");
    return;
  }
  append_field(out, "Access-Control-Allow-Methods", context.preflight_methods);
  append_field(out, "Access-Control-Allow-Headers",
               "Authorization, Content-Type, If-None-Match, Last-Event-ID, X-Operator");
  append_field(out, "Access-Control-Max-Age", "600");
  if (context.private_network) append_field(out, "Access-Control-Allow-Private-Network", "true");
}

/// A stream tells its end by its last chunk, or to HTTP/1.0, which knows no chunks, by that of the
/// connection.
void append_length(std::string& out, std::size_t size, const reply_context& context) {
  if (!context.stream) {
    out.append("Content-Length: ");
    append_number(out, size);
    out.append("\r\n");
  } else if (context.version >= 11) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
}

bool has_header(const http_response& response, std::string_view name) noexcept {
  for (const auto& [key, value] : response.headers) {
    if (iequal(key, name)) return true;
  }
  return false;
}

constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93U;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93U;
  return x ^ (x >> 32);
}

} // namespace

std::string http_date(std::time_t now) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&now, &utc);
  const auto two = [](int value) {
    return std::string{static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
  };
  // Not strftime: it speaks the language of the process's locale.
  return std::string(days[static_cast<std::size_t>(utc.tm_wday)]) + ", " + two(utc.tm_mday) + ' ' +
         months[static_cast<std::size_t>(utc.tm_mon)] + ' ' + std::to_string(utc.tm_year + 1900) + ' ' +
         two(utc.tm_hour) + ':' + two(utc.tm_min) + ':' + two(utc.tm_sec) + " GMT";
}

std::string content_etag(std::string_view bytes) {
  std::uint64_t hash = mix(bytes.size() + 0x9e3779b97f4a7c15U);
  while (bytes.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = mix(hash ^ word) + word;
    bytes.remove_prefix(8);
  }
  std::uint64_t tail = 0;
  std::memcpy(&tail, bytes.data(), bytes.size());
  hash = mix(hash ^ mix(tail + 1));
  std::string out = "\"";
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[(hash >> shift) & 15U]);
  out.push_back('"');
  return out;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) noexcept {
  const auto strong = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
  return any_list_item(if_none_match,
                       [&](std::string_view item) { return item == "*" || strong(item) == strong(etag); });
}

bool append_head(std::string& out, const http_response& response, const reply_context& context) {
  const bool readable = context.method == http_method::get || context.method == http_method::head;
  const auto content = response.content();
  std::string computed;
  std::string_view etag = response.etag;
  if (etag.empty() && readable && response.status == 200 && !context.stream)
    etag = computed = content_etag(content);
  const bool unchanged = readable && response.status == 200 && !context.stream &&
                         !context.if_none_match.empty() && etag_matches(context.if_none_match, etag);
  const auto status = unchanged ? 304U : response.status;
  const bool empty_by_status = status == 204 || status == 304 || status < 200;

  out.append("HTTP/1.1 ");
  append_number(out, status);
  out.append(" ").append(reason_phrase(status)).append("\r\n");
  append_field(out, "Date", context.date);
  if (!context.server_name.empty()) append_field(out, "Server", context.server_name);
  if (!empty_by_status) {
    append_checked(out, "Content-Type", response.content_type);
    append_length(out, content.size(), context);
  }
  if (!etag.empty()) append_checked(out, "ETag", etag);
  if (!has_header(response, "Cache-Control")) out.append("Cache-Control: no-cache\r\n");
  out.append("Vary: Origin\r\nX-Content-Type-Options: nosniff\r\n");
  append_cors(out, context);
  for (const auto& [name, value] : response.headers) append_checked(out, name, value);
  if (!context.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (context.version < 11) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return !empty_by_status && context.method != http_method::head && (context.stream || !content.empty());
}

} // namespace troupe::net::detail
