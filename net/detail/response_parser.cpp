#include "net/detail/response_parser.hpp"

#include "net/detail/ascii.hpp"

#include <charconv>

namespace troupe::net::detail {

namespace {

using parsed = result<std::optional<std::pair<client_response, std::size_t>>>;

failure malformed(const std::string& what) {
  return fail(ec::parse_error, "malformed response: " + what);
}

template <class T>
std::optional<T> number(std::string_view text, int base) {
  T value{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// @return how many bytes the chunked body takes; 0 while it is incomplete
result<std::size_t> read_chunks(std::string_view bytes, std::string& body) {
  std::size_t at = 0;
  for (;;) {
    const auto end = bytes.find("\r\n", at);
    if (end == std::string_view::npos) return std::size_t{0};
    const auto line = bytes.substr(at, end - at);
    const auto size = number<std::size_t>(line.substr(0, line.find(';')), 16);
    if (!size) return malformed("chunk size");
    at = end + 2;
    if (*size > bytes.size() || bytes.size() - at < *size + 2) return std::size_t{0};
    body += bytes.substr(at, *size);
    at += *size + 2;
    if (*size == 0) return at;
  }
}

} // namespace

parsed parse_response(std::string_view bytes, bool head, bool ended) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return parsed(std::nullopt);
  client_response out;
  auto lines = bytes.substr(0, end + 2);
  const auto first = lines.substr(0, lines.find("\r\n"));
  lines.remove_prefix(first.size() + 2);
  const auto status = first.size() >= 12 ? number<unsigned>(first.substr(9, 3), 10) : std::nullopt;
  if (!first.starts_with("HTTP/1.") || !status) return malformed(std::string(first));
  out.status = *status;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return malformed(std::string(line));
    out.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  const auto begin = end + 4;
  const auto rest = bytes.substr(begin);
  if (head || out.status < 200 || out.status == 204 || out.status == 304) {
    return parsed(std::pair{std::move(out), begin});
  }
  if (iequal(out.header("Transfer-Encoding"), "chunked")) {
    const auto used = read_chunks(rest, out.body);
    if (!used) return failure(used.error());
    if (*used == 0) return parsed(std::nullopt);
    return parsed(std::pair{std::move(out), begin + *used});
  }
  const auto length = number<std::size_t>(out.header("Content-Length"), 10);
  if (!length && !ended) return parsed(std::nullopt);
  const auto size = length.value_or(rest.size());
  if (rest.size() < size) return parsed(std::nullopt);
  out.body = rest.substr(0, size);
  return parsed(std::pair{std::move(out), begin + size});
}

} // namespace troupe::net::detail
