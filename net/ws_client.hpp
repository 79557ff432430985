#pragma once
// A small blocking WebSocket client.

#include "net/http_client.hpp"

#include <optional>

namespace troupe::net {

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
  std::string data;             ///< the payload; of a close its reason
  std::uint16_t close_code = 0; ///< of `closed`: the server's, 1005 without, 1006 if the socket just ended
  bool compressed = false;      ///< came with RSV1
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
  result<void> read_more(std::chrono::steady_clock::time_point deadline);
  result<std::optional<ws_event>> take_frame(bool control);
  result<std::optional<ws_event>> take(std::uint8_t first_byte, std::string_view payload, bool control);

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
