#pragma once
// Keeps a console's model up to date with a server: WebSocket for what moves, REST for the rig.

#include "actors/console/console_model.hpp"
#include "net/ws_client.hpp"

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace troupe::console {

/// How long to wait before the next attempt: a quarter of a second, then twice as long each time, up to 5 s.
class back_off {
 public:
  using milliseconds = std::chrono::milliseconds;
  milliseconds next() {
    const auto wait = next_;
    next_ = std::min(next_ * 2, longest);
    return wait;
  }
  void reset() { next_ = shortest; }

 private:
  static constexpr milliseconds shortest{250}, longest{5000};
  milliseconds next_ = shortest;
};

/// Where a server's WebSocket and REST are.
struct server_address {
  std::string shown;   ///< `http://127.0.0.1:3001`
  std::string ws_url;  ///< `ws://127.0.0.1:3001/ws`
  std::string api;     ///< the path before `/fixtures`
  net::client_url url; ///< taken apart
  net::header_list headers;
};

/// @param token empty: none. VALIDATION_ERROR for what is no URL or no token
result<server_address> server_address_of(std::string_view url, std::string_view token);

/// A client of one server that comes back by itself. Blocking, for one thread; the model is only touched
/// within its calls.
class server_feed {
 public:
  using milliseconds = std::chrono::milliseconds;
  using clock = std::chrono::steady_clock;

  server_feed(server_address where, console_model& model);

  /// Takes in what comes, connects again if that is due, and returns after about `patience` (an attempt to
  /// connect takes up to a second longer). A signal ends a wait for the next attempt early.
  /// @returns UNAUTHORIZED or FORBIDDEN if the server doesn't let anybody in like this; everything else is
  ///          tried again
  result<void> run_for(milliseconds patience);

  /// One attempt without a second one.
  result<void> connect();

  /// Puts the newest frame's values into the model.
  void settle();

  /// Whether status, rig and a frame are there.
  bool complete() const noexcept { return model_.status() && rig_known_ && (frame_ || model_.frame()); }

  bool connected() const noexcept { return socket_.has_value(); }

 private:
  result<void> attempt();
  void lose(std::string why);
  result<void> receive(milliseconds patience);
  void take(std::string message);
  void take(std::string_view type, const boost::json::value& message);
  void keep_alive();
  void fetch_rig_if_due();
  result<void> fetch_rig();
  result<boost::json::value> get(net::http_client& http, std::string_view path);

  server_address where_;
  console_model& model_;
  std::optional<net::ws_client> socket_;
  std::optional<net::http_client> http_;
  std::string frame_text_; ///< the newest frame, not parsed yet
  bool frame_ = false;     ///< there is one
  bool rig_known_ = false;
  bool rig_stale_ = true;
  clock::time_point rig_due_;
  clock::time_point heard_;
  clock::time_point pinged_;
  clock::time_point retry_at_;
  back_off waits_;
};

} // namespace troupe::console
