#include "actors/console/server_messages.hpp"

#include "protocol/json_text.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::console;

TEST_CASE("server messages: the head of a frame is read without the rest", "[actors][console]") {
  const auto frame = peek(R"({"type":"frame/full","t":1.5,"frameNumber":91,"fixtures":{"frameNumber":7}})");
  REQUIRE(frame);
  CHECK(frame->frame_number == 91);
  const auto status = peek(R"({"type":"runtime/status","tickHz":60})");
  REQUIRE(status);
  CHECK(status->type == "runtime/status");
  CHECK_FALSE(status->frame_number);
}

TEST_CASE("server messages: what begins in another way must be parsed whole", "[actors][console]") {
  CHECK_FALSE(peek(""));
  CHECK_FALSE(peek(R"({"t":1,"type":"frame/full"})"));
  CHECK_FALSE(peek(R"({"type":"frame/full","fixtures":{"x":{"frameNumber":7}},"frameNumber":91})"));
  CHECK_FALSE(peek(R"({"type":"frame/full","frameNumber":"x"})"));
  CHECK_FALSE(peek(R"({"type":"frame\u002ffull","frameNumber":1})"));
  CHECK_FALSE(peek(R"({"type":"frame)"));
}

TEST_CASE("server messages: a frame's values, what isn't one is left out", "[actors][console]") {
  const auto message = parse_json(R"({"type":"frame/full","t":2.5,"frameNumber":3,"fixtures":{
    "a":{"intensity":0.5,"color":{"r":1,"g":0.25,"b":0},"pan":-1,"tilt":0.5,"zoom":1},
    "b":{},"c":5,"d":{"intensity":"full","color":7}}})");
  REQUIRE(message);
  const auto frame = read_frame(*message);
  REQUIRE(frame);
  CHECK(frame->number == 3);
  CHECK(frame->t == 2.5);
  CHECK(frame->fixtures.size() == 3);
  CHECK(frame->fixtures.at("a") == bundle{0.5f, rgb{1, 0.25f, 0}, -1.0f, 0.5f, 1.0f});
  CHECK(frame->fixtures.at("b") == bundle{});
  CHECK(frame->fixtures.at("d") == bundle{});
  CHECK_FALSE(read_frame(*parse_json(R"({"fixtures":[]})")));
  CHECK_FALSE(read_frame(*parse_json("[1]")));
}

TEST_CASE("server messages: status counts graphs that run and names those that can't", "[actors][console]") {
  const auto status = read_status(*parse_json(R"({"tickHz":44.5,"t":3,"frameNumber":12,"instances":[
    {"id":"a","enabled":true,"errorCount":0},{"id":"b","enabled":false},
    {"id":"c","enabled":true,"lastError":"no","errorCount":1},7]})"));
  REQUIRE(status);
  CHECK(status->tick_hz == 44.5);
  CHECK(status->frame_number == 12);
  CHECK(status->graphs == 4);
  CHECK(status->enabled == 1);
  REQUIRE(status->broken.size() == 1);
  CHECK(status->broken[0].id == "c");
  CHECK_FALSE(read_status(*parse_json(R"({"tickHz":"60"})")));
  CHECK_FALSE(read_status(*parse_json("null")));
}

TEST_CASE("server messages: fixtures and groups of any server", "[actors][console]") {
  const auto fixtures =
      read_fixtures(*parse_json(R"({"data":[{"id":"a","name":"A"},{"id":"b"},{"name":"x"},3]})"));
  REQUIRE(fixtures.size() == 2);
  CHECK(fixtures[0].name == "A");
  const auto groups =
      read_groups(*parse_json(R"({"data":[{"id":"g","name":"G","fixtureIds":["a",1,"b"]}]})"));
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].fixture_ids == std::vector<std::string>{"a", "b"});
  CHECK(read_fixtures(*parse_json(R"({"data":{}})")).empty());
  CHECK(read_show_name(*parse_json(R"({"data":{"show":"tour","dataDir":"x"}})")) == "tour");
  CHECK(read_show_name(*parse_json("{}")).empty());
}
