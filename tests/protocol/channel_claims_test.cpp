#include "protocol/channel_claims.hpp"

#include "protocol/cell_layout.hpp"
#include "protocol/entity_codec.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;

namespace {

void put(show_state& show, entity_kind kind, std::string id, const std::string& members) {
  auto made =
      parse_entity(kind, std::move(id), 1, boost::json::parse(members).as_object(), entity_source::file);
  if (!made) FAIL(made.error().message);
  show.put(*made);
}

void put_model(show_state& show, std::string id, const std::string& more) {
  put(show, entity_kind::model, std::move(id), R"({"brand":"Any","model":"Kind",)" + more + "}");
}

void put_fixture(show_state& show, std::string id, const char* model, int universe, int channel) {
  put(show, entity_kind::fixture, std::move(id),
      fmt::format(R"({{"name":"any","modelId":"{}","universe":{},"startChannel":{}}})", model, universe,
                  channel));
}

/// `a.0 red, b.3 dimmer`
std::string on(const show_state& show, int universe, int channel) {
  std::string text;
  for (const auto& one :
       claims_on(show, {static_cast<std::uint16_t>(universe), static_cast<std::uint16_t>(channel)}))
    text += fmt::format("{}{}.{} {}", text.empty() ? "" : ", ", one.fixture->id, one.cell, one.channel);
  return text;
}

} // namespace

TEST_CASE("channel claims: a channel belongs to the last fixture of those that are patched there",
          "[protocol][unit]") {
  show_state show;
  put_model(show, "par", R"("channels":{"dimmer":1,"red":2,"blue":4})");
  put_fixture(show, "a", "par", 0, 10);
  put_fixture(show, "b", "par", 0, 11);
  put_fixture(show, "c", "nothing", 0, 11);
  put_fixture(show, "d", "par", 1, 11);
  CHECK(on(show, 0, 10) == "a.0 dimmer");
  CHECK(on(show, 0, 11) == "a.0 red, b.0 dimmer");
  CHECK(on(show, 0, 12) == "b.0 red"); // the model has nothing on its third channel
  CHECK(on(show, 0, 14) == "b.0 blue");
  CHECK(on(show, 0, 15).empty());
  CHECK(on(show, 0, 9).empty());
  CHECK(on(show, 1, 11) == "d.0 dimmer");
  CHECK(on(show, 2, 1).empty());
}

TEST_CASE("channel claims: cells are found in the universes that they go on in", "[protocol][unit]") {
  show_state show;
  put_model(show, "strip", R"("channels":{"red":1,"green":2,"blue":3},"cells":400)");
  put_fixture(show, "s", "strip", 0, 505);
  CHECK(on(show, 0, 504).empty());
  CHECK(on(show, 0, 510) == "s.1 blue");
  CHECK(on(show, 0, 511).empty()); // too few for a cell
  CHECK(on(show, 1, 1) == "s.2 red");
  CHECK(on(show, 1, 510) == "s.171 blue");
  CHECK(on(show, 1, 512).empty());
  CHECK(on(show, 3, 174) == "s.399 blue");
  CHECK(on(show, 3, 175).empty());
}

TEST_CASE("channel claims: packed cells straddle the border, and gaps are free", "[protocol][unit]") {
  show_state show;
  put_model(show, "strip", R"("channels":{"red":1,"green":2},"cells":300,"cellFootprint":3,"span":"packed")");
  put_fixture(show, "s", "strip", 0, 512);
  CHECK(on(show, 0, 512) == "s.0 red");
  CHECK(on(show, 1, 1) == "s.0 green");
  CHECK(on(show, 1, 2).empty());
  CHECK(on(show, 1, 3) == "s.1 red");
}

TEST_CASE("channel claims: what of a fixture is past the end of the universe claims nothing",
          "[protocol][unit]") {
  show_state show;
  put_model(show, "par", R"("channels":{"dimmer":1,"red":2})");
  put_fixture(show, "a", "par", 0, 512);
  CHECK(on(show, 0, 512) == "a.0 dimmer");
  CHECK(on(show, 1, 1).empty());
}
