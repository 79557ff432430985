#pragma once
// The way out of an output: a socket that is opened when it can be and tried again ever less often, and the
// problem in words while nothing gets through. Not for several threads.

#include "net/udp_sender.hpp"
#include "protocol/local_messages.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace troupe::actors {

class output_link {
 public:
  using time = std::chrono::nanoseconds; ///< since any fixed moment
  struct way {
    net::udp_sender socket;
    net::udp_endpoint destination; ///< unset if each datagram has its own
  };
  /// May block for as long as a name takes to resolve.
  using opener = std::function<result<way>()>;

  output_link() = default;
  /// @param name the kind of output, for log and report @param destination what it is called there
  output_link(std::string name, std::string destination, opener open)
      : name_(std::move(name)), destination_(std::move(destination)), open_(std::move(open)) {}

  /// Whether there is a socket. Tries to open it unless the last failure was too short ago: 0.25 s at first,
  /// doubled with each failure up to 8 s.
  bool ready(time now);

  /// Never waits. 60 batches in a row of which nothing could be sent are a problem. @pre ready
  void send(std::span<const net::datagram> batch);

  /// Where it goes. @pre ready
  const net::udp_endpoint& destination() const { return way_->destination; }

  /// Of the socket; 0 before the first send.
  std::uint16_t local_port() const { return way_ ? way_->socket.local_port() : std::uint16_t{0}; }

  /// @param note what else is wrong, beside what the socket says; empty: nothing
  output_report report(const std::string& note = {}) const;

 private:
  void tell(std::string problem);

  std::string name_, destination_;
  opener open_;
  std::optional<way> way_;
  std::string problem_;
  std::optional<time> retry_at_;
  std::chrono::milliseconds back_off_{250};
  std::size_t full_batches_ = 0; ///< in a row, for which the kernel had no room
};

} // namespace troupe::actors
