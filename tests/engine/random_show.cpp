#include "tests/engine/random_show.hpp"

#include <array>

namespace troupe::test {
namespace {

using names = std::vector<std::string_view>;

/// The channel sets of real kinds of fixtures, and some odd ones.
const std::vector<names>& channel_sets() {
  static const std::vector<names> sets{
      {"dimmer"},
      {"red", "green", "blue"},
      {"red", "green", "blue", "white"},
      {"dimmer", "red", "green", "blue"},
      {"dimmer", "dimmerFine", "red", "green", "blue", "white", "amber", "uv"},
      {"cyan", "magenta", "yellow"},
      {"dimmer", "cyan", "magenta", "yellow", "shutter"},
      {"pan", "panFine", "tilt", "tiltFine", "dimmer", "shutter", "red", "green", "blue", "white", "zoom"},
      {"pan", "tilt", "zoom", "zoomFine", "dimmer", "dimmerFine", "mode", "strobe", "shutter"},
      {"dimmer", "shutter", "strobe"},
      {"dimmer", "white"},
      {"white"},
      {"red"},
      {"shutter", "red", "green", "blue"},
      {"dimmer", "amber", "uv"},
      {"red", "green", "blue", "cyan", "magenta", "yellow", "white"},
      {"gobo", "prism", "mode"},
      {"red", "redFine", "green", "blue"},
      {"panFine", "tiltFine", "dimmerFine"},
      {}};
  return sets;
}

} // namespace

void give_cells(dice& roll, fixture_model& m, std::uint32_t most_cells) {
  const auto kind = roll.below(200);
  if (kind < 80) return;
  const auto count = kind < 100 ? 1 : kind < 190 ? 2 + roll.below(4) : kind < 199 ? 40u : 200u;
  m.cells = std::min(count, most_cells);
  if (roll.chance(25) && m.footprint() > 0)
    m.cell_footprint =
        static_cast<std::uint16_t>(std::min<std::uint32_t>(m.footprint() + roll.below(5), dmx_channels));
  if (roll.chance(60)) m.span = roll.pick(std::array{span_mode::aligned, span_mode::packed});
}

fixture_model random_model(dice& roll, std::uint32_t most_cells) {
  fixture_model m;
  m.brand = "any";
  m.model = "kind";
  std::vector<std::uint16_t> offsets;
  const auto& set = roll.pick(channel_sets());
  const bool packed = roll.chance(70);
  while (offsets.size() < set.size()) {
    const auto offset = packed ? static_cast<std::uint16_t>(offsets.size() + 1)
                               : static_cast<std::uint16_t>(1 + roll.below(roll.chance(5) ? 512 : 24));
    if (std::find(offsets.begin(), offsets.end(), offset) == offsets.end()) offsets.push_back(offset);
  }
  if (roll.chance(30)) roll.shuffle(offsets);
  for (std::size_t i = 0; i < set.size(); ++i) m.channels.push_back({std::string(set[i]), offsets[i]});
  for (const auto& c : m.channels)
    if (roll.chance(25)) m.defaults.emplace_back(c.name, static_cast<std::uint8_t>(roll.below(256)));
  if (roll.chance(10)) m.defaults.emplace_back("nowhere", static_cast<std::uint8_t>(9));
  if (roll.chance(35)) m.white = white_mode::extract;
  if (roll.chance(60))
    m.release = roll.pick(std::array{release_mode::dark, release_mode::hold, release_mode::zero});
  if (models_have_cells) give_cells(roll, m, most_cells);
  return m;
}

bundle random_bundle(dice& roll) {
  const auto level = [&] {
    const auto corner = roll.below(6);
    return static_cast<float>(corner == 0 ? 0.0 : corner == 1 ? 1.0 : roll.real(0, 1));
  };
  bundle b;
  if (roll.chance(50)) b.intensity = level();
  if (roll.chance(50)) b.color = rgb{level(), level(), level()};
  if (roll.chance(35)) b.pan = level() * 2 - 1;
  if (roll.chance(35)) b.tilt = level() * 2 - 1;
  if (roll.chance(35)) b.zoom = level();
  return b;
}

fixture random_fixture(dice& roll, const plain_show& show) {
  fixture f;
  f.name = "any";
  f.model_id = roll.chance(6) || show.models.empty() ? "m-gone" : roll.pick(show.models).id;
  f.universe = static_cast<std::uint16_t>(roll.chance(8) ? 32'767 - roll.below(2) : roll.below(3));
  const auto where = roll.below(10);
  f.start_channel = static_cast<std::uint16_t>(where < 3    ? 1 + roll.below(20) // overlaps
                                               : where == 3 ? 500 + roll.below(13)
                                                            : 1 + roll.below(490));
  return f;
}

plain_show random_rig(dice& roll, int fixtures) {
  plain_show show;
  const int models = roll.between(1, 6);
  const auto most_cells = fixtures < 100 ? 200u : 3u; // the oracle takes its time
  for (int i = 0; i < models; ++i)
    show.models.push_back({"m" + std::to_string(i), random_model(roll, most_cells)});

  if (fixtures < 0) fixtures = roll.between(roll.chance(5) ? 0 : 2, 12);
  for (int i = 0; i < fixtures; ++i)
    show.fixtures.push_back({"f" + std::to_string(i), random_fixture(roll, show)});
  return show;
}

std::vector<std::string> random_fixture_ids(dice& roll, const plain_show& show) {
  std::vector<std::string> ids;
  const auto unknown = roll.chance(15);
  const auto kind = roll.below(4);
  const auto count = show.fixtures.size();
  const auto first = kind == 0 && count > 0 ? roll.below(count) : 0;
  const auto length = kind == 0 && count > 0 ? roll.below(count) + 1 : count;
  for (std::size_t i = first; i < std::min(count, first + length); ++i)
    if (kind < 2 || roll.chance(60)) ids.push_back(show.fixtures[i].id);
  if (unknown) ids.push_back("f-gone");
  if (roll.chance(60)) roll.shuffle(ids);
  return ids;
}

plain_show random_show(dice& roll, int fixtures) {
  plain_show show = random_rig(roll, fixtures);
  for (int i = roll.between(1, 4); i-- > 0;)
    show.groups.push_back({"g" + std::to_string(i), {"any", random_fixture_ids(roll, show)}});
  for (int i = roll.between(0, 3); i-- > 0;)
    show.presets.push_back({"p" + std::to_string(i), make_preset(random_bundle(roll))});
  for (int i = roll.between(0, 3); i-- > 0;)
    show.inputs.push_back({"A" + std::to_string(i), {"any", input_type::fader}});
  for (int i = roll.between(0, 2); i-- > 0;)
    show.inputs.push_back({"B" + std::to_string(i), {"any", input_type::button}});
  for (int i = 0, n = roll.between(1, 3); i < n; ++i) {
    show.graphs.push_back({"graph" + std::to_string(i), random_graph(roll, show)});
    if (roll.chance(8)) break_graph(roll, show.graphs.back().value);
    if (roll.chance(8)) show.graphs.back().value.enabled = false;
  }
  return show;
}

/// Some of what DmxIn nodes of random graphs look at.
void move_network(dice& roll, controls& now) {
  if (roll.chance(2)) now.network.erase(static_cast<std::uint16_t>(roll.below(3)));
  if (roll.chance(20)) {
    auto& levels = now.network[static_cast<std::uint16_t>(roll.below(3))];
    for (std::size_t i = 0; i < 5; ++i) levels[i] = static_cast<std::uint8_t>(roll.below(256));
    levels[511] = static_cast<std::uint8_t>(roll.below(256));
  }
  if (roll.chance(5))
    now.timecode = {roll.chance(90), 1'000'000 * static_cast<std::int64_t>(roll.below(90'000'000)),
                    1'000'000 * static_cast<std::int64_t>(roll.below(10'000))};
}

void move_controls(dice& roll, controls& now) {
  move_network(roll, now);
  if (roll.chance(2)) now.faders.erase("A" + std::to_string(roll.below(4)));
  for (auto& [id, level] : now.buttons) level.pressed = false;
  for (int i = 0; i < 4; ++i)
    if (roll.chance(12)) {
      const auto level = roll.below(5);
      now.faders["A" + std::to_string(i)] = level == 0   ? 0.f
                                            : level == 1 ? 1.f
                                                         : static_cast<float>(roll.real(0, 1));
    }
  for (int i = 0; i < 3; ++i) {
    if (roll.chance(80)) continue;
    auto& button = now.buttons["B" + std::to_string(i)];
    if (button.down) {
      button.down = roll.chance(20); // a press in the tick of the release keeps it down
      button.pressed = button.down && roll.chance(50);
    } else {
      button = {true, true};
    }
  }
}

std::int64_t random_dt_ns(dice& roll) {
  switch (roll.below(12)) {
  case 0:
    return 1;
  case 1:
    return 33'333'333;
  case 2:
    return 1'000'000 * static_cast<std::int64_t>(1 + roll.below(400));
  case 3:
    return 1'000'000'000 * static_cast<std::int64_t>(1 + roll.below(20));
  case 4:
    return 1 + static_cast<std::int64_t>(roll.below(50'000'000));
  default:
    return 16'666'667;
  }
}

} // namespace troupe::test
