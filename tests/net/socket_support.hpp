#pragma once
// What the kernel keeps for a connection. Server and client live in this process, so both ends can be asked.

#include <array>
#include <cstdint>
#include <cstring>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

namespace troupe::net {

/// The other end of a loopback connection.
inline int other_end(int fd) {
  const auto name_of = [](int of, auto call) {
    sockaddr_storage out{};
    socklen_t size = sizeof out;
    if (call(of, reinterpret_cast<sockaddr*>(&out), &size) != 0) out.ss_family = AF_UNSPEC;
    return out;
  };
  const auto local = name_of(fd, ::getsockname);
  const auto remote = name_of(fd, ::getpeername);
  for (int other = 3; other < 4096; ++other) {
    const auto its_local = name_of(other, ::getsockname);
    const auto its_remote = name_of(other, ::getpeername);
    if (its_local.ss_family != AF_UNSPEC && std::memcmp(&its_local, &remote, sizeof remote) == 0 &&
        std::memcmp(&its_remote, &local, sizeof local) == 0) {
      return other;
    }
  }
  throw std::runtime_error("the other end is not in this process");
}

struct kernel_memory {
  std::size_t received = 0; ///< bytes held for what was not read yet
  std::size_t to_send = 0;  ///< bytes held for what was not acknowledged yet
};

inline kernel_memory kernel_memory_of(int fd) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0)
    throw std::runtime_error("no SO_MEMINFO");
  return {info[SK_MEMINFO_RMEM_ALLOC], info[SK_MEMINFO_WMEM_QUEUED]};
}

inline bool takes_more(int fd) {
  pollfd one{fd, POLLOUT, 0};
  return ::poll(&one, 1, 0) == 1;
}

} // namespace troupe::net
