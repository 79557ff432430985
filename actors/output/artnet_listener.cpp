#include "actors/output/artnet_listener.hpp"

#include <algorithm>
#include <type_traits>

namespace troupe::actors {
namespace {

constexpr auto retry_interval = std::chrono::seconds{2};
/// Interfaces come and go; asking for them is a few system calls.
constexpr std::int64_t addresses_valid_ns = 1'000'000'000;

void add(net::udp_arrivals& into, const net::udp_arrivals& more) {
  into.received += more.received;
  into.bytes += more.bytes;
  into.truncated += more.truncated;
  into.kernel_drops += more.kernel_drops;
  into.pauses += more.pauses;
}

thread_local const artnet_listener* hearing = nullptr; // whose hooks this thread runs

/// Whether it is something that goes out from the port that is listened on.
bool sent_from_there(const artnet::packet& what) {
  if (std::holds_alternative<artnet::artpoll>(what)) return true;
  const auto* reply = std::get_if<artnet::artpollreply>(&what);
  return reply && reply->style == static_cast<std::uint8_t>(artnet::style_code::controller);
}

template <class Hook, class Packet>
void call(const Hook& hook, const artnet_origin& from, const Packet& packet) {
  if (hook) hook(from, packet);
}

} // namespace

std::shared_ptr<artnet_listener> artnet_listener::make(artnet_listener_options options) {
  return std::shared_ptr<artnet_listener>(new artnet_listener(std::move(options)));
}

artnet_listener::~artnet_listener() = default;

artnet_listener::subscription artnet_listener::listen(artnet_hooks hooks) {
  std::uint64_t id = 0;
  {
    const std::lock_guard guard{hooks_lock_};
    id = next_id_++;
    hooks_.push_back({id, std::move(hooks)});
  }
  const std::lock_guard guard{port_lock_};
  try_open(std::chrono::steady_clock::now());
  return {shared_from_this(), id};
}

void artnet_listener::forget(std::uint64_t id) {
  bool last = false;
  {
    const std::lock_guard guard{hooks_lock_};
    std::erase_if(hooks_, [id](const auto& one) { return one.id == id; });
    last = hooks_.empty();
  }
  if (!last) return;
  const std::lock_guard guard{port_lock_};
  {
    const std::lock_guard again{hooks_lock_};
    if (!hooks_.empty()) return; // somebody came in between
  }
  if (receiver_) add(before_, receiver_->totals());
  answering_ = nullptr;
  receiver_.reset(); // waits for its thread, which doesn't need port_lock_
  problem_.clear();
  tried_at_.reset();
}

void artnet_listener::tend(std::chrono::steady_clock::time_point now) {
  const std::lock_guard guard{port_lock_};
  if (receiver_ || !tried_at_ || now - *tried_at_ < retry_interval) return;
  try_open(now);
}

/// @pre port_lock_ is held
void artnet_listener::try_open(std::chrono::steady_clock::time_point now) {
  if (receiver_) return;
  tried_at_ = now;
  net::udp_receiver_options how;
  how.bind_address = options_.bind_address;
  how.port = options_.port;
  how.broadcast = true;
  how.receive_buffer = options_.receive_buffer;
  how.most_per_second = options_.most_per_second;
  auto opened =
      net::udp_receiver::open(how, [this](std::span<const net::udp_arrival> batch) { take(batch); });
  if (opened) {
    receiver_ = std::move(*opened);
    answering_ = receiver_.get();
    problem_.clear();
  } else {
    problem_ = "Art-Net isn't received: " + opened.error().message;
  }
}

void artnet_listener::own_port(std::uint16_t port) noexcept {
  own_ports_[port / 64].fetch_or(std::uint64_t{1} << (port % 64), std::memory_order_relaxed);
}

bool artnet_listener::send(std::span<const std::uint8_t> bytes, const net::udp_endpoint& destination) {
  if (hearing == this) { // the receiver is there, and whoever holds the lock may be waiting for this thread
    auto* const receiver = answering_.load();
    return receiver && receiver->send(bytes, destination);
  }
  const std::lock_guard guard{port_lock_};
  return receiver_ && receiver_->send(bytes, destination);
}

bool artnet_listener::is_own(const net::udp_arrival& one, const artnet::packet& what) {
  const auto port = one.source.port();
  const auto bits = own_ports_[port / 64].load(std::memory_order_relaxed);
  if ((bits >> (port % 64) & 1) == 0) {
    const auto* const receiver = answering_.load();
    if (!receiver || receiver->local_port() != port || !sent_from_there(what)) return false;
  }
  if (addresses_at_ns_ == 0 || one.arrival_ns - addresses_at_ns_ > addresses_valid_ns) {
    addresses_ = net::interface_addresses();
    addresses_at_ns_ = one.arrival_ns;
  }
  const auto address = one.source.ipv4();
  return std::any_of(addresses_.begin(), addresses_.end(), [&](const net::interface_address& ours) {
    return ours.loopback ? ours.holds(address) : ours.address == address;
  });
}

void artnet_listener::take(std::span<const net::udp_arrival> batch) {
  const std::lock_guard guard{hooks_lock_};
  hearing = this; // the thread hears for no one else
  for (const auto& one : batch) {
    const auto parsed = artnet::parse(one.bytes);
    if (!parsed) {
      counts_.malformed.fetch_add(1, std::memory_order_relaxed);
    } else if (is_own(one, *parsed)) {
      counts_.own.fetch_add(1, std::memory_order_relaxed);
    } else {
      dispatch({one.source, one.arrival_ns}, *parsed);
    }
  }
}

/// @pre hooks_lock_ is held
void artnet_listener::dispatch(const artnet_origin& from, const artnet::packet& what) {
  const auto each = [&](std::atomic<std::uint64_t>& counter, auto hook, const auto& packet) {
    counter.fetch_add(1, std::memory_order_relaxed);
    for (const auto& one : hooks_) call(one.hooks.*hook, from, packet);
  };
  std::visit(
      [&](const auto& packet) {
        using kind = std::remove_cvref_t<decltype(packet)>;
        if constexpr (std::is_same_v<kind, artnet::artdmx>)
          each(counts_.dmx, &artnet_hooks::on_dmx, packet);
        else if constexpr (std::is_same_v<kind, artnet::artpoll>)
          each(counts_.polls, &artnet_hooks::on_poll, packet);
        else if constexpr (std::is_same_v<kind, artnet::artpollreply>)
          each(counts_.poll_replies, &artnet_hooks::on_poll_reply, packet);
        else if constexpr (std::is_same_v<kind, artnet::artsync>)
          each(counts_.syncs, &artnet_hooks::on_sync, packet);
        else if constexpr (std::is_same_v<kind, artnet::arttimecode>)
          each(counts_.time_codes, &artnet_hooks::on_timecode, packet);
        else
          counts_.other.fetch_add(1, std::memory_order_relaxed);
      },
      what);
}

bool artnet_listener::open() const {
  const std::lock_guard guard{port_lock_};
  return receiver_ != nullptr;
}

std::uint16_t artnet_listener::local_port() const {
  const std::lock_guard guard{port_lock_};
  return receiver_ ? receiver_->local_port() : std::uint16_t{0};
}

std::string artnet_listener::problem() const {
  const std::lock_guard guard{port_lock_};
  return problem_;
}

artnet_arrivals artnet_listener::totals() const {
  artnet_arrivals out;
  {
    const std::lock_guard guard{port_lock_};
    out.datagrams = before_;
    if (receiver_) add(out.datagrams, receiver_->totals());
  }
  out.malformed = counts_.malformed.load(std::memory_order_relaxed);
  out.own = counts_.own.load(std::memory_order_relaxed);
  out.polls = counts_.polls.load(std::memory_order_relaxed);
  out.poll_replies = counts_.poll_replies.load(std::memory_order_relaxed);
  out.dmx = counts_.dmx.load(std::memory_order_relaxed);
  out.syncs = counts_.syncs.load(std::memory_order_relaxed);
  out.time_codes = counts_.time_codes.load(std::memory_order_relaxed);
  out.other = counts_.other.load(std::memory_order_relaxed);
  return out;
}

} // namespace troupe::actors
