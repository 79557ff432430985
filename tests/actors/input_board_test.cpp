#include "actors/input/input_board.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace troupe;
using namespace troupe::actors;

namespace {

std::shared_ptr<const input_layout> layout(std::vector<std::string> faders,
                                           std::vector<std::string> buttons) {
  return std::make_shared<const input_layout>(input_layout{std::move(faders), std::move(buttons)});
}

input_board board() {
  input_board made;
  made.relayout(layout({"f", "g"}, {"go"}), true);
  return made;
}

bool down(input_board& on, std::uint64_t client, const char* id = "go") {
  return on.apply(client, {input_action::press_down, id, {}});
}
bool up(input_board& on, std::uint64_t client, const char* id = "go") {
  return on.apply(client, {input_action::release, id, {}});
}
bool once(input_board& on, std::uint64_t client, const char* id = "go") {
  return on.apply(client, {input_action::press_once, id, {}});
}
bool move(input_board& on, const char* id, float value) {
  return on.apply(1, {input_action::move_fader, id, level{value}});
}

/// `DP` down and pressed, `D` down, `-` at rest.
std::string seen(input_board& on) {
  const auto now = on.tick();
  const auto& one = now->buttons.at(0);
  return one.pressed ? (one.down ? "DP" : "P") : (one.down ? "D" : "-");
}

} // namespace

TEST_CASE("inputs: a held button is pressed in exactly one tick", "[actors][unit]") {
  auto on = board();
  CHECK(seen(on) == "-");
  down(on, 1);
  CHECK(seen(on) == "DP");
  CHECK(seen(on) == "D");
  CHECK(seen(on) == "D");
  up(on, 1);
  CHECK(seen(on) == "-");
}

TEST_CASE("inputs: repeats while held are no presses", "[actors][unit]") {
  auto on = board();
  down(on, 1);
  CHECK(seen(on) == "DP");
  CHECK(down(on, 1));
  CHECK(seen(on) == "D");
  up(on, 1);
  CHECK(seen(on) == "-");
  CHECK(up(on, 1)); // a second release is no error
  CHECK(seen(on) == "-");
}

TEST_CASE("inputs: down and up between two ticks still is a press", "[actors][unit]") {
  auto on = board();
  down(on, 1);
  up(on, 1);
  CHECK(seen(on) == "DP");
  CHECK(seen(on) == "-");
}

TEST_CASE("inputs: presses within one tick count as one", "[actors][unit]") {
  auto on = board();
  for (int i = 0; i < 3; ++i) {
    down(on, 1);
    up(on, 1);
  }
  once(on, 2);
  CHECK(seen(on) == "DP");
  CHECK(seen(on) == "-");
}

TEST_CASE("inputs: press once is down and up in one tick", "[actors][unit]") {
  auto on = board();
  once(on, 1);
  CHECK(seen(on) == "DP");
  CHECK(seen(on) == "-");
  CHECK(on.image()->buttons.at(0) == 0);
}

TEST_CASE("inputs: a button is down while any client holds it, and each press counts", "[actors][unit]") {
  auto on = board();
  down(on, 1);
  CHECK(seen(on) == "DP");
  down(on, 2);
  CHECK(seen(on) == "DP");
  up(on, 1);
  CHECK(seen(on) == "D");
  up(on, 3); // who doesn't hold it can't release it
  CHECK(seen(on) == "D");
  up(on, 2);
  CHECK(seen(on) == "-");
}

TEST_CASE("inputs: press once of one client doesn't release what another holds", "[actors][unit]") {
  auto on = board();
  down(on, 1);
  CHECK(seen(on) == "DP");
  once(on, 2);
  CHECK(seen(on) == "DP");
  CHECK(seen(on) == "D");
}

TEST_CASE("inputs: a client that vanishes releases what it held, and only that", "[actors][unit]") {
  input_board on;
  on.relayout(layout({}, {"a", "b"}), true);
  down(on, 1, "a");
  down(on, 2, "a");
  down(on, 1, "b");
  on.tick();
  on.release_all(1);
  const auto now = on.tick();
  CHECK(now->buttons[0].down);
  CHECK_FALSE(now->buttons[1].down);
  on.release_all(2);
  CHECK_FALSE(on.tick()->buttons[0].down);
}

TEST_CASE("inputs: a vanished client's press still falls into the next tick", "[actors][unit]") {
  auto on = board();
  down(on, 1);
  on.release_all(1);
  CHECK(seen(on) == "DP");
  CHECK(seen(on) == "-");
}

TEST_CASE("inputs: a fader takes the newest value, clamped, and never anything but a number",
          "[actors][unit]") {
  auto on = board();
  CHECK(on.tick()->faders == std::vector<float>{0, 0});
  move(on, "f", 0.25f);
  move(on, "f", 0.75f);
  CHECK(on.tick()->faders == std::vector<float>{0.75f, 0});
  move(on, "f", 7);
  move(on, "g", -1);
  CHECK(on.tick()->faders == std::vector<float>{1, 0});
  move(on, "f", std::numeric_limits<float>::quiet_NaN());
  CHECK(on.tick()->faders == std::vector<float>{0, 0});
}

TEST_CASE("inputs: what names no control of that type is refused and leaves nothing", "[actors][unit]") {
  auto on = board();
  on.image();
  CHECK_FALSE(move(on, "nobody", 1));
  CHECK_FALSE(move(on, "go", 1));
  CHECK_FALSE(down(on, 1, "f"));
  CHECK_FALSE(once(on, 1, ""));
  CHECK_FALSE(on.moved());
  CHECK(seen(on) == "-");
}

TEST_CASE("inputs: controls that stay keep their value and their holders over a new layout",
          "[actors][unit]") {
  auto on = board();
  move(on, "g", 0.5f);
  down(on, 1);
  on.tick();
  on.relayout(layout({"a", "g"}, {"big", "go"}), false);
  const auto now = on.tick();
  CHECK(now->layout->faders == std::vector<std::string>{"a", "g"});
  CHECK(now->faders == std::vector<float>{0, 0.5f});
  CHECK_FALSE(now->buttons[0].down);
  CHECK(now->buttons[1].down);
  CHECK_FALSE(now->buttons[1].pressed);
  up(on, 1);
  CHECK_FALSE(on.tick()->buttons[1].down);
}

TEST_CASE("inputs: a press before a new layout isn't lost by it", "[actors][unit]") {
  auto on = board();
  once(on, 1);
  on.relayout(layout({}, {"go"}), false);
  CHECK(seen(on) == "DP");
}

TEST_CASE("inputs: a control that left and came back starts at rest", "[actors][unit]") {
  auto on = board();
  move(on, "f", 1);
  down(on, 1);
  on.relayout(layout({}, {}), false);
  on.relayout(layout({"f"}, {"go"}), false);
  const auto now = on.tick();
  CHECK(now->faders == std::vector<float>{0});
  CHECK_FALSE(now->buttons[0].down);
  CHECK_FALSE(now->buttons[0].pressed);
}

TEST_CASE("inputs: another show begins with everything at rest", "[actors][unit]") {
  auto on = board();
  move(on, "f", 1);
  down(on, 1);
  on.relayout(layout({"f", "g"}, {"go"}), true);
  CHECK(on.tick()->faders == std::vector<float>{0, 0});
  CHECK(seen(on) == "-");
  CHECK(up(on, 1)); // of the press before the switch
  CHECK(seen(on) == "-");
}

TEST_CASE("inputs: ticks without change share one snapshot", "[actors][unit]") {
  auto on = board();
  const auto first = on.tick();
  CHECK(on.tick() == first);
  move(on, "f", 0.5f);
  const auto second = on.tick();
  CHECK(second != first);
  CHECK(first->faders == std::vector<float>{0, 0}); // a snapshot never changes
  once(on, 1);
  CHECK(on.tick() != second);
}

TEST_CASE("inputs: a client is told what moved after the version it has", "[actors][unit]") {
  auto on = board();
  const auto before = on.image();
  CHECK_FALSE(on.moved());
  CHECK(on.image() == before);
  move(on, "g", 0.5f);
  CHECK(on.moved());
  const auto after = on.image();
  CHECK(after->version > before->version);
  CHECK(after->fader_versions[0] <= before->version);
  CHECK(after->fader_versions[1] > before->version);
  CHECK(after->button_versions[0] <= before->version);

  move(on, "g", 0.5f); // where it is already
  CHECK_FALSE(on.moved());
  down(on, 1);
  const auto held = on.image();
  CHECK(held->button_versions[0] > after->version);
  CHECK(held->buttons[0] == 1);
  on.tick();
  CHECK_FALSE(on.moved()); // a tick moves nothing
}

TEST_CASE("inputs: after a switch everything is new to a client", "[actors][unit]") {
  auto on = board();
  const auto before = on.image();
  on.relayout(layout({"f"}, {"go"}), true);
  const auto after = on.image();
  CHECK(after->fader_versions[0] > before->version);
  CHECK(after->button_versions[0] > before->version);
}

TEST_CASE("inputs: an image at rest has every control, new to everyone", "[actors][unit]") {
  const auto rest = image_at_rest(layout({"a", "b"}, {"c"}), 5);
  CHECK(rest->version == 5);
  CHECK(rest->faders == std::vector<float>{0, 0});
  CHECK(rest->buttons == std::vector<std::uint8_t>{0});
  CHECK(rest->fader_versions == std::vector<std::uint64_t>{5, 5});
  CHECK(rest->layout->faders.size() == 2);
}
