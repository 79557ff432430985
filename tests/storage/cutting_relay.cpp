#include "tests/storage/cutting_relay.hpp"

#include <array>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::storage::test {

namespace {

sockaddr_un address_of(const std::filesystem::path& socket) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  if (socket.string().size() >= sizeof out.sun_path) throw std::runtime_error("too long for a socket");
  std::strcpy(out.sun_path, socket.c_str());
  return out;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

} // namespace

cutting_relay::cutting_relay(const std::filesystem::path& folder, std::filesystem::path server)
    : server_(std::move(server)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  const auto address = address_of(folder / ".s.PGSQL.5432");
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 8) != 0)
    throw std::runtime_error("no socket for the relay");
  thread_ = std::thread([this] { run(); });
}

cutting_relay::~cutting_relay() {
  ::eventfd_write(stop_, 1);
  thread_.join();
  for (const auto& each : pairs_)
    for (const int end : {each.client, each.server}) ::close(end);
  ::close(listener_);
  ::close(stop_);
}

void cutting_relay::run() {
  for (;;) {
    std::vector<pollfd> wanted{{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& each : pairs_) {
      wanted.push_back({each.client, POLLIN, 0});
      wanted.push_back({each.server, POLLIN, 0});
    }
    if (::poll(wanted.data(), wanted.size(), -1) < 0 || wanted[0].revents) return;
    std::vector<pair> left;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const bool holds = (!wanted[2 + 2 * i].revents || pass(pairs_[i], true)) &&
                         (!wanted[3 + 2 * i].revents || pass(pairs_[i], false));
      if (holds)
        left.push_back(pairs_[i]);
      else
        for (const int end : {pairs_[i].client, pairs_[i].server}) ::close(end);
    }
    pairs_ = std::move(left);
    if (wanted[1].revents) accept_one();
  }
}

void cutting_relay::accept_one() {
  const pair made{::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC),
                  ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const auto address = address_of(server_);
  if (!refuses_ && ::connect(made.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    pairs_.push_back(made);
    return;
  }
  ::close(made.client);
  ::close(made.server);
}

bool cutting_relay::pass(const pair& ends, bool from_client) {
  std::array<char, 65536> buffer;
  const auto size = ::recv(from_client ? ends.client : ends.server, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
  const bool commits = from_client && bytes.find("COMMIT") != std::string_view::npos;
  const auto where = commits ? where_.exchange(cut::never) : cut::never;
  if (where == cut::before_commit) return false;
  if (!send_all(from_client ? ends.server : ends.client, bytes)) return false;
  if (where == cut::never) return true;
  static_cast<void>(::recv(ends.server, buffer.data(), buffer.size(), 0)); // it is done
  return false;
}

} // namespace troupe::storage::test
