#pragma once
// A small blocking HTTP/1.1 client.

#include "net/tcp_client.hpp"

#include <utility>
#include <vector>

namespace troupe::net {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct client_response {
  unsigned status = 0;
  header_list headers;
  std::string body;

  /// The first header of that name, in any case; empty if there is none.
  std::string_view header(std::string_view name) const noexcept;
};

/// HTTP/1.1 on one kept-alive connection; reconnects if the server closed it in between.
class http_client {
 public:
  using milliseconds = std::chrono::milliseconds;

  static result<http_client> connect(const std::string& host, std::uint16_t port, milliseconds timeout);

  /// @param body sent with Content-Length if not empty, as application/json unless `headers` say otherwise
  result<client_response> request(std::string_view method, std::string_view target,
                                  std::string_view body = {}, const header_list& headers = {},
                                  milliseconds timeout = milliseconds{5000});

  /// Sends bytes as they are.
  result<void> send_raw(std::string_view bytes, milliseconds timeout = milliseconds{5000});
  /// The next response on the connection. @param head the request was a HEAD: no body follows
  result<client_response> read_response(bool head = false, milliseconds timeout = milliseconds{5000});

  tcp_client& socket() noexcept { return socket_; }
  /// Received and not consumed yet.
  const std::string& pending() const noexcept { return buffer_; }
  /// Whether the last response said that the connection ends.
  bool closing() const noexcept { return closing_; }

 private:
  friend class ws_client;
  http_client(tcp_client socket, std::string host, std::uint16_t port);

  tcp_client socket_;
  std::string host_;
  std::uint16_t port_;
  std::string buffer_;
  bool closing_ = false;
};

} // namespace troupe::net
