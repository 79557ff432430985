#include "net/udp_sender.hpp"

#include "net/access.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <linux/errqueue.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace troupe::net {

namespace {

/// Messages of one sendmmsg (which takes at most 1024), and datagrams in all of them: a few pages of stack.
constexpr std::size_t burst = 64;
constexpr std::size_t burst_datagrams = 256;
/// What every kernel with UDP_SEGMENT takes, in number and in bytes.
constexpr unsigned most_segments = 64;
constexpr std::size_t most_bytes = 65'000;
/// Larger ones would be fragments, which can't be segments.
constexpr std::size_t largest_segment = 1'432;
/// Reports keep coming while a batch is sent; no datagram waits for more of them than this.
constexpr unsigned max_retries = 8;

failure system_failure(const char* what, int code) {
  return fail(ec::internal_error, std::string(what) + ": " + std::generic_category().message(code));
}

/// `host[:port]`, where an IPv6 literal may stand without brackets if there is no port.
struct split_address {
  std::string host;
  std::uint16_t port;
};

result<split_address> split(std::string_view text, std::uint16_t default_port) {
  in6_addr bare{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), &bare) == 1) {
    return split_address{std::string(text), default_port};
  }
  const auto parts = parse_host_port(text);
  if (!parts || parts->port == std::uint16_t{0}) {
    return invalid("destination", "\"" + std::string(text) + "\" is not host[:port]");
  }
  return split_address{parts->host, parts->port.value_or(default_port)};
}

/// Takes the reports that came in about earlier datagrams (ICMP, or the own neighbour discovery).
udp_counters take_reports(int fd) {
  udp_counters counts;
  for (;;) {
    alignas(cmsghdr) std::array<char, 256> control{};
    msghdr header{};
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    if (recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return counts;
    for (auto* at = CMSG_FIRSTHDR(&header); at != nullptr; at = CMSG_NXTHDR(&header, at)) {
      const bool report = (at->cmsg_level == SOL_IP && at->cmsg_type == IP_RECVERR) ||
                          (at->cmsg_level == SOL_IPV6 && at->cmsg_type == IPV6_RECVERR);
      if (!report) continue;
      sock_extended_err what{};
      std::memcpy(&what, CMSG_DATA(at), sizeof what);
      if (what.ee_errno == ECONNREFUSED) {
        ++counts.refused;
      } else {
        ++counts.unreachable;
        counts.last_error = static_cast<int>(what.ee_errno);
      }
    }
  }
}

/// What one sendmmsg carries: messages, each with a run of datagrams of equal size to one destination.
class call_of_many {
 public:
  /// @param staging where datagrams of two parts are put together; those that don't fit there are gathered
  explicit call_of_many(std::span<std::uint8_t> staging) : staging_(staging) {}

  /// Takes as much of `batch` as fits; at least one datagram.
  void fill(std::span<const datagram> batch, unsigned segments) {
    size_ = parts_used_ = staged_ = 0;
    std::size_t taken = 0;
    while (size_ < burst && taken < std::min(batch.size(), burst_datagrams)) {
      const auto run =
          run_at(batch.subspan(taken, std::min(batch.size(), burst_datagrams) - taken), segments);
      add(batch.subspan(taken, run));
      taken += run;
    }
  }

  mmsghdr* headers() noexcept { return headers_.data(); }
  unsigned size() const noexcept { return static_cast<unsigned>(size_); }
  std::size_t datagrams(std::size_t message) const noexcept { return datagrams_[message]; }
  std::size_t bytes(std::size_t message) const noexcept { return headers_[message].msg_len; }

 private:
  struct alignas(cmsghdr) control {
    std::array<char, CMSG_SPACE(sizeof(std::uint16_t))> bytes;
  };

  /// How many datagrams from the first one on can leave as one message.
  static std::size_t run_at(std::span<const datagram> batch, unsigned segments) {
    const auto bytes = batch[0].size();
    if (bytes == 0 || bytes > largest_segment) return 1;
    const auto most = std::min({batch.size(), std::size_t{segments}, most_bytes / bytes});
    std::size_t n = 1;
    while (n < most && batch[n].size() == bytes &&
           (batch[n].destination == batch[0].destination || *batch[n].destination == *batch[0].destination))
      ++n;
    return n;
  }

  /// What lies behind the last part in memory becomes part of it.
  void add_part(std::span<const std::uint8_t> bytes, std::size_t first_part) {
    if (parts_used_ > first_part) {
      auto& last = parts_[parts_used_ - 1];
      if (static_cast<const std::uint8_t*>(last.iov_base) + last.iov_len == bytes.data()) {
        last.iov_len += bytes.size();
        return;
      }
    }
    // The kernel only reads through these pointers.
    parts_[parts_used_].iov_base = const_cast<std::uint8_t*>(bytes.data());
    parts_[parts_used_++].iov_len = bytes.size();
  }

  void add(std::span<const datagram> run) {
    const auto first_part = parts_used_;
    for (const auto& one : run) {
      if (!one.rest.empty() && staged_ + one.size() <= staging_.size()) {
        auto* const at = staging_.data() + staged_;
        std::memcpy(at, one.bytes.data(), one.bytes.size());
        std::memcpy(at + one.bytes.size(), one.rest.data(), one.rest.size());
        staged_ += one.size();
        add_part({at, one.size()}, first_part);
        continue;
      }
      add_part(one.bytes, first_part);
      if (!one.rest.empty()) add_part(one.rest, first_part);
    }
    auto& message = headers_[size_];
    message = {};
    auto& header = message.msg_hdr;
    header.msg_name = const_cast<void*>(run[0].destination->data());
    header.msg_namelen = static_cast<socklen_t>(run[0].destination->size());
    header.msg_iov = &parts_[first_part];
    header.msg_iovlen = parts_used_ - first_part;
    datagrams_[size_] = run.size();
    if (run.size() > 1) {
      auto& extra = controls_[size_];
      header.msg_control = extra.bytes.data();
      header.msg_controllen = extra.bytes.size();
      auto* segment = CMSG_FIRSTHDR(&header);
      segment->cmsg_level = SOL_UDP;
      segment->cmsg_type = UDP_SEGMENT;
      segment->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
      const auto each = static_cast<std::uint16_t>(run[0].size());
      std::memcpy(CMSG_DATA(segment), &each, sizeof each);
    }
    ++size_;
  }

  std::size_t size_ = 0, parts_used_ = 0, staged_ = 0;
  std::span<std::uint8_t> staging_;
  std::array<mmsghdr, burst> headers_;
  std::array<std::size_t, burst> datagrams_;
  std::array<iovec, 2 * burst_datagrams> parts_;
  std::array<control, burst> controls_;
};

/// An old kernel, a device that can't (EIO), or a path for smaller packets.
bool lacks_segmentation(int code) noexcept {
  return code == EIO || code == EINVAL || code == EMSGSIZE || code == EOPNOTSUPP || code == ENOPROTOOPT;
}

/// Where multicast of this socket goes. IP_MULTICAST_LOOP is on so that viewers on this machine hear it.
result<void> set_multicast(int fd, bool v6, const udp_options& options) {
  const auto set = [&](int level, int name, const auto& value) {
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
  };
  const int on = 1, ttl = static_cast<int>(options.multicast_ttl);
  if (!set(v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP, on))
    return system_failure("no multicast", errno);
  if (ttl > 0 && !set(v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, ttl))
    return system_failure("no multicast with that TTL", errno);
  if (options.multicast_interface.empty()) return {};
  in_addr address{};
  if (v6 || inet_pton(AF_INET, options.multicast_interface.c_str(), &address) != 1)
    return invalid("multicastInterface", "the interface is named by its numeric IPv4 address");
  if (!set(SOL_IP, IP_MULTICAST_IF, address))
    return system_failure(("no interface has the address " + options.multicast_interface).c_str(), errno);
  return {};
}

template <class T>
T read_address(const void* bytes) {
  T out;
  std::memcpy(&out, bytes, sizeof out);
  return out;
}

} // namespace

result<udp_endpoint> udp_endpoint::parse(std::string_view literal, std::uint16_t default_port) {
  const auto parts = split(literal, default_port);
  if (!parts) return failure(parts.error());
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(parts->port);
  if (inet_pton(AF_INET, parts->host.c_str(), &v4.sin_addr) == 1) return from_bytes(&v4, sizeof v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(parts->port);
  if (inet_pton(AF_INET6, parts->host.c_str(), &v6.sin6_addr) == 1) return from_bytes(&v6, sizeof v6);
  return invalid("destination", "\"" + std::string(literal) + "\" is not a numeric address");
}

bool udp_endpoint::v6() const noexcept {
  return size_ == sizeof(sockaddr_in6);
}

std::uint16_t udp_endpoint::port() const noexcept {
  // Both kinds of address hold the port at the same place.
  return size_ == 0 ? std::uint16_t{0} : ntohs(read_address<sockaddr_in>(storage_.data()).sin_port);
}

udp_endpoint udp_endpoint::with_port(std::uint16_t port) const noexcept {
  auto out = *this;
  const std::uint16_t raw = htons(port);
  std::memcpy(out.storage_.data() + offsetof(sockaddr_in, sin_port), &raw, sizeof raw);
  return out;
}

std::array<std::uint8_t, 4> udp_endpoint::ipv4() const noexcept {
  std::array<std::uint8_t, 4> out{};
  if (size_ == sizeof(sockaddr_in))
    std::memcpy(out.data(), storage_.data() + offsetof(sockaddr_in, sin_addr), out.size());
  return out;
}

udp_endpoint udp_endpoint::from_ipv4(const std::array<std::uint8_t, 4>& address,
                                     std::uint16_t port) noexcept {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(port);
  std::memcpy(&raw.sin_addr, address.data(), address.size());
  return from_bytes(&raw, sizeof raw);
}

std::string udp_endpoint::text() const {
  if (size_ == 0) return {};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (v6()) {
    const auto address = read_address<sockaddr_in6>(storage_.data());
    inet_ntop(AF_INET6, &address.sin6_addr, out.data(), out.size());
    return '[' + std::string(out.data()) + "]:" + std::to_string(port());
  }
  const auto address = read_address<sockaddr_in>(storage_.data());
  inet_ntop(AF_INET, &address.sin_addr, out.data(), out.size());
  return std::string(out.data()) + ':' + std::to_string(port());
}

bool udp_endpoint::limited_broadcast() const noexcept {
  return size_ == sizeof(sockaddr_in) &&
         read_address<sockaddr_in>(storage_.data()).sin_addr.s_addr == INADDR_BROADCAST;
}

udp_endpoint udp_endpoint::from_bytes(const void* bytes, std::size_t size) {
  static_assert(sizeof(sockaddr_in6) == 28);
  udp_endpoint out;
  out.size_ = static_cast<std::uint32_t>(std::min(size, out.storage_.size()));
  std::memcpy(out.storage_.data(), bytes, out.size_);
  return out;
}

bool operator==(const udp_endpoint& a, const udp_endpoint& b) noexcept {
  return a.size_ == b.size_ && a.storage_ == b.storage_;
}

result<udp_endpoint> resolve_udp(const std::string& host_port, std::uint16_t default_port) {
  if (auto literal = udp_endpoint::parse(host_port, default_port)) return literal;
  const auto parts = split(host_port, default_port);
  if (!parts) return failure(parts.error());
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(parts->host.c_str(), std::to_string(parts->port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, &freeaddrinfo);
  if (code != 0) return invalid("destination", parts->host + ": " + gai_strerror(code));
  const addrinfo* best = found;
  for (const auto* at = found; at != nullptr; at = at->ai_next) {
    if (at->ai_family == AF_INET) {
      best = at;
      break;
    }
  }
  return udp_endpoint::from_bytes(best->ai_addr, best->ai_addrlen);
}

udp_counters& udp_counters::operator+=(const udp_counters& other) noexcept {
  sent += other.sent;
  bytes += other.bytes;
  refused += other.refused;
  unreachable += other.unreachable;
  dropped += other.dropped;
  errors += other.errors;
  if (other.last_error != 0) last_error = other.last_error;
  return *this;
}

result<udp_sender> udp_sender::open(bool v6, const udp_options& options) {
  udp_sender out(socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                 std::clamp(options.segments, 1u, most_segments));
  if (out.fd_ < 0) return system_failure("no UDP socket", errno);
  out.stage_ = options.stage;
  const auto set = [&](int level, int name, int value) {
    return setsockopt(out.fd_, level, name, &value, sizeof value) == 0;
  };
  // Without this an unconnected socket never learns of a closed port.
  v6 ? set(SOL_IPV6, IPV6_RECVERR, 1) : set(SOL_IP, IP_RECVERR, 1);
  if (options.broadcast && !set(SOL_SOCKET, SO_BROADCAST, 1)) return system_failure("no broadcast", errno);
  if (options.reuse_address && !set(SOL_SOCKET, SO_REUSEADDR, 1)) return system_failure("no reuse", errno);
  if (options.send_buffer > 0 && !set(SOL_SOCKET, SO_SNDBUF, options.send_buffer)) {
    return system_failure("no send buffer of that size", errno);
  }
  if (auto done = set_multicast(out.fd_, v6, options); !done) return failure(done.error());
  if (!options.bind_address.empty() || options.bind_port != 0) {
    const std::string any = v6 ? "::" : "0.0.0.0";
    auto local = udp_endpoint::parse(options.bind_address.empty() ? any : options.bind_address, 0);
    if (!local) return failure(local.error());
    if (local->v6() != v6) return invalid("bindAddress", "the address is of the other family");
    // The port stands at the same place in both kinds of address.
    auto bytes = std::array<unsigned char, sizeof(sockaddr_in6)>{};
    std::memcpy(bytes.data(), local->data(), local->size());
    const std::uint16_t port = htons(options.bind_port);
    std::memcpy(bytes.data() + offsetof(sockaddr_in, sin_port), &port, sizeof port);
    sockaddr_storage address{};
    std::memcpy(&address, bytes.data(), local->size());
    if (bind(out.fd_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(local->size())) !=
        0) {
      return system_failure("the UDP port can't be bound", errno);
    }
  }
  return out;
}

udp_sender::udp_sender(udp_sender&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), segments_(other.segments_), stage_(other.stage_),
      staging_(std::move(other.staging_)), totals_(other.totals_) {}

udp_sender& udp_sender::operator=(udp_sender&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(segments_, other.segments_);
  std::swap(stage_, other.stage_);
  std::swap(staging_, other.staging_);
  std::swap(totals_, other.totals_);
  return *this;
}

udp_sender::~udp_sender() {
  if (fd_ >= 0) close(fd_);
}

udp_counters udp_sender::send_batch(std::span<const datagram> batch) {
  udp_counters counts;
  unsigned retries = 0;
  if (!staging_ && stage_) staging_ = std::make_unique<staging>();
  call_of_many call{staging_ ? std::span<std::uint8_t>{*staging_} : std::span<std::uint8_t>{}};
  while (!batch.empty()) {
    call.fill(batch, segments_);
    const int done = sendmmsg(fd_, call.headers(), call.size(), MSG_NOSIGNAL);
    if (done > 0) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(done); ++i) {
        counts.bytes += call.bytes(i);
        counts.sent += call.datagrams(i);
        batch = batch.subspan(call.datagrams(i));
      }
      retries = 0;
      continue;
    }
    const int code = errno;
    if (code == EINTR) continue;
    if (code == EAGAIN || code == ENOBUFS || code == ENOMEM) {
      counts.dropped += batch.size();
      break;
    }
    // A report about an earlier datagram fails the next send, which has done nothing wrong: it goes again.
    const auto reports = take_reports(fd_);
    counts += reports;
    const bool reported = reports.refused + reports.unreachable > 0 || code == ECONNREFUSED;
    if (reported && ++retries <= max_retries) continue;
    retries = 0;
    if (call.datagrams(0) > 1 && lacks_segmentation(code)) {
      segments_ = 1;
      continue;
    }
    // The same reason holds for all that go to one destination together.
    counts.errors += call.datagrams(0);
    counts.last_error = code;
    batch = batch.subspan(call.datagrams(0));
  }
  totals_ += counts;
  return counts;
}

udp_counters udp_sender::send(std::span<const std::uint8_t> bytes, const udp_endpoint& destination) {
  const datagram one{bytes, &destination};
  return send_batch({&one, 1});
}

std::uint16_t udp_sender::local_port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return udp_endpoint::from_bytes(&address, size).port();
}

} // namespace troupe::net
