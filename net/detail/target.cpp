#include "net/detail/target.hpp"

#include "net/detail/ascii.hpp"
#include "protocol/utf8.hpp"

#include <algorithm>

namespace troupe::net::detail {

namespace {

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Appends the decoded text to `storage`, which has room: views into it stay good.
std::optional<std::string_view> decode(std::string_view text, bool plus_is_space, std::string& storage) {
  const auto before = storage.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      storage.push_back(' ');
    } else if (text[i] != '%') {
      storage.push_back(text[i]);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex(text[i + 1]);
      const int low = hex(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      storage.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  const auto decoded = std::string_view(storage).substr(before);
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
}

result<void> split_path(http_request& request) {
  auto rest = request.path.substr(1);
  for (;;) {
    const auto slash = rest.find('/');
    const auto segment = decode(rest.substr(0, slash), false, request.decoded);
    if (!segment) return invalid("path", "the path has a bad percent-escape or isn't UTF-8");
    request.segments.push_back(*segment);
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

result<void> split_query(http_request& request, std::string_view query) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto key = decode(pair.substr(0, equals), true, request.decoded);
    const auto value = equals == std::string_view::npos
                           ? std::optional<std::string_view>{std::string_view{}}
                           : decode(pair.substr(equals + 1), true, request.decoded);
    if (!key || !value) return invalid("query", "the query has a bad percent-escape or isn't UTF-8");
    request.query.emplace_back(*key, *value);
  }
  return {};
}

} // namespace

result<void> parse_target(http_request& request) {
  auto target = request.target;
  request.decoded.clear();
  request.decoded.reserve(target.size());
  request.segments.clear();
  request.query.clear();
  if (target == "*" && request.method == http_method::options) {
    request.path = target;
    return {};
  }
  if (!target.starts_with('/')) {
    const auto mark = target.find("://");
    const auto scheme = target.substr(0, mark);
    if (mark == std::string_view::npos || !(iequal(scheme, "http") || iequal(scheme, "https"))) {
      return invalid("target", "the request target is neither a path nor an http URL");
    }
    const auto authority = target.substr(mark + 3);
    const auto slash = std::min(authority.find_first_of("/?"), authority.size());
    request.host = authority.substr(0, slash);
    target = authority.substr(slash);
    if (target.empty() || target.front() == '?') return invalid("target", "the URL has no path");
  }
  if (target.find('#') != std::string_view::npos)
    return invalid("target", "a request target has no fragment");
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (auto split = split_path(request); !split) return split;
  if (question == std::string_view::npos) return {};
  return split_query(request, target.substr(question + 1));
}

} // namespace troupe::net::detail
