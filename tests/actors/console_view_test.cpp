#include "actors/console/console_view.hpp"

#include "actors/console/screen_text.hpp"
#include "actors/console/terminal.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

using namespace troupe;
using namespace troupe::console;
using namespace std::chrono_literals;

namespace {

constexpr console_model::time at_start{0};

/// Two cells to a line on 80 columns, a moving head in a group of its own, a fixture that is dark.
console_model stage() {
  console_model model;
  model.apply_show("tour");
  model.apply_link({link_state::connected, "http://desk:3001", {}});
  model.apply_fixtures({{"fl", "front left"}, {"fr", "front right"}, {"spot", "Spot"}, {"spare", "spare"}},
                       {{"front", "front", {"fl", "fr"}}, {"heads", "heads", {"spot"}}});
  model.apply_status({60, 2, 120, 3, 2, {{"chase", "a cycle: a -> b -> a"}}}, at_start);
  shown_frame frame{121, 2.016666667, {}};
  frame.fixtures["fl"].color = rgb{1, 0.5f, 0};
  frame.fixtures["fl"].intensity = 0.5f;
  frame.fixtures["fr"].color = rgb{0, 0, 1};
  frame.fixtures["spot"].intensity = 1.0f;
  frame.fixtures["spot"].pan = -0.25f;
  frame.fixtures["spot"].zoom = 0.75f;
  model.count_frame(121, at_start);
  model.apply_frame(std::move(frame));
  return model;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines{""};
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

/// Without the sequences that choose colours.
std::string without_colours(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b') {
      out += text[i];
      continue;
    }
    while (text[i] != 'm') ++i;
  }
  return out;
}

} // namespace

TEST_CASE("console view: the whole screen, without colours", "[actors][console]") {
  CHECK(draw(stage(), {80, 24}, colour_depth::none, at_start) ==
        "Troupe  tour  http://desk:3001  connected\n"
        "tick 60 Hz  frame 121  t 2.0 s  dropped 0  graphs 2/3  broken 1\n"
        "! chase: a cycle: a -> b -> a\n"
        "\n"
        "front\n"
        "804000 front left  ██▌    50%   0000ff front right █████ 100%\n"
        "\n"
        "heads\n"
        "ffffff Spot █████ 100% p-0.25 t    - z 0.75\n"
        "\n"
        "in no group\n"
        "...... spare           ");
}

TEST_CASE("console view: swatches in true colour and in 256 colours", "[actors][console]") {
  const auto full = lines_of(draw(stage(), {80, 24}, colour_depth::true_colour, at_start));
  CHECK(full[0] == "\x1b[1mTroupe  tour  http://desk:3001  connected\x1b[0m");
  CHECK(full[5] == "\x1b[48;2;128;64;0m    \x1b[0m front left  ██▌    50%   "
                   "\x1b[48;2;0;0;255m    \x1b[0m front right █████ 100%");
  CHECK(full[11] == "\x1b[2m....\x1b[0m spare           ");
  const auto cube = lines_of(draw(stage(), {80, 24}, colour_depth::cube, at_start));
  CHECK(cube[5] == "\x1b[48;5;94m    \x1b[0m front left  ██▌    50%   "
                   "\x1b[48;5;21m    \x1b[0m front right █████ 100%");
}

TEST_CASE("console view: no line is too wide and no screen too high, whatever the size",
          "[actors][console]") {
  const auto model = stage();
  for (std::size_t columns = 1; columns < 100; ++columns)
    for (std::size_t rows = 1; rows < 16; ++rows)
      for (const auto depth : {colour_depth::none, colour_depth::true_colour}) {
        const auto lines = lines_of(without_colours(draw(model, {columns, rows}, depth, at_start)));
        CHECKED_ELSE(lines.size() <= rows) {
          FAIL("too high: " << columns << "x" << rows);
        }
        for (const auto& line : lines) CHECKED_ELSE(width_of(line) <= columns) {
            FAIL("too wide: " << columns << "x" << rows);
          }
      }
}

TEST_CASE("console view: what finds no room is counted", "[actors][console]") {
  const auto lines = lines_of(draw(stage(), {40, 8}, colour_depth::none, at_start));
  REQUIRE(lines.size() == 8);
  CHECK(lines[5] == "804000 front left  ██▌    50%");
  CHECK(lines[6] == "0000ff front right █████ 100%");
  CHECK(lines[7] == "2 more fixtures");
}

TEST_CASE("console view: names can't steer the terminal", "[actors][console]") {
  console_model model;
  model.apply_fixtures({{"a", "x\x1b[2J\x07"}, {"b", "\xc2\x9b\xe2\x80\xae\xff"}},
                       {{"g", "\x1b]0;t\x07", {"a"}}});
  model.apply_link({link_state::lost, "http://x", "\x1b[31mgone"});
  model.apply_status({60, 0, 0, 1, 0, {{"g", "\x1b[H"}}}, at_start);
  for (const auto& text :
       {draw(model, {80, 24}, colour_depth::none, at_start), draw_plain(model, at_start)}) {
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(text.find("x?[2J?") != std::string::npos);
    CHECK(text.find("???") != std::string::npos);
    CHECK(text.find("?]0;t?") != std::string::npos);
    CHECK(text.find("?[31mgone") != std::string::npos);
    CHECK(text.find("! g: ?[H") != std::string::npos);
  }
}

TEST_CASE("console view: before anything is known it says so", "[actors][console]") {
  CHECK(draw({}, {80, 24}, colour_depth::none, at_start) == "Troupe  running\n"
                                                            "tick -  frame -  t 0.0 s");
  console_model model;
  model.apply_link({link_state::lost, "http://x", "can't connect"});
  CHECK(lines_of(draw(model, {80, 24}, colour_depth::none, at_start))[0] ==
        "Troupe  http://x  not connected: can't connect");
}

TEST_CASE("console view: plain text has a line for every fixture", "[actors][console]") {
  CHECK(draw_plain(stage(), at_start) == "Troupe  tour  http://desk:3001  connected\n"
                                         "tick 60 Hz  frame 121  t 2.0 s  dropped 0  graphs 2/3  broken 1\n"
                                         "! chase: a cycle: a -> b -> a\n"
                                         "front\n"
                                         "  front left  #804000  50%\n"
                                         "  front right  #0000ff  100%\n"
                                         "heads\n"
                                         "  Spot  #ffffff  100%  pan -0.250  zoom 0.750\n"
                                         "in no group\n"
                                         "  spare  -\n");
}

TEST_CASE("palette: the environment decides", "[actors][console]") {
  using variables = std::map<std::string, std::string, std::less<>>;
  const auto depth = [](const variables& all) {
    return depth_from([&](std::string_view name) -> std::optional<std::string> {
      const auto found = all.find(name);
      return found == all.end() ? std::nullopt : std::optional(found->second);
    });
  };
  CHECK(depth({}) == colour_depth::cube);
  CHECK(depth({{"COLORTERM", "truecolor"}}) == colour_depth::true_colour);
  CHECK(depth({{"COLORTERM", "24bit"}, {"NO_COLOR", ""}}) == colour_depth::true_colour);
  CHECK(depth({{"COLORTERM", "truecolor"}, {"NO_COLOR", "1"}}) == colour_depth::none);
  CHECK(depth({{"TERM", "dumb"}}) == colour_depth::none);
}

TEST_CASE("palette: values beyond their range and no numbers are lights, too", "[actors][console]") {
  CHECK(light_of({}) == shade{});
  CHECK(light_of({2.0f, rgb{-1, 7, NAN}, {}, {}, {}}) == shade{0, 255, 0});
  CHECK(light_of({0.5f, {}, {}, {}, {}}) == shade{128, 128, 128});
  CHECK(brightness_of({{}, rgb{0.25f, 0.5f, 0}, {}, {}, {}}) == 0.5f);
  CHECK_FALSE(brightness_of({{}, {}, 0.5f, {}, {}}));
  CHECK(nearest_of_256({0, 0, 0}) == 16);
  CHECK(nearest_of_256({255, 255, 255}) == 231);
  CHECK(nearest_of_256({128, 128, 128}) == 244);
  CHECK(nearest_of_256({255, 0, 0}) == 196);
}

TEST_CASE("screen text: width counts columns", "[actors][console]") {
  CHECK(width_of("é") == 1);
  CHECK(width_of("e\u0301") == 1);
  CHECK(width_of("灯") == 2);
  CHECK(width_of("💡") == 2);
  CHECK(cut("abcdef", 4) == "abc…");
  CHECK(cut("abcd", 4) == "abcd");
  CHECK(cut("灯灯灯", 4) == "灯…");
  CHECK(fit("灯灯灯", 4) == "灯… ");
  CHECK(cut("abc", 0).empty());
  CHECK(fit("ab", 4) == "ab  ");
}

TEST_CASE("screen text: broken UTF-8 is marked, byte by byte", "[actors][console]") {
  CHECK(harmless("a\xc3") == "a?");
  CHECK(harmless("\xe2\x82z") == "??z");
  CHECK(harmless("\xf8\x88\x80\x80\x80") == "?????");
  CHECK(harmless("\xed\xa0\x80") == "?");
  CHECK(harmless("\xc0\x9b") == "??");
  CHECK(harmless("\xe0\x80\x9b") == "???");
  CHECK(harmless("plain é 灯") == "plain é 灯");
}

TEST_CASE("terminal: a screen replaces the one before in place", "[actors][console]") {
  CHECK(replacing("a\nb") == "\x1b[?2026h\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J\x1b[?2026l");
  CHECK(replacing("") == "\x1b[?2026h\x1b[H\x1b[K\x1b[J\x1b[?2026l");
}
