#include "actors/output/artnet_nodes.hpp"

#include "actors/output/artnet_responder.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::actors;

namespace {

using universes = std::vector<std::uint16_t>;
constexpr artnet_node::address here{10, 0, 0, 1}, there{10, 0, 0, 2};

artnet::artpollreply reply(std::initializer_list<std::uint16_t> outputs, std::uint8_t bind_index = 1) {
  artnet::artpollreply made;
  made.long_name = "node";
  made.bind_index = bind_index;
  made.port_count = static_cast<std::uint8_t>(outputs.size());
  std::size_t i = 0;
  for (const auto one : outputs) {
    made.ports[i].type = 0x80;
    made.ports[i++].output = *artnet::port_address::from(one);
  }
  return made;
}

universes nodes_of(const artnet_routes& routes, std::uint16_t universe) {
  const auto found = routes.of(universe);
  return {found.begin(), found.end()};
}

} // namespace

TEST_CASE("art-net nodes: several replies from one address are one node with more ports", "[actors][unit]") {
  artnet_nodes table;
  CHECK(table.take(here, reply({1, 2, 3, 4}), 1));
  CHECK(table.take(here, reply({5, 2}, 2), 2));
  CHECK_FALSE(table.take(here, reply({1, 2, 3, 4}, 0), 3)); // 0 is the root device, too
  REQUIRE(table.all().size() == 1);
  const auto& node = table.all().at(here);
  CHECK(node.universes() == universes{1, 2, 3, 4, 5});
  CHECK(node.name == "node");
  CHECK(node.seen_ns == 3);
}

TEST_CASE("art-net nodes: inputs aren't subscriptions, nor ports that aren't there", "[actors][unit]") {
  artnet_nodes table;
  auto told = reply({1, 2, 3});
  told.ports[0].type = 0x40;
  told.port_count = 2;
  table.take(here, told, 1);
  CHECK(table.all().at(here).universes() == universes{2});
}

TEST_CASE("art-net nodes: a name in no known encoding can still be shown", "[actors][unit]") {
  artnet_nodes table;
  auto told = reply({1});
  told.long_name = "B\xfchne\n";
  table.take(here, told, 1);
  CHECK(table.all().at(here).name == "B?hne?");
  told.long_name = "Bühne";
  table.take(here, told, 1);
  CHECK(table.all().at(here).name == "Bühne");
}

TEST_CASE("art-net nodes: who is silent to two polls leaves, who answers stays", "[actors][unit]") {
  artnet_nodes table;
  CHECK_FALSE(table.poll());
  table.take(here, reply({1}), 1);
  table.take(there, reply({1}), 1);
  CHECK_FALSE(table.poll());
  table.take(there, reply({1}), 2);
  CHECK_FALSE(table.poll());
  CHECK(table.poll());
  CHECK(table.all().size() == 1);
  CHECK(table.all().count(there) == 1);
}

TEST_CASE("art-net nodes: a full table refuses newcomers and keeps who is there", "[actors][unit]") {
  artnet_nodes table{2};
  table.take(here, reply({1}), 1);
  table.take(there, reply({1}), 1);
  CHECK_FALSE(table.take({10, 0, 0, 3}, reply({1}), 1));
  CHECK(table.refused() == 1);
  CHECK(table.take(here, reply({2}), 2));
  CHECK(table.all().size() == 2);
}

TEST_CASE("art-net nodes: routes say which nodes get a universe, and what is new", "[actors][unit]") {
  artnet_nodes table;
  const artnet_routes none{table};
  CHECK(none.of(1).empty());
  table.take(there, reply({1, 32'767}), 1);
  const artnet_routes one{table};
  CHECK(nodes_of(one, 1) == universes{0});
  CHECK(nodes_of(one, 32'767) == universes{0});
  CHECK(one.of(2).empty());
  CHECK(one.new_since(none) == universes{1, 32'767});
  table.take(here, reply({1, 0}), 1);
  const artnet_routes two{table};
  CHECK(two.nodes() == std::vector<artnet_node::address>{here, there});
  CHECK(nodes_of(two, 1) == universes{0, 1});
  CHECK(two.new_since(one) == universes{0, 1});
  CHECK(two.new_since(two).empty());
  CHECK(none.new_since(two).empty());
}

TEST_CASE("art-net polls: one asker is answered twice a second, all together fifty times", "[actors][unit]") {
  poll_limit limit;
  std::int64_t now = 1'000'000'000;
  CHECK(limit.admit(here, now));
  CHECK_FALSE(limit.admit(here, now + 499'999'999));
  CHECK(limit.admit(there, now + 1));
  CHECK(limit.admit(here, now + 500'000'000));
  now += 10'000'000'000;
  std::size_t answered = 0;
  for (unsigned i = 0; i < 100'000; ++i) { // a flood from everywhere, for one second
    const artnet_node::address from{11, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                                    static_cast<std::uint8_t>(i)};
    if (limit.admit(from, now + i * 10'000)) ++answered;
  }
  CHECK(answered <= 50 + poll_limit::burst + 1);
  CHECK(answered >= 50);
  CHECK(limit.refused() == 100'000 - answered + 1);
}
