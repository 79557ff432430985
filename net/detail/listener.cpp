#include "net/detail/listener.hpp"

#include "net/detail/http_session.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace troupe::net::detail {

namespace {

constexpr auto retry_after = std::chrono::milliseconds(100);
/// So many connections are told why they are refused; further ones are just closed.
constexpr std::uint64_t max_refusing = 64;

failure bind_failure(const std::string& host, std::uint16_t port, const error_code& why) {
  return failure(error{ec::validation_error,
                       "can't listen on " + host + " port " + std::to_string(port) + ": " + why.message(),
                       {{"address", host}, {"errno", why.value()}}});
}

} // namespace

listener::listener(std::shared_ptr<server_core> core, tcp_acceptor acceptor)
    : core_(std::move(core)), acceptor_(std::move(acceptor)), pause_(core_->lanes.front()->context()) {}

result<std::shared_ptr<listener>> listener::open(std::shared_ptr<server_core> core, const std::string& host,
                                                 std::uint16_t port, bool v6_only) {
  error_code failed;
  const auto address = asio::ip::make_address(host, failed);
  if (failed) return bind_failure(host, port, failed);
  const asio::ip::tcp::endpoint endpoint(address, port);
  tcp_acceptor acceptor(core->lanes.front()->context());
  acceptor.open(endpoint.protocol(), failed);
  if (failed) return bind_failure(host, port, failed);
  acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (address.is_v6()) acceptor.set_option(asio::ip::v6_only(v6_only), failed);
  acceptor.bind(endpoint, failed);
  if (failed) return bind_failure(host, port, failed);
  acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return bind_failure(host, port, failed);
  const auto local = acceptor.local_endpoint(failed);
  if (failed) return bind_failure(host, port, failed);

  const std::shared_ptr<listener> out(new listener(std::move(core), std::move(acceptor)));
  out->host_ = host;
  out->port_ = local.port();
  return out;
}

std::string listener::text() const {
  const bool v6 = host_.find(':') != std::string::npos;
  return (v6 ? '[' + host_ + ']' : host_) + ':' + std::to_string(port_);
}

void listener::accept() {
  if (closed_) return;
  auto& lane = *core_->lanes[next_lane_];
  acceptor_.async_accept(lane.context().get_executor(),
                         [self = shared_from_this(), &lane](error_code failed, tcp_socket socket) {
                           if (self->closed_ || failed == asio::error::operation_aborted) return;
                           if (!failed) return self->on_accept(std::move(socket), lane);
                           ++self->core_->accept_errors;
                           self->retry();
                         });
}

/// Out of descriptors or memory: trying again at once would only burn the processor.
void listener::retry() {
  pause_.expires_after(retry_after);
  pause_.async_wait([self = shared_from_this()](error_code failed) {
    if (!failed) self->accept();
  });
}

void listener::prepare(tcp_socket& socket) const {
  error_code ignored; // a connection that is gone already fails at its first read
  socket.non_blocking(true, ignored);
  // Without it a pong between two messages waits for the peer's delayed acknowledgement.
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto& options = core_->options;
  if (options.not_sent_low_water > 0) {
    // The kernel keeps little that isn't on its way: a client that doesn't read costs no megabytes, and what
    // is sent next is chosen late.
    const int bytes = options.not_sent_low_water;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
  }
  if (options.send_buffer > 0) {
    socket.set_option(asio::socket_base::send_buffer_size(options.send_buffer), ignored);
  }
}

void listener::on_accept(tcp_socket socket, lane& to) {
  ++core_->accepted;
  next_lane_ = (next_lane_ + 1) % core_->lanes.size();
  prepare(socket);
  const bool full = core_->active >= core_->options.max_connections;
  if (full) ++core_->refused;
  if (!full || core_->refusing < max_refusing) {
    auto session = std::make_shared<http_session>(core_, to, std::move(socket),
                                                  counted(full ? core_->refusing : core_->active));
    asio::post(to.context(), [session, full, &to] {
      if (to.stopping()) return;
      full ? session->start_refused() : session->start();
    });
  }
  accept();
}

void listener::close() {
  closed_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

} // namespace troupe::net::detail
