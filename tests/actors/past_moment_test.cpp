#include "actors/show/operator_name.hpp"
#include "actors/show/past_moment.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("moment: digits are a position", "[actors][unit]") {
  CHECK(std::get<journal_position>(*parse_moment("4711", "at")).value == 4711);
  CHECK(std::get<journal_position>(*parse_moment("0", "at")).value == 0);
  CHECK(std::get<journal_position>(*parse_moment("99999999999999999999999", "at")).value ==
        9'223'372'036'854'775'807U);
  CHECK(std::get<journal_position>(*moment_in(12, "at")).value == 12);
}

TEST_CASE("moment: a time is a time", "[actors][unit]") {
  CHECK(std::get<wall_time>(*parse_moment("1970-01-01T00:00:01Z", "at")).ms == 1'000);
  CHECK(std::get<wall_time>(*parse_moment("1970-01-02", "at")).ms == 86'400'000);
}

TEST_CASE("moment: anything else is a checkpoint's name", "[actors][unit]") {
  CHECK(std::get<checkpoint_name>(*parse_moment("opening night", "at")).name == "opening night");
  CHECK(std::get<checkpoint_name>(*parse_moment("2nd act", "at")).name == "2nd act");
}

TEST_CASE("moment: what looks like a position or a time and is none is refused", "[actors][unit]") {
  for (const auto* text : {"", "-1", "1.5", "+3", "2026-02-30", "2026-13-01T00:00:00Z",
                           "2026-01-01T25:00:00Z", "2026-01-01Tnoon", "12:30"}) {
    CAPTURE(text);
    const auto read = parse_moment(text, "at");
    REQUIRE_FALSE(read);
    CHECK(read.error().details.at("field") == "at");
  }
  CHECK_FALSE(moment_in(-1, "at"));
  CHECK_FALSE(moment_in(1.5, "at"));
  CHECK_FALSE(moment_in(nullptr, "at"));
}

TEST_CASE("moment: a checkpoint is named so that it can't be taken for something else", "[actors][unit]") {
  CHECK(check_checkpoint_name("Opening night") == "Opening night");
  CHECK(check_checkpoint_name("2nd act") == "2nd act");
  for (const auto* name : {"", "  ", "12", "2026-03-01", "2026-x", "a\nb", "\xff"}) {
    CAPTURE(name);
    CHECK_FALSE(check_checkpoint_name(name));
  }
  CHECK_FALSE(check_checkpoint_name(std::string(201, 'x')));
}

TEST_CASE("operator: a header's name, with percent-escapes for what ASCII can't say", "[actors][unit]") {
  CHECK(operator_in(std::nullopt) == "anonymous");
  CHECK(operator_in("Ada") == "Ada");
  CHECK(operator_in("J%C3%B6rg") == "J\xC3\xB6rg");
  CHECK(operator_in("J\xC3\xB6rg") == "J\xC3\xB6rg");
  CHECK(operator_in("50%25") == "50%");
  for (const auto* name : {"", " ", "50%", "%4", "%zz", "%ff", "a%0Ab", "\xff", "file"}) {
    CAPTURE(name);
    const auto read = operator_in(name);
    REQUIRE_FALSE(read);
    CHECK(read.error().details.at("field") == "X-Operator");
  }
  CHECK_FALSE(operator_in(std::string(201, 'x')));
}
