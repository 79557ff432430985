#include "net/tcp_client.hpp"

#include "net/access.hpp"
#include "net/detail/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace troupe::net {

namespace {

using clock = std::chrono::steady_clock;

failure broken(const std::string& what, int code) {
  return fail(ec::internal_error, what + ": " + std::generic_category().message(code));
}

/// Waits for an event until the deadline. @return false if it passed
bool wait_for(int fd, short events, clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd one{fd, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// @return 0, or what kept this address from being connected
int try_connect(int fd, const addrinfo& to, clock::time_point deadline) {
  if (::connect(fd, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait_for(fd, POLLOUT, deadline)) return ETIMEDOUT;
  int code = 0;
  socklen_t size = sizeof code;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size);
  return code;
}

} // namespace

std::string client_url::host_header() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

result<client_url> parse_client_url(std::string_view url) {
  const auto bad = [&](const std::string& why) {
    return invalid("url", '"' + std::string(url) + "\": " + why);
  };
  const auto mark = url.find("://");
  if (mark == std::string_view::npos) return bad("a URL such as ws://localhost:3001/ws is wanted");
  client_url out;
  out.scheme = detail::lower_case(url.substr(0, mark));
  if (out.scheme == "https" || out.scheme == "wss") return bad("TLS is left to a proxy: use http or ws");
  if (out.scheme != "http" && out.scheme != "ws") return bad("http or ws is wanted");
  const auto rest = url.substr(mark + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto authority = parse_host_port(rest.substr(0, end));
  if (!authority) return bad("there is no host in it");
  out.host = authority->host;
  out.port = authority->port.value_or(std::uint16_t{80});
  const auto target = rest.substr(end);
  out.target = target.substr(0, target.find('#'));
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  return out;
}

result<tcp_client> tcp_client::connect(const std::string& host, std::uint16_t port, milliseconds timeout,
                                       int receive_buffer) {
  const auto deadline = clock::now() + timeout;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, &freeaddrinfo);
  if (code != 0) return fail(ec::not_found, host + ": " + gai_strerror(code));
  int why = ECONNREFUSED;
  for (const auto* at = found; at != nullptr; at = at->ai_next) {
    tcp_client out(::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (out.fd_ < 0) {
      why = errno;
      continue;
    }
    const int on = 1;
    setsockopt(out.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // Before the connection exists: the window is negotiated by it.
    if (receive_buffer > 0)
      setsockopt(out.fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    why = try_connect(out.fd_, *at, deadline);
    if (why == 0) return out;
  }
  return fail(why == ETIMEDOUT ? ec::timeout : ec::not_found, "can't connect to " + host + " port " +
                                                                  std::to_string(port) + ": " +
                                                                  std::generic_category().message(why));
}

tcp_client::tcp_client(tcp_client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

tcp_client& tcp_client::operator=(tcp_client&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

tcp_client::~tcp_client() {
  if (fd_ >= 0) ::close(fd_);
}

result<void> tcp_client::send(std::string_view bytes, milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      if (!wait_for(fd_, POLLOUT, deadline)) return fail(ec::timeout, "the peer takes nothing");
    } else if (errno != EINTR) {
      return broken("sending", errno);
    }
  }
  return {};
}

result<std::string> tcp_client::receive(milliseconds timeout, std::size_t limit) {
  const auto deadline = clock::now() + timeout;
  std::string out(limit, '\0');
  for (;;) {
    const auto n = ::recv(fd_, out.data(), out.size(), 0);
    if (n >= 0) {
      out.resize(static_cast<std::size_t>(n));
      return out;
    }
    if (errno == EAGAIN) {
      if (!wait_for(fd_, POLLIN, deadline)) return fail(ec::timeout, "nothing came");
    } else if (errno != EINTR) {
      return broken("receiving", errno);
    }
  }
}

result<std::string> tcp_client::receive_all(milliseconds timeout) {
  const auto deadline = clock::now() + timeout;
  std::string out;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock::now());
    auto more = receive(std::max(left, milliseconds{0}));
    if (!more && more.error().code == ec::timeout) return more;
    if (!more || more->empty()) return out;
    out += *more;
  }
}

void tcp_client::shutdown_send() {
  ::shutdown(fd_, SHUT_WR);
}

void tcp_client::reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(fd_, -1));
}

} // namespace troupe::net
