#include "net/udp_receiver.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace troupe::net {

namespace {

/// In which `most_per_second` is counted: a flood is noticed and forgotten this fast.
constexpr std::int64_t window_ns = 5'000'000;

failure system_failure(const std::string& what, int code) {
  return fail(ec::internal_error, what + ": " + std::generic_category().message(code));
}

std::int64_t steady_now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

/// A file descriptor that closes itself.
class descriptor {
 public:
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  operator int() const noexcept { return fd_; } // NOLINT(google-explicit-constructor): for system calls

 private:
  int fd_;
};

result<ip_mreq> membership(const std::string& group, const std::string& interface) {
  ip_mreq out{};
  if (inet_pton(AF_INET, group.c_str(), &out.imr_multiaddr) != 1 ||
      !IN_MULTICAST(ntohl(out.imr_multiaddr.s_addr)))
    return invalid("group", "\"" + group + "\" is no IPv4 multicast address");
  if (!interface.empty() && inet_pton(AF_INET, interface.c_str(), &out.imr_interface) != 1)
    return invalid("interface", "the interface is named by its numeric IPv4 address");
  return out;
}

} // namespace

struct udp_receiver::state {
  state(int fd, int wake, std::size_t largest, std::uint32_t most, callback call)
      : socket(fd), stop(wake), on_batch(std::move(call)), per_window(most / (1'000'000'000 / window_ns)),
        bounded(most > 0), size(largest), room(batch * largest) {
    for (std::size_t i = 0; i < batch; ++i) {
      parts[i] = {room.data() + i * size, size};
      auto& header = headers[i].msg_hdr;
      header.msg_iov = &parts[i];
      header.msg_iovlen = 1;
      header.msg_name = &sources[i];
      header.msg_control = controls[i].bytes.data();
    }
  }

  void run();
  std::size_t take_batch();
  bool rest(int milliseconds) const;
  void read_drops(msghdr& header);

  descriptor socket, stop;
  callback on_batch;
  std::uint32_t per_window;
  bool bounded;
  std::atomic<std::uint64_t> received{0}, bytes{0}, truncated{0}, drops{0}, pauses{0};
  std::uint32_t last_overflow = 0;

  struct alignas(cmsghdr) control {
    std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> bytes;
  };
  std::size_t size;
  std::vector<std::uint8_t> room;
  std::array<iovec, batch> parts{};
  std::array<mmsghdr, batch> headers{};
  std::array<sockaddr_storage, batch> sources{};
  std::array<control, batch> controls{};
  std::array<udp_arrival, batch> arrivals;
  std::thread thread;
};

/// The kernel tells a sum that wraps at 32 bits, and tells it with datagrams only.
void udp_receiver::state::read_drops(msghdr& header) {
  for (auto* at = CMSG_FIRSTHDR(&header); at != nullptr; at = CMSG_NXTHDR(&header, at)) {
    if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SO_RXQ_OVFL) continue;
    std::uint32_t sum = 0;
    std::memcpy(&sum, CMSG_DATA(at), sizeof sum);
    drops.fetch_add(static_cast<std::uint32_t>(sum - last_overflow), std::memory_order_relaxed);
    last_overflow = sum;
  }
}

/// @returns how many datagrams the kernel had
std::size_t udp_receiver::state::take_batch() {
  for (std::size_t i = 0; i < batch; ++i) {
    auto& header = headers[i].msg_hdr;
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_controllen = controls[i].bytes.size();
    header.msg_flags = 0;
  }
  const int got = recvmmsg(socket, headers.data(), batch, MSG_DONTWAIT, nullptr);
  if (got <= 0) return 0; // nothing there, or a report about something that was sent: the next call goes on
  const auto now = steady_now_ns();
  std::size_t kept = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
    auto& header = headers[i].msg_hdr;
    read_drops(header);
    if ((header.msg_flags & MSG_TRUNC) != 0) {
      truncated.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    auto& one = arrivals[kept++];
    one.bytes = {room.data() + i * size, headers[i].msg_len};
    one.source = udp_endpoint::from_bytes(&sources[i], header.msg_namelen);
    one.arrival_ns = now;
    sum += headers[i].msg_len;
  }
  received.fetch_add(kept, std::memory_order_relaxed);
  bytes.fetch_add(sum, std::memory_order_relaxed);
  if (kept > 0) on_batch({arrivals.data(), kept});
  return static_cast<std::size_t>(got);
}

/// @returns whether it is to go on
bool udp_receiver::state::rest(int milliseconds) const {
  pollfd ended{stop, POLLIN, 0};
  return poll(&ended, 1, milliseconds) == 0;
}

void udp_receiver::state::run() {
  pthread_setname_np(pthread_self(), "troupe.udp");
  std::int64_t window = 0;
  std::size_t in_window = 0;
  for (;;) {
    std::array<pollfd, 2> watched{pollfd{socket, POLLIN, 0}, pollfd{stop, POLLIN, 0}};
    if (poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    const auto got = take_batch();
    if (got == 0) { // only an error was there: reading it clears it
      int code = 0;
      socklen_t length = sizeof code;
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length);
    }
    if (!bounded) continue;
    const auto now = steady_now_ns();
    if (now - window >= window_ns) {
      window = now;
      in_window = 0;
    }
    in_window += got;
    if (in_window < per_window) continue;
    pauses.fetch_add(1, std::memory_order_relaxed);
    if (!rest(static_cast<int>((window + window_ns - now) / 1'000'000) + 1)) return;
  }
}

udp_receiver::udp_receiver(std::unique_ptr<state> made) : state_(std::move(made)) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(state_->socket, reinterpret_cast<sockaddr*>(&address), &size) == 0)
    port_ = udp_endpoint::from_bytes(&address, size).port();
  state_->thread = std::thread([inner = state_.get()] { inner->run(); });
}

udp_receiver::~udp_receiver() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(state_->stop, &one, sizeof one);
  state_->thread.join();
}

result<std::unique_ptr<udp_receiver>> udp_receiver::open(const udp_receiver_options& options,
                                                         callback on_batch) {
  const auto parsed = udp_endpoint::parse(options.bind_address, 0);
  if (!parsed || parsed->port() != 0) return invalid("bindAddress", "a numeric address is wanted");
  const auto local = parsed->with_port(options.port);
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int fd = socket(local.v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  auto made =
      std::make_unique<state>(fd, wake, options.largest, options.most_per_second, std::move(on_batch));
  if (fd < 0 || wake < 0) return system_failure("no UDP socket", errno);
  const auto set = [fd](int name, int value) {
    return setsockopt(fd, SOL_SOCKET, name, &value, sizeof value) == 0;
  };
  if (options.reuse_address && !set(SO_REUSEADDR, 1)) return system_failure("no reuse", errno);
  if (options.broadcast && !set(SO_BROADCAST, 1)) return system_failure("no broadcast", errno);
  if (options.receive_buffer > 0)
    set(SO_RCVBUF, options.receive_buffer); // the kernel cuts it to what it allows
  set(SO_RXQ_OVFL, 1);
  // Without it a socket bound to any address would hear every group that any program here has joined.
  const int own_groups_only = 0;
  if (!local.v6()) setsockopt(fd, SOL_IP, IP_MULTICAST_ALL, &own_groups_only, sizeof own_groups_only);
  sockaddr_storage address{};
  std::memcpy(&address, local.data(), local.size());
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(local.size())) != 0)
    return system_failure("the UDP port " + std::to_string(options.port) + " can't be bound", errno);
  return std::unique_ptr<udp_receiver>(new udp_receiver(std::move(made)));
}

result<void> udp_receiver::join(const std::string& group, const std::string& interface) {
  const auto which = membership(group, interface);
  if (!which) return failure(which.error());
  if (setsockopt(state_->socket, SOL_IP, IP_ADD_MEMBERSHIP, &*which, sizeof *which) != 0)
    return system_failure("can't join " + group, errno);
  return {};
}

result<void> udp_receiver::leave(const std::string& group, const std::string& interface) {
  const auto which = membership(group, interface);
  if (!which) return failure(which.error());
  if (setsockopt(state_->socket, SOL_IP, IP_DROP_MEMBERSHIP, &*which, sizeof *which) != 0)
    return system_failure("can't leave " + group, errno);
  return {};
}

bool udp_receiver::send(std::span<const std::uint8_t> bytes, const udp_endpoint& destination) const noexcept {
  sockaddr_storage address{};
  std::memcpy(&address, destination.data(), destination.size());
  return sendto(state_->socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(destination.size())) >= 0;
}

udp_arrivals udp_receiver::totals() const noexcept {
  const auto& from = *state_;
  udp_arrivals out;
  out.received = from.received.load(std::memory_order_relaxed);
  out.bytes = from.bytes.load(std::memory_order_relaxed);
  out.truncated = from.truncated.load(std::memory_order_relaxed);
  out.kernel_drops = from.drops.load(std::memory_order_relaxed);
  out.pauses = from.pauses.load(std::memory_order_relaxed);
  return out;
}

int udp_receiver::receive_buffer() const noexcept {
  int granted = 0;
  socklen_t size = sizeof granted;
  getsockopt(state_->socket, SOL_SOCKET, SO_RCVBUF, &granted, &size);
  return granted;
}

} // namespace troupe::net
