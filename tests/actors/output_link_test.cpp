#include "actors/output/output_link.hpp"

#include <catch2/catch.hpp>
#include <memory>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// A network that is there or not.
struct network {
  bool up = false;
  int tries = 0;

  output_link::opener opener() {
    return [this]() -> result<output_link::way> {
      ++tries;
      if (!up) return fail(ec::internal_error, "no route");
      auto socket = net::udp_sender::open(false);
      if (!socket) return failure(socket.error());
      return output_link::way{std::move(*socket), *net::udp_endpoint::parse("255.255.255.255", 9)};
    };
  }
};

} // namespace

TEST_CASE("output link: a socket that can't be opened is tried again, ever less often", "[actors][unit]") {
  network there;
  output_link link{"sacn", "somewhere", there.opener()};
  std::vector<std::chrono::milliseconds> tried;
  for (auto now = 0ms; now < 40s; now += 10ms) {
    const auto before = there.tries;
    CHECK_FALSE(link.ready(now));
    if (there.tries != before) tried.push_back(now);
  }
  CHECK(tried == std::vector<std::chrono::milliseconds>{0ms, 250ms, 750ms, 1750ms, 3750ms, 7750ms, 15'750ms,
                                                        23'750ms, 31'750ms, 39'750ms});
  const auto told = link.report();
  CHECK(told.name == "sacn");
  CHECK(told.destination == "somewhere");
  CHECK(told.problem == "can't send to somewhere: no route");
  CHECK(link.report("two universes too many").problem ==
        "can't send to somewhere: no route; two universes too many");

  there.up = true;
  CHECK_FALSE(link.ready(47s + 740ms));
  CHECK(link.ready(47s + 750ms));
  CHECK(link.report().problem.empty());
  CHECK(link.report("too many").problem == "too many");
  const auto tries = there.tries;
  CHECK(link.ready(60s));
  CHECK(there.tries == tries);
}

TEST_CASE("output link: that nothing gets out for long is a problem, until something does",
          "[actors][unit]") {
  network there{true};
  output_link link{"artnet", "somewhere", there.opener()};
  REQUIRE(link.ready(0s));
  const std::array<std::uint8_t, 3> bytes{};
  // Broadcast isn't allowed on this socket.
  const net::datagram refused{bytes, &link.destination()};
  for (int i = 0; i < 59; ++i) link.send({&refused, 1});
  CHECK(link.report().problem.empty());
  link.send({&refused, 1});
  CHECK(link.report().problem == "nothing can be sent to somewhere: Permission denied");
  CHECK(link.report().errors == 60);
  net::udp_options here;
  here.bind_address = "127.0.0.1";
  const auto receiver = net::udp_sender::open(false, here).value();
  const auto good = *net::udp_endpoint::parse("127.0.0.1:" + std::to_string(receiver.local_port()), 0);
  const net::datagram taken{bytes, &good};
  link.send({&taken, 1});
  CHECK(link.report().problem.empty());
  CHECK(link.report().packets == 1);
  CHECK(link.report().bytes == 3);
}
