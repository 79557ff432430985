#include "net/router.hpp"

#include <catch2/catch.hpp>
#include <optional>

using namespace troupe::net;

namespace {

struct sink final : reply_sink {
  void answer(std::uint64_t, http_response response) override { body = std::move(response.body); }
  void stream(std::uint64_t, http_response, stream_opener) override {}
  bool peer_gone() const noexcept override { return false; }
  std::string body;
};

http_handler named(std::string name) {
  return [name](http_request&, responder reply) { reply.send(json_response(200, name)); };
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> out;
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    out.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

struct fixture {
  fixture() {
    routes.add(http_method::get, "/api/fixtures", named("list"));
    routes.add(http_method::post, "/api/fixtures", named("create"));
    routes.add(http_method::get, "/api/fixtures/:id", named("one"));
    routes.add(http_method::put, "/api/fixtures/:id", named("update"));
    routes.add(http_method::get, "/api/fixtures/models", named("models"));
    routes.add(http_method::get, "/api/fixtures/models/:id", named("model"));
    routes.add(http_method::get, "/api/inputs/:id/usage", named("usage"));
    routes.add(http_method::get, "/api/inputs/faders", named("faders"));
  }

  route_match match(http_method method, std::string_view path) {
    const auto segments = split(path);
    return routes.match(method, segments, parameters);
  }

  /// Which handler answers; empty if none.
  std::string answer(http_method method, std::string_view path) {
    const auto found = match(method, path);
    if (found.result != route_match::outcome::found) return {};
    const auto to = std::make_shared<sink>();
    http_request request;
    (*found.handler)(request, responder(to, 1));
    return to->body;
  }

  router routes;
  std::vector<http_request::field> parameters;
};

} // namespace

TEST_CASE_METHOD(fixture, "router: paths and methods find their handlers", "[net][unit]") {
  CHECK(answer(http_method::get, "/api/fixtures") == "list");
  CHECK(answer(http_method::post, "/api/fixtures") == "create");
  CHECK(answer(http_method::put, "/api/fixtures/x") == "update");
  CHECK(answer(http_method::get, "/api/inputs/x/usage") == "usage");
}

TEST_CASE_METHOD(fixture, "router: a parameter takes the decoded segment", "[net][unit]") {
  CHECK(answer(http_method::get, "/api/fixtures/abc") == "one");
  REQUIRE(parameters.size() == 1);
  CHECK(parameters[0] == http_request::field{"id", "abc"});
}

TEST_CASE_METHOD(fixture, "router: fixed words win over parameters, without going back", "[net][unit]") {
  CHECK(answer(http_method::get, "/api/fixtures/models") == "models");
  CHECK(answer(http_method::get, "/api/fixtures/models/m") == "model");
  CHECK(answer(http_method::get, "/api/inputs/faders") == "faders");
  CHECK(match(http_method::put, "/api/fixtures/models").result == route_match::outcome::method_not_allowed);
  CHECK(match(http_method::get, "/api/inputs/faders/usage").result == route_match::outcome::not_found);
}

TEST_CASE_METHOD(fixture, "router: unknown paths are not found and leave no parameters", "[net][unit]") {
  for (const auto* path : {"/", "/api", "/api/", "/api/fixtures/", "/api/fixtures/x/", "/api/fixtures/x/y",
                           "/API/fixtures", "//api/fixtures", "/api//fixtures", "/api/inputs//usage"}) {
    CAPTURE(path);
    CHECK(match(http_method::get, path).result == route_match::outcome::not_found);
    CHECK(parameters.empty());
  }
}

TEST_CASE_METHOD(fixture, "router: another method is answered with what is allowed", "[net][unit]") {
  const auto found = match(http_method::del, "/api/fixtures/x");
  CHECK(found.result == route_match::outcome::method_not_allowed);
  CHECK(found.allow == "GET, HEAD, PUT, OPTIONS");
  CHECK(match(http_method::other, "/api/fixtures").result == route_match::outcome::method_not_allowed);
}

TEST_CASE_METHOD(fixture, "router: HEAD goes to GET, OPTIONS is known on every path", "[net][unit]") {
  CHECK(answer(http_method::head, "/api/fixtures") == "list");
  const auto found = match(http_method::options, "/api/fixtures");
  CHECK(found.result == route_match::outcome::options);
  CHECK(found.allow == "GET, HEAD, POST, OPTIONS");
  CHECK(match(http_method::options, "/nowhere").result == route_match::outcome::not_found);
}

TEST_CASE_METHOD(fixture, "router: a rest takes only what nothing else matches", "[net][unit]") {
  routes.add(http_method::get, "/*path", named("files"), {.login = false, .any_body_type = false});
  CHECK(answer(http_method::get, "/") == "files");
  CHECK(answer(http_method::get, "/assets/app.js") == "files");
  CHECK(answer(http_method::get, "/api/fixtures") == "list");
  CHECK(answer(http_method::get, "/api/nothing") == "files");
  CHECK(match(http_method::get, "/x").options.login == false);
  CHECK(match(http_method::del, "/api/fixtures").result == route_match::outcome::method_not_allowed);
}

TEST_CASE_METHOD(fixture, "router: a route that can't be meant is refused when it is added", "[net][unit]") {
  CHECK_THROWS_AS(routes.add(http_method::get, "/api/fixtures", named("again")), std::invalid_argument);
  CHECK_THROWS_AS(routes.add(http_method::del, "/api/fixtures/:other", named("x")), std::invalid_argument);
  CHECK_THROWS_AS(routes.add(http_method::get, "no/slash", named("x")), std::invalid_argument);
  CHECK_THROWS_AS(routes.add(http_method::get, "/*rest/more", named("x")), std::invalid_argument);
  CHECK_THROWS_AS(routes.add(http_method::other, "/x", named("x")), std::invalid_argument);
}

TEST_CASE_METHOD(fixture, "router: a match names its route by its place, HEAD that of GET", "[net][unit]") {
  for (const auto& one : routes.routes()) {
    INFO(one.pattern);
    const auto found = match(one.method, one.pattern);
    REQUIRE(found.result == route_match::outcome::found);
    CHECK(&routes.routes().at(found.index) == &one);
  }
  CHECK(match(http_method::head, "/api/fixtures").index == match(http_method::get, "/api/fixtures").index);
}

TEST_CASE_METHOD(fixture, "router: the listing names every route once", "[net][unit]") {
  const auto all = routes.listing();
  CHECK(all.size() == 8);
  CHECK(all.front() == "GET /api/fixtures");
  CHECK(all.back() == "PUT /api/fixtures/:id");
}
