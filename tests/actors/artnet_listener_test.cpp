#include "actors/output/artnet_listener.hpp"

#include "net/udp_sender.hpp"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <functional>
#include <thread>

using namespace troupe;
using namespace troupe::actors;

namespace {

artnet_listener_options on_loopback() {
  artnet_listener_options made;
  made.bind_address = "127.0.0.1";
  made.port = 0;
  return made;
}

/// What was heard, and a way to wait for it.
class ear {
 public:
  artnet_hooks hooks() {
    artnet_hooks made;
    made.on_dmx = [this](const artnet_origin& from, const artnet::artdmx& dmx) {
      heard(from.source.text() + " dmx " + std::to_string(dmx.address.number()) + " " +
            std::to_string(dmx.sequence) + " " + std::to_string(dmx.levels[0]));
    };
    made.on_poll = [this](const artnet_origin&, const artnet::artpoll&) { heard("poll"); };
    made.on_poll_reply = [this](const artnet_origin&, const artnet::artpollreply& reply) {
      heard("reply " + std::string(reply.long_name));
    };
    made.on_timecode = [this](const artnet_origin&, const artnet::arttimecode& time) {
      heard("time " + std::to_string(time.seconds));
    };
    return made;
  }
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock guard{lock_};
    came_.wait_for(guard, std::chrono::seconds{20}, [&] { return told_.size() >= count; });
    return told_;
  }

 private:
  void heard(std::string what) {
    const std::lock_guard guard{lock_};
    told_.push_back(std::move(what));
    came_.notify_all();
  }
  std::mutex lock_;
  std::condition_variable came_;
  std::vector<std::string> told_;
};

std::array<std::uint8_t, artnet::artdmx_packet_size> dmx(std::uint16_t universe, std::uint8_t level) {
  std::array<std::uint8_t, 512> levels{};
  levels[0] = level;
  std::array<std::uint8_t, artnet::artdmx_packet_size> out{};
  artnet::encode_artdmx(out, *artnet::port_address::from(universe), 7, 0, levels);
  return out;
}

net::udp_endpoint home(std::uint16_t port) {
  return net::udp_endpoint::from_ipv4({127, 0, 0, 1}, port);
}

} // namespace

TEST_CASE("art-net listener: the port is open while somebody listens", "[actors]") {
  const auto listener = artnet_listener::make(on_loopback());
  CHECK_FALSE(listener->open());
  CHECK(listener->problem().empty());
  {
    ear one, two;
    auto first = listener->listen(one.hooks());
    CHECK(listener->open());
    auto second = listener->listen(two.hooks());
    first = {};
    CHECK(listener->open());
  }
  CHECK_FALSE(listener->open());
  CHECK(listener->local_port() == 0);
}

TEST_CASE("art-net listener: each kind of packet reaches all who want it", "[actors]") {
  const auto listener = artnet_listener::make(on_loopback());
  ear one, two;
  const auto first = listener->listen(one.hooks());
  const auto second = listener->listen(two.hooks());
  auto sender = net::udp_sender::open(false).value();
  const auto to = home(listener->local_port());
  sender.send(dmx(300, 42), to);
  sender.send(artnet::encode_artpoll({}), to);
  artnet::artpollreply reply;
  reply.long_name = "node";
  sender.send(artnet::encode_artpollreply(reply), to);
  std::array<std::uint8_t, 19> time{'A', 'r', 't', '-', 'N', 'e', 't', 0, 0, 0x97,
                                    0,   14,  0,   0,   1,   2,   3,   4, 1};
  sender.send(time, to);
  const std::vector<std::string> wanted{home(sender.local_port()).text() + " dmx 300 7 42", "poll",
                                        "reply node", "time 2"};
  CHECK(one.wait_for(4) == wanted);
  CHECK(two.wait_for(4) == wanted);
  const auto sums = listener->totals();
  CHECK(sums.dmx + sums.polls + sums.poll_replies + sums.time_codes == 4);
}

TEST_CASE("art-net listener: what is malformed or unknown is counted and dropped", "[actors]") {
  const auto listener = artnet_listener::make(on_loopback());
  ear one;
  const auto first = listener->listen(one.hooks());
  auto sender = net::udp_sender::open(false).value();
  const auto to = home(listener->local_port());
  const auto good = dmx(1, 1);
  auto bad = good;
  bad[0] = 'B'; // wrong id
  sender.send(bad, to);
  bad = good;
  bad[16] = 3; // a length that lies
  sender.send(bad, to);
  sender.send(std::span{good}.first(17), to);
  sender.send({}, to);
  bad = good;
  bad[9] = 0x99; // ArtTrigger
  sender.send(bad, to);
  sender.send(std::vector<std::uint8_t>(3'000, 'A'), to); // longer than any packet
  sender.send(good, to);
  CHECK(one.wait_for(1).size() == 1);
  const auto sums = listener->totals();
  CHECK(sums.malformed == 4);
  CHECK(sums.other == 1);
  CHECK(sums.datagrams.truncated == 1);
}

TEST_CASE("art-net listener: our own packets are not heard, those of a neighbour's same port are",
          "[actors]") {
  const auto listener = artnet_listener::make(on_loopback());
  ear one;
  const auto first = listener->listen(one.hooks());
  auto ours = net::udp_sender::open(false).value();
  auto theirs = net::udp_sender::open(false).value();
  const auto to = home(listener->local_port());
  ours.send(artnet::encode_artpoll({}), to); // gets its port
  REQUIRE(one.wait_for(1).size() == 1);
  listener->own_port(ours.local_port());
  ours.send(dmx(1, 1), to);
  CHECK(listener->send(artnet::encode_artpoll({}), to)); // itself
  theirs.send(dmx(2, 2), to);
  const auto told = one.wait_for(2);
  REQUIRE(told.size() == 2);
  CHECK_THAT(told[1], Catch::EndsWith("dmx 2 7 2"));
  CHECK(listener->totals().own == 2);
}

TEST_CASE("art-net listener: a port that another program has is a problem until it is free", "[actors]") {
  net::udp_receiver_options alone;
  alone.bind_address = "127.0.0.1";
  alone.reuse_address = false;
  auto other = net::udp_receiver::open(alone, [](auto) {}).value();
  auto options = on_loopback();
  options.port = other->local_port();
  const auto listener = artnet_listener::make(options);
  ear one;
  const auto first = listener->listen(one.hooks());
  CHECK_FALSE(listener->open());
  CHECK_THAT(listener->problem(), Catch::Contains("can't be bound"));
  CHECK_FALSE(listener->send(artnet::encode_artpoll({}), home(1)));
  other.reset();
  const auto now = std::chrono::steady_clock::now();
  listener->tend(now);
  CHECK_FALSE(listener->open()); // too soon
  listener->tend(now + std::chrono::seconds{3});
  CHECK(listener->open());
  CHECK(listener->problem().empty());
}

TEST_CASE("art-net listener: a hook may answer, and ending waits for it", "[actors]") {
  const auto listener = artnet_listener::make(on_loopback());
  ear one;
  auto asker = net::udp_receiver::open({.bind_address = "127.0.0.1"}, [](auto) {});
  std::atomic<bool> running{false};
  artnet_hooks hooks;
  hooks.on_poll = [&](const artnet_origin& from, const artnet::artpoll&) {
    running = true;
    listener->send(artnet::encode_artpollreply({}), from.source);
    std::this_thread::yield();
    running = false;
  };
  auto first = listener->listen(std::move(hooks));
  auto sender = net::udp_sender::open(false).value();
  for (int i = 0; i < 50; ++i) sender.send(artnet::encode_artpoll({}), home(listener->local_port()));
  first = {};
  CHECK_FALSE(running);
}
