#include "net/detail/target.hpp"

#include <catch2/catch.hpp>

using namespace troupe::net;
using troupe::net::detail::parse_target;

namespace {

http_request parsed(std::string_view target, http_method method = http_method::get) {
  http_request request;
  request.method = method;
  request.target = target;
  REQUIRE(parse_target(request));
  return request;
}

bool refused(std::string_view target) {
  http_request request;
  request.target = target;
  const auto outcome = parse_target(request);
  return !outcome && outcome.error().code == troupe::ec::validation_error;
}

using fields = std::vector<http_request::field>;
using parts = std::vector<std::string_view>;

} // namespace

TEST_CASE("target: a path is split before it is decoded", "[net][unit]") {
  const auto request = parsed("/api/a%2Fb/c%20d");
  CHECK(request.segments == parts{"api", "a/b", "c d"});
  CHECK(request.path == "/api/a%2Fb/c%20d");
}

TEST_CASE("target: empty segments are kept", "[net][unit]") {
  CHECK(parsed("/").segments == parts{""});
  CHECK(parsed("/a/").segments == parts{"a", ""});
  CHECK(parsed("//a").segments == parts{"", "a"});
}

TEST_CASE("target: a plus is a space in the query only", "[net][unit]") {
  const auto request = parsed("/a+b?c+d=e+f&g=%2B");
  CHECK(request.segments == parts{"a+b"});
  CHECK(request.query == fields{{"c d", "e f"}, {"g", "+"}});
}

TEST_CASE("target: the query keeps order, repetition and empty values", "[net][unit]") {
  const auto request = parsed("/x?b=2&a=1&b=3&c&d=&&=e&f=g=h");
  CHECK(request.query ==
        fields{{"b", "2"}, {"a", "1"}, {"b", "3"}, {"c", ""}, {"d", ""}, {"", "e"}, {"f", "g=h"}});
  CHECK(request.query_value("b") == "2");
  CHECK_FALSE(request.query_value("z"));
}

TEST_CASE("target: UTF-8 arrives decoded", "[net][unit]") {
  CHECK(parsed("/%C3%B6").segments == parts{"\xc3\xb6"});
  CHECK(parsed("/%e2%82%ac").segments == parts{"\xe2\x82\xac"});
}

TEST_CASE("target: bad escapes and bad UTF-8 are refused, in path and query", "[net][unit]") {
  const auto bad = GENERATE(as<std::string>{}, "%", "%4", "%zz", "%4g", "%-1", "%FF", "%C3", "%C0%AF",
                            "%ED%A0%80", "%F5%80%80%80");
  CAPTURE(bad);
  CHECK(refused("/a/" + bad));
  CHECK(refused("/a?x=" + bad));
  CHECK(refused("/a?" + bad + "=x"));
}

TEST_CASE("target: an absolute URL gives path and host", "[net][unit]") {
  const auto request = parsed("http://desk.local:3001/api/x?y=1");
  CHECK(request.host == "desk.local:3001");
  CHECK(request.path == "/api/x");
  CHECK(request.query == fields{{"y", "1"}});
}

TEST_CASE("target: other forms are refused, but * for OPTIONS", "[net][unit]") {
  for (const auto* target : {"*", "", "api", "ftp://x/", "http://x", "desk:80", "/a#b", "http://x?y"}) {
    CAPTURE(target);
    CHECK(refused(target));
  }
  CHECK(parsed("*", http_method::options).path == "*");
}
