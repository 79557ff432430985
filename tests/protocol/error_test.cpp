#include "protocol/error.hpp"

#include "protocol/compile_result.hpp"
#include "protocol/json_text.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace troupe;

TEST_CASE("error: every code has its own name and a status of failure", "[protocol][error]") {
  std::set<std::string_view> names;
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(ec::count_); ++i) {
    const auto code = static_cast<ec>(i);
    CHECK(names.insert(code_name(code)).second);
    CHECK(http_status(code) >= 400);
    CHECK(http_status(code) < 600);
  }
}

TEST_CASE("error: codes have the names and statuses of the protocol", "[protocol][error]") {
  CHECK(code_name(ec::validation_error) == "VALIDATION_ERROR");
  CHECK(http_status(ec::validation_error) == 400);
  CHECK(http_status(ec::conflict) == 409);
  CHECK(http_status(ec::headers_too_large) == 431);
  CHECK(http_status(ec::storage_unavailable) == 503);
  CHECK(code_name(ec::rate_limited) == "RATE_LIMITED");
  CHECK(http_status(ec::unknown_type) == 400);
}

TEST_CASE("error: the makers of failures name field, kind and id", "[protocol][error]") {
  const auto wrong = invalid("a.b", "a.b is wrong").value();
  CHECK(wrong.code == ec::validation_error);
  CHECK(wrong.details.at("field") == "a.b");
  const auto missing = not_found("graph", "g\"1").value();
  CHECK(missing.code == ec::not_found);
  CHECK(missing.details.at("id") == "g\"1");
  CHECK(fail(ec::timeout, "late").value().details.empty());
}

TEST_CASE("compile result: absent port and severity are absent members", "[protocol][compile_result]") {
  compile_result outcome{.ok = true,
                         .errors = {{"n1", "", "no such group", compile_code::unknown_reference, true},
                                    {"n2", "bundle", "open", compile_code::missing_connection, false}},
                         .dependencies = {{"f"}, {}, {"p", "q"}, {}, {}}};
  CHECK(
      to_json(to_json_value(outcome)) ==
      R"({"ok":true,"errors":[{"nodeId":"n1","message":"no such group","code":"UNKNOWN_REFERENCE",)"
      R"("severity":"warning"},{"nodeId":"n2","port":"bundle","message":"open","code":"MISSING_CONNECTION"}],)"
      R"("dependencies":{"faderIds":["f"],"buttonIds":[],"presetIds":["p","q"],"groupIds":[],"fixtureIds":[]}})");
}

TEST_CASE("compile result: empty lists are empty arrays", "[protocol][compile_result]") {
  CHECK(
      to_json(to_json_value(compile_result{})) ==
      R"({"ok":false,"errors":[],"dependencies":{"faderIds":[],"buttonIds":[],"presetIds":[],"groupIds":[],)"
      R"("fixtureIds":[]}})");
}
