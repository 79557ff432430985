#pragma once
// A blocking TCP socket in which every call has its own timeout. For tools that watch a server, and for
// tests, hostile ones too. No TLS.

#include "protocol/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::net {

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

} // namespace troupe::net
