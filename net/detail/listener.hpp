#pragma once
// Listening sockets, and the way of a new connection to its lane.

#include "net/detail/server_core.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::net::detail {

/// Accepts on one address and hands sockets to the lanes in turn. Lives on lane 0.
class listener : public std::enable_shared_from_this<listener> {
 public:
  /// Binds and listens. VALIDATION_ERROR with `details.address`, and `details.errno`.
  static result<std::shared_ptr<listener>> open(std::shared_ptr<server_core> core, const std::string& host,
                                                std::uint16_t port, bool v6_only);

  std::uint16_t port() const noexcept { return port_; }
  std::string text() const;

  /// On lane 0.
  void accept();
  /// On lane 0. Accepts nothing more.
  void close();

 private:
  listener(std::shared_ptr<server_core> core, tcp_acceptor acceptor);
  void on_accept(tcp_socket socket, lane& to);
  void retry();
  void prepare(tcp_socket& socket) const;

  std::shared_ptr<server_core> core_;
  tcp_acceptor acceptor_;
  lane_timer pause_;
  std::string host_;
  std::uint16_t port_ = 0;
  std::size_t next_lane_ = 0;
  bool closed_ = false;
};

} // namespace troupe::net::detail
