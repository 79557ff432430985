#pragma once
// The socket types of this layer: executors by value of their concrete type, so that nothing is erased on
// the way to the reactor.

#include "net/http_message.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>

namespace troupe::net::detail {

namespace asio = boost::asio;
using error_code = boost::system::error_code;
using executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;
using clock = std::chrono::steady_clock;
using lane_timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor>;

/// The far end, an IPv4 address mapped to IPv6 written as IPv4.
inline peer_address describe_peer(const asio::ip::tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return {address.to_string(), endpoint.port(), address.is_loopback()};
}

} // namespace troupe::net::detail
