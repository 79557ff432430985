#include "net/udp_receiver.hpp"

#include "net/interfaces.hpp"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <vector>

using namespace troupe;
using namespace troupe::net;
using namespace std::chrono_literals;

namespace {

/// Keeps what came in.
class box {
 public:
  struct letter {
    std::string text;
    udp_endpoint source;
    std::int64_t arrival_ns = 0;
  };
  udp_receiver::callback taker() {
    return [this](std::span<const udp_arrival> batch) {
      const std::lock_guard guard{lock_};
      largest = std::max(largest, batch.size());
      for (const auto& one : batch)
        letters_.push_back({{one.bytes.begin(), one.bytes.end()}, one.source, one.arrival_ns});
      came_.notify_all();
    };
  }
  std::vector<letter> wait_for(std::size_t count) {
    std::unique_lock guard{lock_};
    came_.wait_for(guard, 20s, [&] { return letters_.size() >= count; });
    return letters_;
  }
  std::size_t largest = 0;

 private:
  std::mutex lock_;
  std::condition_variable came_;
  std::vector<letter> letters_;
};

std::span<const std::uint8_t> bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

udp_receiver_options on_loopback() {
  udp_receiver_options made;
  made.bind_address = "127.0.0.1";
  return made;
}

udp_endpoint home(std::uint16_t port) {
  return udp_endpoint::from_ipv4({127, 0, 0, 1}, port);
}

} // namespace

TEST_CASE("udp receiver: hands on each datagram with its source and time", "[net]") {
  box letters;
  const auto receiver = udp_receiver::open(on_loopback(), letters.taker()).value();
  auto sender = udp_sender::open(false).value();
  sender.send(bytes("one"), home(receiver->local_port()));
  sender.send(bytes(""), home(receiver->local_port()));
  sender.send(bytes("three"), home(receiver->local_port()));
  const auto got = letters.wait_for(3);
  REQUIRE(got.size() == 3);
  CHECK(got[0].text == "one");
  CHECK(got[1].text.empty());
  CHECK(got[2].text == "three");
  CHECK(got[0].source == home(sender.local_port()));
  CHECK(got[0].arrival_ns > 0);
  CHECK(got[2].arrival_ns >= got[0].arrival_ns);
  CHECK(receiver->totals().received == 3);
  CHECK(receiver->totals().bytes == 8);
}

TEST_CASE("udp receiver: what is too long is counted, not handed on", "[net]") {
  box letters;
  auto options = on_loopback();
  options.largest = 4;
  const auto receiver = udp_receiver::open(options, letters.taker()).value();
  auto sender = udp_sender::open(false).value();
  sender.send(bytes("12345"), home(receiver->local_port()));
  sender.send(bytes("1234"), home(receiver->local_port()));
  const auto got = letters.wait_for(1);
  REQUIRE(got.size() == 1);
  CHECK(got[0].text == "1234");
  CHECK(receiver->totals().truncated == 1);
}

TEST_CASE("udp receiver: many come in bounded batches, in order", "[net]") {
  box letters;
  auto options = on_loopback();
  options.receive_buffer = 1 << 20;
  const auto receiver = udp_receiver::open(options, letters.taker()).value();
  auto sender = udp_sender::open(false).value();
  for (int i = 0; i < 300; ++i) sender.send(bytes(std::to_string(i)), home(receiver->local_port()));
  const auto got = letters.wait_for(300);
  const auto told = receiver->totals();
  REQUIRE(got.size() + told.kernel_drops == 300);
  CHECK(letters.largest <= udp_receiver::batch);
  for (std::size_t i = 1; i < got.size(); ++i) REQUIRE(std::stoi(got[i - 1].text) < std::stoi(got[i].text));
}

TEST_CASE("udp receiver: what the kernel has no room for is counted", "[net]") {
  std::mutex gate;
  std::unique_lock held{gate};
  std::atomic<std::size_t> got{0};
  auto options = on_loopback();
  options.receive_buffer = 1; // the kernel's smallest
  const auto receiver = udp_receiver::open(options, [&](std::span<const udp_arrival> batch) {
                          const std::lock_guard wait{gate};
                          got += batch.size();
                        }).value();
  auto sender = udp_sender::open(false).value();
  const std::string text(1'000, 'x');
  for (int i = 0; i < 200; ++i) sender.send(bytes(text), home(receiver->local_port()));
  held.unlock();
  // The count travels with the next datagram that finds room.
  for (int i = 0; i < 2'000 && receiver->totals().kernel_drops == 0; ++i)
    sender.send(bytes("y"), home(receiver->local_port())), std::this_thread::yield();
  CHECK(receiver->totals().kernel_drops > 0);
}

TEST_CASE("udp receiver: above the bound it rests and goes on", "[net]") {
  box letters;
  auto options = on_loopback();
  options.most_per_second = 200; // one in each window, so that every batch reaches the bound
  const auto receiver = udp_receiver::open(options, letters.taker()).value();
  auto sender = udp_sender::open(false).value();
  sender.send(bytes("x"), home(receiver->local_port()));
  REQUIRE(letters.wait_for(1).size() == 1);
  // The second can only be handed on after the rest that the first one caused.
  sender.send(bytes("y"), home(receiver->local_port()));
  REQUIRE(letters.wait_for(2).size() == 2);
  CHECK(receiver->totals().pauses >= 1);
}

TEST_CASE("udp receiver: it ends at once while nothing comes, and while it rests", "[net]") {
  box letters;
  { const auto idle = udp_receiver::open(on_loopback(), letters.taker()).value(); }
  auto options = on_loopback();
  options.most_per_second = 200;
  const auto busy = udp_receiver::open(options, letters.taker()).value();
  auto sender = udp_sender::open(false).value();
  for (int i = 0; i < 40; ++i) sender.send(bytes("x"), home(busy->local_port()));
  letters.wait_for(1);
}

TEST_CASE("udp receiver: a group is heard from join to leave", "[net]") {
  box letters;
  udp_receiver_options options;
  const auto receiver = udp_receiver::open(options, letters.taker()).value();
  udp_options how;
  how.multicast_interface = "127.0.0.1";
  auto sender = udp_sender::open(false, how).value();
  const auto group = udp_endpoint::from_ipv4({239, 255, 77, 1}, receiver->local_port());
  sender.send(bytes("before"), group);
  REQUIRE(receiver->join("239.255.77.1", "127.0.0.1"));
  sender.send(bytes("during"), group);
  REQUIRE(receiver->leave("239.255.77.1", "127.0.0.1"));
  sender.send(bytes("after"), group);
  sender.send(bytes("end"), home(receiver->local_port()));
  const auto got = letters.wait_for(2);
  REQUIRE(got.size() == 2);
  CHECK(got[0].text == "during");
  CHECK(got[1].text == "end");
  CHECK_FALSE(receiver->leave("239.255.77.1", "127.0.0.1"));
  CHECK_FALSE(receiver->join("10.0.0.1"));
  CHECK_FALSE(receiver->join("239.255.77.1", "lo"));
}

TEST_CASE("udp receiver: a port is shared only with those who share it, too", "[net]") {
  box letters;
  const auto first = udp_receiver::open(on_loopback(), letters.taker()).value();
  auto options = on_loopback();
  options.port = first->local_port();
  CHECK(udp_receiver::open(options, letters.taker()));
  options.reuse_address = false;
  const auto refused = udp_receiver::open(options, letters.taker());
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("can't be bound"));
  options.bind_address = "localhost";
  CHECK_FALSE(udp_receiver::open(options, letters.taker()));
}

TEST_CASE("udp receiver: it answers from its own port", "[net]") {
  box here, there;
  const auto a = udp_receiver::open(on_loopback(), here.taker()).value();
  const auto b = udp_receiver::open(on_loopback(), there.taker()).value();
  CHECK(a->send(bytes("hello"), home(b->local_port())));
  const auto got = there.wait_for(1);
  REQUIRE(got.size() == 1);
  CHECK(got[0].source == home(a->local_port()));
}

TEST_CASE("interfaces: loopback is one of them, with its network", "[net]") {
  bool found = false;
  for (const auto& one : interface_addresses()) {
    if (one.address != std::array<std::uint8_t, 4>{127, 0, 0, 1}) continue;
    found = true;
    CHECK(one.loopback);
    CHECK(one.holds({127, 9, 9, 9}));
    CHECK_FALSE(one.holds({10, 0, 0, 1}));
    CHECK(one.broadcast() == std::array<std::uint8_t, 4>{127, 255, 255, 255});
  }
  CHECK(found);
}
