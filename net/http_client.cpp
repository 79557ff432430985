#include "net/http_client.hpp"

#include "net/detail/ascii.hpp"
#include "net/detail/response_parser.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

using clock = std::chrono::steady_clock;

std::chrono::milliseconds until(clock::time_point deadline) {
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()),
                  std::chrono::milliseconds{0});
}

bool has(const header_list& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& one) { return detail::iequal(one.first, name); });
}

} // namespace

std::string_view client_response::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (detail::iequal(key, name)) return value;
  }
  return {};
}

http_client::http_client(tcp_client socket, std::string host, std::uint16_t port)
    : socket_(std::move(socket)), host_(std::move(host)), port_(port) {}

result<http_client> http_client::connect(const std::string& host, std::uint16_t port, milliseconds timeout) {
  auto socket = tcp_client::connect(host, port, timeout);
  if (!socket) return failure(socket.error());
  return http_client(std::move(*socket), host, port);
}

result<client_response> http_client::request(std::string_view method, std::string_view target,
                                             std::string_view body, const header_list& headers,
                                             milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  if (closing_) {
    auto again = connect(host_, port_, timeout);
    if (!again) return failure(again.error());
    *this = std::move(*again);
  }
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  if (!has(headers, "Host")) text += "Host: " + client_url{"http", host_, port_, {}}.host_header() + "\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty()) {
    if (!has(headers, "Content-Type")) text += "Content-Type: application/json\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  text.append("\r\n").append(body);
  if (auto sent = send_raw(text, until(deadline)); !sent) {
    // The server may have refused a large body before it was all sent: its answer says why.
    auto early = read_response(method == "HEAD", until(deadline));
    if (!early) return failure(sent.error());
    return early;
  }
  return read_response(method == "HEAD", until(deadline));
}

result<void> http_client::send_raw(std::string_view bytes, milliseconds timeout) {
  return socket_.send(bytes, timeout);
}

result<client_response> http_client::read_response(bool head, milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  for (bool ended = false;;) {
    auto parsed = detail::parse_response(buffer_, head, ended);
    if (!parsed) return failure(parsed.error());
    if (parsed->has_value()) {
      auto& [response, used] = **parsed;
      buffer_.erase(0, used);
      if (response.status < 200 && response.status != 101) continue;
      closing_ = ended || detail::iequal(response.header("Connection"), "close");
      return std::move(response);
    }
    if (ended) return fail(ec::internal_error, "the connection ended before the response did");
    auto more = socket_.receive(until(deadline));
    if (!more && more.error().code == ec::timeout) return failure(more.error());
    if (!more || more->empty()) {
      ended = true;
      closing_ = true;
    } else {
      buffer_ += *more;
    }
  }
}

} // namespace troupe::net
