#include "actors/client/sse_text.hpp"

#include <catch2/catch.hpp>

using namespace troupe::actors;

namespace {

std::string event(std::string_view type, std::optional<std::uint64_t> id, std::string_view data) {
  std::string out;
  append_sse_event(out, type, id, data);
  return out;
}

} // namespace

TEST_CASE("sse text: an event has its id, its name and its data, and ends with an empty line",
          "[actors][unit]") {
  CHECK(event("fixture_updated", 12, R"({"a":1})") == "id: 12\nevent: fixture_updated\ndata: {\"a\":1}\n\n");
  CHECK(event("x", std::nullopt, "") == "event: x\ndata: \n\n");
}

TEST_CASE("sse text: every line of the data is a data line, whatever ends it", "[actors][unit]") {
  CHECK(event("x", 1, "a\nb") == "id: 1\nevent: x\ndata: a\ndata: b\n\n");
  CHECK(event("x", 1, "a\rb") == "id: 1\nevent: x\ndata: a\ndata: b\n\n");
  CHECK(event("x", 1, "a\r\nb") == "id: 1\nevent: x\ndata: a\ndata: b\n\n");
  CHECK(event("x", 1, "a\n\n\nid: 7\n") ==
        "id: 1\nevent: x\ndata: a\ndata: \ndata: \ndata: id: 7\ndata: \n\n");
}

TEST_CASE("sse text: a name can't begin a field of its own", "[actors][unit]") {
  CHECK(event("x\ndata: forged", 1, "a") == "id: 1\nevent: x\ndata: a\n\n");
}

TEST_CASE("sse text: a comment and the time to come again are no events", "[actors][unit]") {
  std::string out{sse_comment};
  append_sse_retry(out, 2'000);
  CHECK(out == ":\n\nretry: 2000\n");
}
