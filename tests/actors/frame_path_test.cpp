// The frame path as a whole, on virtual time: what a tick allocates, and that stages that share the rig can't
// be told from one.
#include "actors/client/frame_hub_actor.hpp"
#include "actors/input/input_state_actor.hpp"
#include "actors/output/artnet_output_actor.hpp"
#include "actors/show/compile_book.hpp"
#include "actors/stage/stage_actor.hpp"
#include "tests/engine/allocations.hpp"
#include "tests/support/actor_rig.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using test::actor_rig;

/// A ticker that only counts.
ticker_actor::behavior_type counting_ticker(ticker_actor::pointer, std::size_t* done) {
  return {[](const cast_change&) {},   [](const due&) {},           [done](const tick_done&) { ++*done; },
          [](const set_tick_rate&) {}, [](const input_arrived&) {}, [](work_atom) {}};
}

record_ptr record(std::string id, entity_value value) {
  entity_record made;
  made.id = std::move(id);
  made.value = std::move(value);
  return std::make_shared<const entity_record>(std::move(made));
}

graph_node node(std::string id, std::string type, boost::json::object params = {}) {
  graph_node made;
  made.id = std::move(id);
  made.type = std::move(type);
  made.params = std::move(params);
  return made;
}

graph_edge edge(std::string from, std::string out, std::string to, std::string in) {
  graph_edge made;
  made.id = from + to + in;
  made.from = {std::move(from), std::move(out)};
  made.to = {std::move(to), std::move(in)};
  return made;
}

/// One dimmer in each universe, all of them at another level in each tick.
show_state show_of(std::uint16_t universes) {
  show_state state{"show"};
  fixture_model dimmer;
  dimmer.channels = {{"dimmer", 1}};
  state.put(record("dimmer", dimmer));
  group all{"all", {}};
  for (std::uint16_t u = 0; u < universes; ++u) {
    all.fixture_ids.push_back("f" + std::to_string(u));
    state.put(record(all.fixture_ids.back(), fixture{"f", "dimmer", u, 1}));
  }
  state.put(record("all", all));
  graph moving;
  moving.nodes = {node("all", "SelectGroup", {{"groupIds", {"all"}}}), node("along", "Spread"),
                  node("wave", "SineLFO"), node("out", "WriteAttributes")};
  moving.edges = {edge("all", "selection", "along", "selection"),
                  edge("all", "selection", "out", "selection"), edge("along", "value", "wave", "phase"),
                  edge("wave", "value", "out", "bundle")};
  state.put(record("graph", moving));
  return state;
}

/// input_state, stages, an Art-Net output and the hub, ticked by hand.
class frame_path {
 public:
  frame_path(std::uint16_t universes, std::size_t stages)
      : show_(show_of(universes)), book_({release_mode::dark, stages, 1}) {
    cast parts;
    parts.ticker = rig_.own(rig_.system().spawn(counting_ticker, &done_));
    parts.input_state = rig_.own(rig_.system().spawn(input_state, false));
    for (std::uint16_t part = 0; part < stages; ++part)
      parts.stages.push_back(rig_.own(rig_.system().spawn(stage, part, false)));
    parts.frame_hub = rig_.own(rig_.system().spawn(frame_hub));
    artnet_output_options out;
    out.destination = "127.0.0.1:9"; // nobody is there
    out.pacing.share = 0;
    parts.outputs.push_back(rig_.own(rig_.system().spawn(artnet_output, out)));
    parts_ = parts;
    const cast_change change{std::make_shared<const cast>(parts)};
    rig_.tell(parts.frame_hub, change);
    for (const auto& one : parts.stages) rig_.tell(one, change);
    rig_.tell(parts.input_state, change);
    publish(book_.load(show_, false));
  }

  void publish(show_update update) {
    rig_.tell(parts_.input_state, std::make_shared<const show_update>(std::move(update)));
    rig_.drain();
  }

  /// Another universe for a fixture.
  void move_fixture(const std::string& id, std::uint16_t universe) {
    auto moved = *show_.find(entity_kind::fixture, id);
    auto patch = moved.as<fixture>();
    patch.universe = universe;
    moved.value = patch;
    ++moved.revision;
    const auto kept = std::make_shared<const entity_record>(std::move(moved));
    show_.put(kept);
    publish(book_.take(show_, std::vector<fact>{entity_updated{kept}}));
  }

  void tick() {
    ++time_.frame_number;
    rig_.tell(parts_.input_state, troupe::tick{time_, 0});
    rig_.drain();
    rig_.advance(16'666'667ns);
    time_.dt_ns = 16'666'667;
    time_.t_ns += time_.dt_ns;
  }

  frame_made newest() { return rig_.ask<frame_made>(parts_.frame_hub, ask_frame{}); }
  output_report sent() { return rig_.ask<output_report>(parts_.outputs.front(), ask_output_report{}); }
  std::size_t done() const { return done_; }

 private:
  actor_rig rig_;
  show_state show_;
  compile_book book_;
  cast parts_;
  tick_time time_;
  std::size_t done_ = 0;
};

/// What ten ticks allocate when the path has warmed up.
std::size_t allocated(std::uint16_t universes, std::size_t stages) {
  frame_path path(universes, stages);
  for (int i = 0; i < 60; ++i) path.tick();
  const auto before = test::allocations();
  for (int i = 0; i < 10; ++i) path.tick();
  const auto count = test::allocations() - before;
  CHECK(path.done() == 70 * stages);
  CHECK(path.sent().packets + path.sent().refused + path.sent().dropped > 0);
  return count;
}

} // namespace

TEST_CASE("frame path: a tick allocates as often for 4,096 universes as for one", "[actors][unit]") {
  CHECK(allocated(4'096, 1) == allocated(1, 1));
}

TEST_CASE("frame path: with several stages it depends on the stages alone", "[actors][unit]") {
  CHECK(allocated(4'096, 3) == allocated(64, 3));
}

TEST_CASE(
    "frame path: stages that share the rig make the same frames as one, also when fixtures move between "
    "them",
    "[actors][unit]") {
  frame_path one(40, 1), three(40, 3), seven(40, 7);
  for (auto* path : {&one, &three, &seven}) (void)path->newest(); // from now on frames have their attributes
  for (int i = 0; i < 30; ++i) {
    if (i == 10)
      for (auto* path : {&one, &three, &seven}) path->move_fixture("f2", 39);
    if (i == 20)
      for (auto* path : {&one, &three, &seven}) path->move_fixture("f2", 17);
    for (auto* path : {&one, &three, &seven}) path->tick();
    const auto expected = one.newest();
    REQUIRE(expected.frame->attributes);
    for (auto* path : {&three, &seven}) {
      const auto made = path->newest();
      REQUIRE(made.frame->time.frame_number == expected.frame->time.frame_number);
      CHECK(made.frame->values == expected.frame->values);
      CHECK(made.frame->mask == expected.frame->mask);
      CHECK(made.dmx->addresses == expected.dmx->addresses);
      CHECK(made.dmx->levels == expected.dmx->levels);
    }
  }
}

} // namespace troupe::actors
