#include "net/detail/admission.hpp"

#include "net/detail/ascii.hpp"

namespace troupe::net::detail {

namespace {

constexpr std::string_view all_methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

bool only_reads(http_method method) noexcept {
  return method == http_method::get || method == http_method::head || method == http_method::options;
}

bool names(std::optional<std::string_view> list, std::string_view token) noexcept {
  return list && any_list_item(*list, [&](std::string_view item) { return iequal(item, token); });
}

void refuse(admission& out, error reason) {
  out.what = admission::verdict::refuse;
  out.refusal = error_response(reason);
}

/// Who may call. @return whether the request was refused
bool refuse_caller(admission& out, const http_request& request, const server_options& options,
                   bool is_websocket, const route_match& route) {
  const auto& rules = options.access;
  // A preflight never carries credentials, and tells no more than which methods exist.
  const bool public_route = request.method == http_method::options ||
                            (route.result == route_match::outcome::found && !route.options.login);
  const bool query_token =
      is_websocket || (route.result == route_match::outcome::found && route.options.query_token);
  if (login_needed(rules) && !public_route &&
      !token_accepted(rules, request.header("Authorization"),
                      query_token ? request.query_value("token") : std::nullopt)) {
    refuse(out, {ec::unauthorized, "a token is needed", {}});
    out.refusal.headers.emplace_back("WWW-Authenticate", "Bearer");
    out.hurry = true;
    return true;
  }
  const bool has_origin = request.header("Origin").has_value();
  if (has_origin && !out.cors_allowed && (is_websocket || !only_reads(request.method))) {
    refuse(out, {ec::forbidden, "this origin may not do that", {}});
    out.hurry = true;
    return true;
  }
  return false;
}

/// More than one Origin is nobody's.
bool cors_allowed(const http_request& request, const access_rules& rules) {
  std::size_t count = 0;
  std::string_view origin;
  for (const auto& [name, value] : request.headers) {
    if (!iequal(name, "Origin")) continue;
    ++count;
    origin = value;
  }
  return count == 1 && origin_allowed(rules, origin, request.host, request.peer.loopback);
}

void admit_websocket(admission& out, const http_request& request) {
  const auto bad = [&](std::string message) { refuse(out, {ec::validation_error, std::move(message), {}}); };
  if (request.method != http_method::get) {
    refuse(out, {ec::method_not_allowed, "a WebSocket is opened by GET", {}});
    out.refusal.headers.emplace_back("Allow", "GET");
    return;
  }
  if (!names(request.header("Upgrade"), "websocket") || !names(request.header("Connection"), "upgrade")) {
    bad("this is a WebSocket: it needs Upgrade: websocket and Connection: Upgrade");
  } else if (request.header("Sec-WebSocket-Version") != std::string_view("13")) {
    bad("Sec-WebSocket-Version 13 is needed");
    out.refusal.headers.emplace_back("Sec-WebSocket-Version", "13");
  } else if (const auto key = request.header("Sec-WebSocket-Key"); !key || key->size() != 24) {
    return bad("Sec-WebSocket-Key is missing or not 16 bytes in base64");
  } else {
    out.what = admission::verdict::upgrade;
    return;
  }
  out.refusal.status = 426;
  out.refusal.headers.emplace_back("Upgrade", "websocket");
  out.refusal.headers.emplace_back("Connection", "Upgrade");
}

void admit_route(admission& out, const http_request& request, const route_match& route) {
  switch (route.result) {
  case route_match::outcome::found:
    if (names(request.header("Upgrade"), "websocket")) {
      return refuse(out, {ec::validation_error, "there is no WebSocket at this path", {}});
    }
    out.what = admission::verdict::handle;
    out.handler = route.handler;
    out.route = route.index;
    out.any_body_type = route.options.any_body_type;
    return;
  case route_match::outcome::not_found:
    return refuse(out, {ec::not_found, "there is nothing at this path", {}});
  case route_match::outcome::method_not_allowed:
    refuse(out, {ec::method_not_allowed, "this method is not allowed here", {}});
    out.refusal.headers.emplace_back("Allow", route.allow);
    return;
  case route_match::outcome::options:
    out.refusal = {};
    out.refusal.status = 204;
    out.refusal.headers.emplace_back("Allow", route.allow);
    return;
  }
}

} // namespace

admission admit(http_request& request, const server_options& options, const router& routes, bool websockets) {
  admission out;
  const bool asterisk = request.path == "*";
  const bool is_websocket = websockets && request.path == options.ws.path;
  route_match route;
  if (asterisk) {
    route.result = route_match::outcome::options;
    route.allow = all_methods;
  } else if (is_websocket && request.method == http_method::options) {
    route.result = route_match::outcome::options;
    route.allow = "GET, OPTIONS";
  } else if (!is_websocket) {
    route = routes.match(request.method, request.segments, request.parameters);
  }
  out.cors_allowed = cors_allowed(request, options.access);
  if (request.method == http_method::options && out.cors_allowed &&
      request.header("Access-Control-Request-Method")) {
    out.preflight_methods = route.allow;
  }
  const bool upgrade_path = is_websocket && request.method != http_method::options;
  if (refuse_caller(out, request, options, upgrade_path, route)) return out;
  if (upgrade_path) {
    admit_websocket(out, request);
  } else {
    admit_route(out, request, route);
  }
  return out;
}

std::optional<error> check_body_type(const http_request& request, const admission& admitted) {
  if (admitted.any_body_type) return std::nullopt;
  const auto encoding = request.header("Content-Encoding");
  if (encoding && !iequal(*encoding, "identity")) {
    return error{ec::unsupported_media_type, "a compressed body is not understood", {}};
  }
  const auto type = request.header("Content-Type").value_or(std::string_view{});
  if (iequal(trim(type.substr(0, type.find(';'))), "application/json")) return std::nullopt;
  return error{ec::unsupported_media_type, "the body must be application/json", {}};
}

} // namespace troupe::net::detail
