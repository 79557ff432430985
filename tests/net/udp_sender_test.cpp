#include "net/udp_sender.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace troupe::net;

namespace {

/// A bound socket that receives; closed, its port refuses.
class receiver {
 public:
  explicit receiver(bool v6 = false) : fd_(socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0)) {
    const auto any = udp_endpoint::parse(v6 ? "::1" : "127.0.0.1", 0).value();
    REQUIRE(bind(fd_, static_cast<const sockaddr*>(any.data()), static_cast<socklen_t>(any.size())) == 0);
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&local), &size);
    address = udp_endpoint::from_bytes(&local, size);
  }
  /// Takes what is sent to a group on the loopback interface.
  explicit receiver(const std::string& group) : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    const auto free = udp_endpoint::parse(group, 0).value();
    REQUIRE(bind(fd_, static_cast<const sockaddr*>(free.data()), static_cast<socklen_t>(free.size())) == 0);
    ip_mreq join{};
    inet_pton(AF_INET, group.c_str(), &join.imr_multiaddr);
    join.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(setsockopt(fd_, SOL_IP, IP_ADD_MEMBERSHIP, &join, sizeof join) == 0);
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&local), &size);
    address = udp_endpoint::from_bytes(&local, size);
  }
  ~receiver() { stop(); }
  void stop() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  std::string take() {
    pollfd one{fd_, POLLIN, 0};
    if (poll(&one, 1, 20'000) != 1) return "nothing";
    std::string out(2000, '\0');
    out.resize(static_cast<std::size_t>(recv(fd_, out.data(), out.size(), 0)));
    return out;
  }

  udp_endpoint address;

 private:
  int fd_;
};

std::span<const std::uint8_t> bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

TEST_CASE("udp: literals with and without port", "[net][unit]") {
  CHECK(udp_endpoint::parse("10.0.0.1", 6454)->text() == "10.0.0.1:6454");
  CHECK(udp_endpoint::parse("10.0.0.1:7000", 6454)->text() == "10.0.0.1:7000");
  CHECK(udp_endpoint::parse("::1", 6454)->text() == "[::1]:6454");
  CHECK(udp_endpoint::parse("[::1]:7000", 6454)->text() == "[::1]:7000");
  CHECK(udp_endpoint::parse("::1", 1)->v6());
  CHECK_FALSE(udp_endpoint::parse("10.0.0.1", 1)->v6());
  CHECK(udp_endpoint::parse("255.255.255.255", 1)->limited_broadcast());
  CHECK_FALSE(udp_endpoint::parse("10.0.0.255", 1)->limited_broadcast());
  CHECK(*udp_endpoint::parse("10.0.0.1", 5) == *udp_endpoint::parse("10.0.0.1:5", 6));
  CHECK_FALSE(*udp_endpoint::parse("10.0.0.1", 5) == *udp_endpoint::parse("10.0.0.2", 5));
}

TEST_CASE("udp: what is no address is refused", "[net][unit]") {
  for (const auto* text : {"", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:70000", "name", "name:1", "10.0.0",
                           "[::1", "10.0.0.1:x", "a b"}) {
    CAPTURE(text);
    CHECK_FALSE(udp_endpoint::parse(text, 6454));
  }
  for (const auto* text : {"", "a b", "host:0", "no.such.name.invalid"}) {
    CAPTURE(text);
    CHECK(resolve_udp(text, 6454).error().code == troupe::ec::validation_error);
  }
}

TEST_CASE("udp: localhost resolves to a loopback address", "[net][unit]") {
  CHECK(resolve_udp("localhost:7000", 6454)->port() == 7000);
  CHECK(resolve_udp("localhost", 6454)->text() == "127.0.0.1:6454");
}

TEST_CASE("udp: a batch arrives whole and in order", "[net][unit]") {
  const bool v6 = GENERATE(false, true);
  receiver to(v6);
  auto sender = udp_sender::open(v6).value();
  std::vector<std::string> texts;
  std::vector<datagram> batch;
  for (int i = 0; i < 200; ++i) texts.push_back("packet " + std::to_string(i));
  for (const auto& text : texts) batch.push_back({bytes(text), &to.address});
  const auto counts = sender.send_batch(batch);
  CHECK(counts.sent == 200);
  CHECK(counts.bytes == 10 * 8 + 90 * 9 + 100 * 10);
  CHECK(counts.dropped + counts.errors + counts.refused + counts.unreachable == 0);
  for (const auto& text : texts) REQUIRE(to.take() == text);
  CHECK(sender.totals().sent == 200);
  CHECK(sender.local_port() != 0);
}

TEST_CASE("udp: runs of equal datagrams to several receivers arrive one by one, in order, and are counted "
          "one by one",
          "[net][unit]") {
  receiver first, second;
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i)
    texts.push_back(std::to_string(10'000 + i) + std::string(i % 50 == 49 ? 20 : 10, '.'));
  std::vector<datagram> batch;
  std::size_t size = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    batch.push_back({bytes(texts[i]), i % 100 < 60 ? &first.address : &second.address});
    size += texts[i].size();
  }
  for (const unsigned segments : {1u, 2u, 16u, 64u, 1000u}) {
    udp_options options;
    options.segments = segments;
    auto sender = udp_sender::open(false, options).value();
    const auto counts = sender.send_batch(batch);
    CHECK(counts.sent == texts.size());
    CHECK(counts.bytes == size);
    for (std::size_t i = 0; i < texts.size(); ++i)
      REQUIRE((i % 100 < 60 ? first : second).take() == texts[i]);
  }
}

TEST_CASE("udp: a destination out of reach fails all of its run and nothing else", "[net][unit]") {
  receiver good;
  // Broadcast isn't allowed on this socket.
  const auto forbidden = udp_endpoint::parse("255.255.255.255", 6454).value();
  const std::string text = "levels";
  std::vector<datagram> batch(40, {bytes(text), &forbidden});
  batch.insert(batch.begin() + 10, 5, {bytes(text), &good.address});
  auto sender = udp_sender::open(false).value();
  const auto counts = sender.send_batch(batch);
  CHECK(counts.sent == 5);
  CHECK(counts.errors == 40);
  for (int i = 0; i < 5; ++i) CHECK(good.take() == text);
}

TEST_CASE("udp: datagrams too long to be segments go singly", "[net][unit]") {
  receiver there;
  const std::string text(1'800, 'x');
  const std::vector<datagram> batch(3, {bytes(text), &there.address});
  auto sender = udp_sender::open(false).value();
  CHECK(sender.send_batch(batch).sent == 3);
  for (int i = 0; i < 3; ++i) CHECK(there.take() == text);
}

TEST_CASE("udp: an empty batch is nothing, an empty datagram is one", "[net][unit]") {
  receiver to;
  auto sender = udp_sender::open(false).value();
  CHECK(sender.send_batch({}).sent == 0);
  CHECK(sender.send({}, to.address).sent == 1);
  CHECK(to.take().empty());
}

TEST_CASE("udp: a closed port is counted and costs no other receiver a packet", "[net][unit]") {
  receiver open;
  receiver closed;
  closed.stop();
  auto sender = udp_sender::open(false).value();
  udp_counters counts;
  for (int i = 0; i < 50; ++i) {
    const auto text = std::to_string(i);
    const std::array batch{datagram{bytes(text), &closed.address}, datagram{bytes(text), &open.address},
                           datagram{bytes(text), &closed.address}};
    counts += sender.send_batch(batch);
    REQUIRE(open.take() == text);
  }
  CHECK(counts.sent == 150);
  CHECK(counts.errors == 0);
  CHECK(counts.refused > 0);
  CHECK(counts.refused <= 100);
}

TEST_CASE("udp: a datagram that can't be sent is counted and the rest goes on", "[net][unit]") {
  receiver to;
  auto sender = udp_sender::open(false).value();
  const std::string large(70'000, 'x');
  const std::string small = "small";
  const auto v6 = udp_endpoint::parse("::1", 9).value();
  const auto broadcast = udp_endpoint::parse("255.255.255.255", 9).value();
  const std::array batch{datagram{bytes(large), &to.address}, datagram{bytes(small), &v6},
                         datagram{bytes(small), &broadcast}, datagram{bytes(small), &to.address}};
  const auto counts = sender.send_batch(batch);
  CHECK(counts.sent == 1);
  CHECK(counts.errors == 3);
  CHECK(counts.last_error == EACCES);
  CHECK(to.take() == "small");
}

TEST_CASE("udp: a socket that can't be bound is an error value", "[net][unit]") {
  receiver taken;
  udp_options options;
  options.bind_address = "127.0.0.1";
  options.bind_port = taken.address.port();
  CHECK_FALSE(udp_sender::open(false, options));
  options.bind_address = "::1";
  CHECK_FALSE(udp_sender::open(false, options));
  options.bind_address = "nonsense";
  CHECK_FALSE(udp_sender::open(false, options));
}

TEST_CASE("udp: a bound socket sends from its port", "[net][unit]") {
  std::uint16_t free = 0;
  {
    receiver probe;
    free = probe.address.port();
  }
  udp_options options;
  options.bind_address = "127.0.0.1";
  options.bind_port = free;
  const auto sender = udp_sender::open(false, options);
  REQUIRE(sender);
  CHECK(sender->local_port() == free);
}

TEST_CASE("udp: multicast leaves by the interface that is named, and is heard on this machine",
          "[net][unit]") {
  udp_options options;
  options.multicast_interface = "127.0.0.1";
  options.multicast_ttl = 4;
  auto sender = udp_sender::open(false, options).value();
  in_addr by{};
  socklen_t size = sizeof by;
  REQUIRE(getsockopt(sender.native_handle(), SOL_IP, IP_MULTICAST_IF, &by, &size) == 0);
  CHECK(by.s_addr == htonl(INADDR_LOOPBACK));
  int ttl = 0, loop = 0;
  size = sizeof ttl;
  REQUIRE(getsockopt(sender.native_handle(), SOL_IP, IP_MULTICAST_TTL, &ttl, &size) == 0);
  CHECK(ttl == 4);
  size = sizeof loop;
  REQUIRE(getsockopt(sender.native_handle(), SOL_IP, IP_MULTICAST_LOOP, &loop, &size) == 0);
  CHECK(loop == 1);

  receiver there(std::string("239.255.0.1")); // a literal would be a bool
  const std::string text = "levels";
  CHECK(sender.send(bytes(text), there.address).sent == 1);
  CHECK(there.take() == text);
}

TEST_CASE("udp: an interface that isn't there is an error", "[net][unit]") {
  udp_options options;
  options.multicast_interface = "192.0.2.1"; // for documentation: nobody has it
  CHECK(udp_sender::open(false, options).error().code == troupe::ec::internal_error);
  options.multicast_interface = "eth0";
  CHECK(udp_sender::open(false, options).error().code == troupe::ec::validation_error);
  options.multicast_interface = "127.0.0.1";
  CHECK(udp_sender::open(true, options).error().code == troupe::ec::validation_error);
}

TEST_CASE("udp: a datagram in two parts arrives as one, alone and in a run of segments", "[net]") {
  receiver here;
  udp_options how;
  how.segments = GENERATE(1u, 4u);
  auto sender = udp_sender::open(false, how).value();
  const std::string header = "header ", first = "first.", second = "second", third = "longer than those";
  std::vector<datagram> batch;
  for (const auto* rest : {&first, &second, &third})
    batch.push_back({bytes(header), &here.address, bytes(*rest)});
  batch.push_back({bytes(third), &here.address});
  const auto counts = sender.send_batch(batch);
  CHECK(counts.sent == 4);
  CHECK(counts.bytes == 3 * header.size() + first.size() + second.size() + 2 * third.size());
  CHECK(here.take() == "header first.");
  CHECK(here.take() == "header second");
  CHECK(here.take() == "header longer than those");
  CHECK(here.take() == third);
}
