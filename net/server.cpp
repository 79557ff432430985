#include "net/server.hpp"

#include "net/detail/listener.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <future>
#include <memory>
#include <netdb.h>
#include <set>
#include <sys/socket.h>

namespace troupe::net {

namespace {

using detail::clock;

/// Fine enough for the shortest deadline, coarse enough to cost nothing.
clock::duration sweep_period(const server_options& options) {
  auto shortest = std::chrono::milliseconds(1000);
  for (const auto limit :
       {options.http.header_time, options.http.body_time, options.http.idle_time, options.http.answer_time,
        options.http.write_stall, options.http.stream_pulse, options.ws.ping_period, options.ws.silence_limit,
        options.ws.write_stall, options.drain_time, options.stop_time}) {
    shortest = std::min(shortest, limit);
  }
  return std::max(shortest / 4, std::chrono::milliseconds(2));
}

/// That this machine has no such address, rather than that somebody else has the port.
bool missing_here(const error& reason) {
  const auto* code = reason.details.if_contains("errno");
  if (!code || !code->is_int64()) return false;
  const auto value = code->as_int64();
  return value == EAFNOSUPPORT || value == EADDRNOTAVAIL || value == EPROTONOSUPPORT;
}

bool in_use(const error& reason) {
  const auto* code = reason.details.if_contains("errno");
  return code && code->is_int64() && code->as_int64() == EADDRINUSE;
}

using listeners = std::vector<std::shared_ptr<detail::listener>>;

result<listeners> open_all(const std::shared_ptr<detail::server_core>& core,
                           const std::vector<listen_address>& addresses, std::uint16_t port) {
  listeners out;
  for (const auto& [host, optional] : addresses) {
    const bool v6_only = addresses.size() > 1 || host != "::";
    auto one = detail::listener::open(core, host, out.empty() ? port : out.front()->port(), v6_only);
    if (one) {
      out.push_back(std::move(*one));
    } else if (!optional || !missing_here(one.error())) {
      return failure(one.error());
    }
  }
  if (out.empty()) return invalid("address", "none of the addresses exists on this machine");
  return out;
}

} // namespace

result<std::vector<listen_address>> resolve_listen_host(const std::string& host) {
  if (host == "localhost") return std::vector<listen_address>{{"127.0.0.1", false}, {"::1", true}};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, &freeaddrinfo);
  if (host.empty() || code != 0) {
    return invalid("host", "\"" + host + "\": " + (code != 0 ? gai_strerror(code) : "no host is named"));
  }
  std::vector<listen_address> out;
  std::set<std::string> seen;
  for (const auto* at = found; at != nullptr; at = at->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
      continue;
    if (seen.insert(text.data()).second) out.push_back({text.data(), false});
  }
  return out;
}

bool all_loopback(const std::vector<listen_address>& addresses) noexcept {
  return std::all_of(addresses.begin(), addresses.end(),
                     [](const auto& one) { return is_loopback(one.host); });
}

struct server::impl {
  std::shared_ptr<detail::server_core> core;
  listeners open;
  std::atomic<std::size_t> lanes_left{0};
  std::atomic<bool> stopping{false};
};

server::server(io_pool& pool, server_options options, router routes, websocket_handler on_websocket)
    : impl_(std::make_shared<impl>()) {
  const auto period = sweep_period(options);
  impl_->core = std::make_shared<detail::server_core>(pool, std::move(options), std::move(routes),
                                                      std::move(on_websocket));
  auto& core = *impl_->core;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    core.lanes.push_back(std::make_unique<detail::lane>(pool.context(i), i, period));
    pool.post(i, [keep = impl_->core, &lane = *core.lanes.back()] { lane.start(keep); });
  }
}

server::~server() {
  auto& core = *impl_->core;
  const auto close_lane = [this, &core](std::size_t i) {
    if (i == 0) {
      for (const auto& one : impl_->open) one->close();
    }
    core.lanes[i]->drop();
  };
  for (std::size_t i = 0; i < core.lanes.size(); ++i) {
    if (!core.pool.running() || core.pool.on_lane(i)) {
      close_lane(i);
      continue;
    }
    std::promise<void> closed;
    core.pool.post(i, [&] {
      close_lane(i);
      closed.set_value();
    });
    closed.get_future().wait();
  }
}

result<void> server::listen(const std::vector<listen_address>& addresses, std::uint16_t port) {
  // A port that is free on the first address may be taken on the second: another one then.
  constexpr int attempts = 20;
  for (int attempt = 1;; ++attempt) {
    auto opened = open_all(impl_->core, addresses, port);
    if (opened) {
      impl_->open = std::move(*opened);
      break;
    }
    if (port != 0 || attempt == attempts || !in_use(opened.error())) return failure(opened.error());
  }
  for (const auto& one : impl_->open) impl_->core->pool.post(0, [one] { one->accept(); });
  return {};
}

std::uint16_t server::port() const noexcept {
  return impl_->open.empty() ? std::uint16_t{0} : impl_->open.front()->port();
}

std::vector<std::string> server::endpoints() const {
  std::vector<std::string> out;
  for (const auto& one : impl_->open) out.push_back(one->text());
  return out;
}

void server::stop(std::function<void()> done) {
  if (impl_->stopping.exchange(true)) return;
  auto& pool = impl_->core->pool;
  impl_->lanes_left = pool.size();
  const auto deadline = clock::now() + impl_->core->options.stop_time;
  const auto shared_done = std::make_shared<std::function<void()>>(std::move(done));
  // Lane 0 accepts: only when it has ceased to, no lane gets new connections.
  pool.post(0, [self = impl_, deadline, shared_done] {
    for (const auto& one : self->open) one->close();
    for (std::size_t i = 0; i < self->core->lanes.size(); ++i) {
      self->core->pool.post(i, [self, i, deadline, shared_done] {
        self->core->lanes[i]->stop(deadline, [self, shared_done] {
          if (--self->lanes_left == 0 && *shared_done) (*shared_done)();
        });
      });
    }
  });
}

server_counters server::counters() const noexcept {
  const auto& core = *impl_->core;
  server_counters out;
  out.accepted = core.accepted;
  out.active = core.active;
  out.websockets = core.websockets;
  out.streams = core.streams;
  out.refused = core.refused;
  out.accept_errors = core.accept_errors;
  for (const auto& lane : core.lanes) {
    const auto& from = lane->counters;
    out.requests += from.requests;
    out.errors_4xx += from.errors_4xx;
    out.errors_5xx += from.errors_5xx;
    out.bytes_in += from.bytes_in;
    out.bytes_out += from.bytes_out;
    out.messages_in += from.messages_in;
    out.messages_out += from.messages_out;
    out.stalled += from.stalled;
    out.paused += from.paused;
  }
  return out;
}

} // namespace troupe::net
