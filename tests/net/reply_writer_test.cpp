#include "net/detail/reply_writer.hpp"

#include <catch2/catch.hpp>

using namespace troupe::net;
using namespace troupe::net::detail;
using Catch::Contains;

namespace {

std::string head_of(const http_response& response, reply_context context = {}) {
  context.date = "Thu, 01 Jan 1970 00:00:00 GMT";
  std::string out;
  if (append_head(out, response, context)) out += response.content();
  return out;
}

} // namespace

TEST_CASE("reply: the whole of a small answer", "[net][unit]") {
  auto response = json_response(200, std::string("{}"));
  response.etag = "\"1\"";
  reply_context context;
  context.server_name = "Troupe";
  CHECK(head_of(response, context) == "HTTP/1.1 200 OK\r\n"
                                      "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                                      "Server: Troupe\r\n"
                                      "Content-Type: application/json\r\n"
                                      "Content-Length: 2\r\n"
                                      "ETag: \"1\"\r\n"
                                      "Cache-Control: no-cache\r\n"
                                      "Vary: Origin\r\n"
                                      "X-Content-Type-Options: nosniff\r\n"
                                      "\r\n"
                                      "{}");
}

TEST_CASE("reply: an ETag is made for what GET and HEAD read, and only for that", "[net][unit]") {
  const auto response = json_response(200, std::string("{}"));
  CHECK_THAT(head_of(response), Contains("ETag: " + content_etag("{}")));
  CHECK_THAT(head_of(response, {.method = http_method::head}), Contains("ETag: " + content_etag("{}")));
  CHECK_THAT(head_of(response, {.method = http_method::post}), !Contains("ETag"));
  CHECK_THAT(head_of(json_response(404, std::string("{}"))), !Contains("ETag"));
}

TEST_CASE("reply: ETags differ by content and by length", "[net][unit]") {
  CHECK(content_etag("") != content_etag(std::string(1, '\0')));
  CHECK(content_etag("aaaaaaaa") != content_etag("aaaaaaab"));
  CHECK(content_etag("aaaaaaaabbbbbbbb") != content_etag("bbbbbbbbaaaaaaaa"));
  CHECK(content_etag(std::string(8, '\0')) != content_etag(std::string(16, '\0')));
  CHECK(content_etag("12345678x") == content_etag("12345678x"));
  CHECK(content_etag("x").size() == 18);
}

TEST_CASE("reply: If-None-Match compares weakly and in lists", "[net][unit]") {
  CHECK(etag_matches("\"a\"", "\"a\""));
  CHECK(etag_matches("W/\"a\"", "\"a\""));
  CHECK(etag_matches("\"b\" , \"a\"", "\"a\""));
  CHECK(etag_matches("*", "\"a\""));
  CHECK_FALSE(etag_matches("\"b\"", "\"a\""));
  CHECK_FALSE(etag_matches("a", "\"a\""));
  CHECK_FALSE(etag_matches("", "\"a\""));
}

TEST_CASE("reply: an unchanged resource is 304 without body but with its ETag", "[net][unit]") {
  auto response = json_response(200, std::string("{}"));
  response.etag = "\"1\"";
  const auto text = head_of(response, {.if_none_match = "\"1\""});
  CHECK_THAT(text, Catch::StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  CHECK_THAT(text, Contains("ETag: \"1\""));
  CHECK_THAT(text, !Contains("Content-Length"));
  CHECK_THAT(text, Catch::EndsWith("\r\n\r\n"));
  CHECK_THAT(head_of(response, {.method = http_method::put, .if_none_match = "\"1\""}),
             Catch::StartsWith("HTTP/1.1 200"));
}

TEST_CASE("reply: HEAD has the length but not the body, 204 has neither", "[net][unit]") {
  const auto text = head_of(json_response(200, std::string("12345")), {.method = http_method::head});
  CHECK_THAT(text, Contains("Content-Length: 5\r\n"));
  CHECK_THAT(text, Catch::EndsWith("\r\n\r\n"));
  http_response nothing;
  nothing.status = 204;
  CHECK_THAT(head_of(nothing), !Contains("Content-Length") && !Contains("\r\nContent-Type"));
}

TEST_CASE("reply: a header with a line end in it is left out", "[net][unit]") {
  auto response = json_response(200, std::string("{}"));
  response.headers = {{"X-Good", "1"}, {"X-Bad", "1\r\nSet-Cookie: x"}, {"X-Worse", std::string("a\0b", 3)}};
  const auto text = head_of(response);
  CHECK_THAT(text, Contains("X-Good: 1"));
  CHECK_THAT(text, !Contains("X-Bad") && !Contains("Set-Cookie") && !Contains("X-Worse"));
}

TEST_CASE("reply: Connection says what each version needs to hear", "[net][unit]") {
  const auto response = json_response(200, std::string("{}"));
  CHECK_THAT(head_of(response, {.version = 11, .keep_alive = true}), !Contains("Connection"));
  CHECK_THAT(head_of(response, {.version = 11, .keep_alive = false}), Contains("Connection: close"));
  CHECK_THAT(head_of(response, {.version = 10, .keep_alive = true}), Contains("Connection: keep-alive"));
}

TEST_CASE("reply: CORS headers only for an allowed origin", "[net][unit]") {
  const auto response = json_response(200, std::string("{}"));
  CHECK_THAT(head_of(response), !Contains("Access-Control") && Contains("Vary: Origin"));
  CHECK_THAT(head_of(response, {.cors_origin = "http://a"}),
             Contains("Access-Control-Allow-Origin: http://a\r\n") && !Contains("Allow-Methods"));
  const auto preflight = head_of(response, {.cors_origin = "http://a", .preflight_methods = "GET, PUT"});
  CHECK_THAT(preflight, Contains("Access-Control-Allow-Methods: GET, PUT\r\n") &&
                            Contains("Access-Control-Max-Age") && Contains("Authorization"));
}

TEST_CASE("reply: dates are written as HTTP wants them", "[net][unit]") {
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("reply: an error names its code and details", "[net][unit]") {
  const auto response = error_response({troupe::ec::conflict, "stale", {{"current", 3}}});
  CHECK(response.status == 409);
  CHECK(response.body == R"({"error":"stale","code":"CONFLICT","details":{"current":3}})");
  CHECK(error_response({troupe::ec::not_found, "gone", {}}).body == R"({"error":"gone","code":"NOT_FOUND"})");
}

TEST_CASE("responder: dropped unanswered it answers 500, and only once in any case", "[net][unit]") {
  struct sink final : reply_sink {
    void answer(std::uint64_t ticket, http_response response) override {
      got.emplace_back(ticket, response.status);
    }
    void stream(std::uint64_t ticket, http_response head, stream_opener) override {
      got.emplace_back(ticket, head.status);
    }
    bool peer_gone() const noexcept override { return false; }
    std::vector<std::pair<std::uint64_t, unsigned>> got;
  };
  using answers = std::vector<std::pair<std::uint64_t, unsigned>>;
  const auto to = std::make_shared<sink>();
  { responder dropped(to, 1); }
  CHECK(to->got == answers{{1, 500}});
  to->got.clear();
  {
    responder one(to, 2);
    responder moved = std::move(one);
    moved.send(json_response(200, std::string("{}")));
    moved.send(json_response(201, std::string("{}")));
  }
  CHECK(to->got == answers{{2, 200}});
  to->got.clear();
  {
    responder first(to, 3);
    first = responder(to, 4);
    CHECK(to->got == answers{{3, 500}});
  }
  CHECK(to->got == answers{{3, 500}, {4, 500}});
  to->got.clear();
  {
    responder one(to, 5);
    one.stream({}, {});
    one.send(json_response(201, std::string("{}")));
  }
  CHECK(to->got == answers{{5, 200}});
}
