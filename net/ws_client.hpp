#pragma once
// A small blocking client: raw TCP, HTTP/1.1 and WebSocket, each call with its own timeout. For tools that
// watch a server, and for tests. No TLS, no redirects.

#include "protocol/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::net {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// `http://host:port/path` or `ws://...`, taken apart.
struct client_url {
  std::string scheme; ///< `http` or `ws`
  std::string host;   ///< without brackets
  std::uint16_t port = 0;
  std::string target; ///< with the query; at least `/`
  std::string host_header() const;
};

/// VALIDATION_ERROR if it is none; `https` and `wss` are refused with the hint to use a proxy.
result<client_url> parse_client_url(std::string_view url);

/// A connected TCP socket. Movable, not thread-safe.
class tcp_client {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// Blocks while it resolves and connects. @param receive_buffer SO_RCVBUF in bytes; 0 leaves the kernel's
  static result<tcp_client> connect(const std::string& host, std::uint16_t port, milliseconds timeout,
                                    int receive_buffer = 0);
  tcp_client(tcp_client&& other) noexcept;
  tcp_client& operator=(tcp_client&& other) noexcept;
  ~tcp_client();

  /// All or an error; TIMEOUT if the peer doesn't take it in time.
  result<void> send(std::string_view bytes, milliseconds timeout);
  /// What is there, at least one byte; empty at the end of the stream. TIMEOUT if nothing comes.
  result<std::string> receive(milliseconds timeout, std::size_t limit = 64 * 1024);
  /// Everything up to the end of the stream (a reset ends it too). TIMEOUT if it doesn't come in time.
  result<std::string> receive_all(milliseconds timeout);
  void shutdown_send();
  /// Closes with a reset instead of a FIN.
  void reset();
  int native_handle() const noexcept { return fd_; }

 private:
  explicit tcp_client(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

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
  http_client(tcp_client socket, std::string host, std::uint16_t port);

  tcp_client socket_;
  std::string host_;
  std::uint16_t port_;
  std::string buffer_;
  bool closing_ = false;
};

struct ws_client_options {
  header_list headers;
  bool deflate = false;   ///< offer permessage-deflate
  int receive_buffer = 0; ///< SO_RCVBUF in bytes; 0 leaves the kernel's
  bool answer_pings = true;
  std::size_t message_limit = 64 * 1024 * 1024; ///< bytes
};

/// What `ws_client::receive` returned.
struct ws_event {
  enum class kind { text, binary, ping, pong, closed };
  kind what = kind::closed;
  std::string data; ///< the payload; of a close its reason
  std::uint16_t close_code =
      0;                   ///< of `closed`: the server's, 1005 without one, 1006 if the socket just ended
  bool compressed = false; ///< came with RSV1
};

/// A WebSocket client. Not thread-safe.
class ws_client {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// Fails with the server's status in `details.status` and its body as message if it refuses.
  static result<ws_client> connect(std::string_view url, milliseconds timeout,
                                   const ws_client_options& options = {});

  result<void> send_text(std::string_view payload, milliseconds timeout = milliseconds{5000});
  result<void> send_binary(std::string_view payload, milliseconds timeout = milliseconds{5000});
  result<void> ping(std::string_view payload, milliseconds timeout = milliseconds{5000});
  /// Starts or answers the closing handshake; `receive` then returns `closed`.
  result<void> close(std::uint16_t code = 1000, std::string_view reason = {});

  /// The next message; TIMEOUT as error if none comes. Pings are answered on the way and, like pongs, not
  /// returned unless `control` is true. After `closed` only `closed` comes.
  result<ws_event> receive(milliseconds timeout, bool control = false);

  /// One frame exactly as said, for tests. @param first_byte FIN, RSV and opcode
  result<void> send_frame(std::uint8_t first_byte, std::string_view payload, bool masked = true);
  /// Whether permessage-deflate was negotiated.
  bool deflates() const noexcept { return deflates_; }
  tcp_client& socket() noexcept { return socket_; }
  /// The headers of the 101.
  const header_list& handshake_headers() const noexcept { return handshake_; }

 private:
  explicit ws_client(tcp_client socket, const ws_client_options& options);
  result<bool> read_more(std::chrono::steady_clock::time_point deadline);
  result<std::optional<ws_event>> take_frame(bool control);

  tcp_client socket_;
  ws_client_options options_;
  header_list handshake_;
  std::string buffer_;
  std::size_t consumed_ = 0;
  std::string message_;
  std::uint8_t message_opcode_ = 0;
  bool message_compressed_ = false;
  bool deflates_ = false;
  bool close_sent_ = false;
  std::optional<ws_event> closed_;
};

} // namespace troupe::net
