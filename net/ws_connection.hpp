#pragma once
// One WebSocket, as the layer above sees it.

#include "net/http_message.hpp"
#include "net/wire_message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::net {

/// Close codes that Troupe sends (RFC 6455).
namespace close_code {
inline constexpr std::uint16_t normal = 1000, going_away = 1001, protocol_error = 1002,
                               unsupported_data = 1003, none = 1005, abnormal = 1006, bad_payload = 1007,
                               policy = 1008, too_big = 1009, try_again_later = 1013;
}

/// What a connection tells; all on its io thread.
struct ws_callbacks {
  /// A whole text message, valid UTF-8, and when its last byte was read. Each one takes a credit (see `ack`).
  std::function<void(std::string text, std::chrono::steady_clock::time_point arrival)> on_text{};
  /// The last call ever. @param code what the peer's close said, or ours, or 1006 if the socket just ended
  std::function<void(std::uint16_t code)> on_closed{};
};

/// All calls on the connection's io thread, except `post`. Callbacks are dropped after `on_closed`.
class ws_connection {
 public:
  virtual ~ws_connection() = default;

  /// Unique in the process, never reused.
  virtual std::uint64_t id() const noexcept = 0;
  virtual std::size_t lane() const noexcept = 0;
  virtual const peer_address& peer() const noexcept = 0;
  /// Whether permessage-deflate is used towards this client.
  virtual bool deflates() const noexcept = 0;
  /// False once a close has been sent or received, or the socket is lost.
  virtual bool open() const noexcept = 0;

  /// Begins to read. Once, from within the server's `on_websocket` or later; nothing is read before.
  virtual void start(ws_callbacks callbacks) = 0;

  /// `next` is asked for the next message whenever the socket can really take one, after `kick`, until it
  /// returns null; so what it returns may be chosen as late as possible. It must not throw.
  virtual void source(std::function<outgoing()> next) = 0;
  /// There is something to send. Cheap when the socket is blocked already.
  virtual void kick() = 0;

  /// The consumer is done with `n` messages. Reading pauses while `ws_options::credit` messages, or
  /// 1 MiB of them, are not acknowledged.
  virtual void ack(std::size_t n) = 0;

  /// Sends a close after the message being written, discards what comes for at most the drain time, then
  /// ends. `on_closed` comes later. Nothing else is sent. @param reason at most 123 bytes of UTF-8
  virtual void close(std::uint16_t code, std::string_view reason) = 0;

  /// Runs a function on the io thread, from any thread; it is dropped if the connection has gone.
  virtual void post(std::function<void(ws_connection&)> task) = 0;
};

} // namespace troupe::net
