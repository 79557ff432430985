#pragma once
// A WebSocket client, as a console speaks.

#include "net/ws_client.hpp"
#include "tests/conformance/support/rest_client.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace troupe::conformance {

using wanted_message = std::function<bool(const json::object&)>;

/// Waits are for what is asked for; messages in between are skipped. Each throws when patience ends.
class live_client {
 public:
  explicit live_client(std::uint16_t port, std::string_view query = {}, const net::ws_client_options& = {});

  void send(const json::value& message);
  void send_text(std::string_view text);

  /// The next JSON message of any type.
  json::object next();
  json::object next(std::string_view type);
  json::object next(std::string_view type, const wanted_message& wanted);
  /// The next JSON message of one of the types.
  json::object next_of(const std::set<std::string, std::less<>>& types);
  /// The next text as it came.
  std::string next_text();
  /// The next binary message.
  std::string next_binary();
  /// Waits for the server's close. @return its code
  std::uint16_t closed();

  /// Sends, then waits for the `error` that answers it; returns its code.
  std::string refusal(const json::value& message);
  /// Sends a ping and waits for its pong: all that was sent before has been read by then.
  void sync();

  /// Subscribes to frames; full ones of all fixtures unless said otherwise.
  void subscribe(json::object options = {});
  /// The next frame/full.
  json::object frame();
  /// The first frame/full from now on in which that fixture's intensity is `level`.
  json::object frame_with(std::string_view fixture, double level);

  net::ws_client& socket() noexcept { return socket_; }

 private:
  net::ws_event next_event();

  net::ws_client socket_;
  std::int64_t pings_ = 0;
};

/// The bundle of a fixture in a frame/full; null if it isn't in it.
const json::object* bundle_in(const json::object& frame, std::string_view fixture);
/// Its intensity; -1 if it isn't written.
double intensity_in(const json::object& frame, std::string_view fixture);
/// Follows one fixture through full frames: is it written, and since when not.
struct written_watch {
  std::string fixture;
  double value = -1;   ///< its intensity in the last frame that wrote it
  double t_unset = -1; ///< time of the last frame that didn't

  /// @return whether this frame writes it
  bool operator()(const json::object& frame);
};

/// The instance of a graph in a runtime/status; empty if it isn't in it.
const json::object& instance_in(const json::object& status, std::string_view graph);
/// Whether that instance is there and is enabled, or disabled.
bool enabled_is(const json::object& status, std::string_view graph, bool enabled);

/// A number, integer or not.
inline double num(const json::value& value) {
  return value.to_number<double>();
}

} // namespace troupe::conformance
