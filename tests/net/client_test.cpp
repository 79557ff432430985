// The client's own parsing, and what it says when there is no server.

#include "net/detail/inflate.hpp"
#include "net/detail/response_parser.hpp"
#include "net/ws_client.hpp"

#include <catch2/catch.hpp>

using namespace troupe::net;
using namespace std::chrono_literals;
using detail::parse_response;

TEST_CASE("client: URLs are taken apart", "[net][unit]") {
  const auto url = parse_client_url("WS://Desk.Local:3001/ws?token=a#x").value();
  CHECK(url.scheme == "ws");
  CHECK(url.host == "desk.local");
  CHECK(url.port == 3001);
  CHECK(url.target == "/ws?token=a");
  CHECK(parse_client_url("http://[::1]:80")->host_header() == "[::1]:80");
  CHECK(parse_client_url("http://x")->target == "/");
  CHECK(parse_client_url("http://x?a=b")->target == "/?a=b");
  CHECK(parse_client_url("http://x")->port == 80);
}

TEST_CASE("client: what is no URL, or needs TLS, is refused", "[net][unit]") {
  for (const auto* bad : {"", "desk:3001", "ftp://x", "http://", "http://:80", "http://a b", "wss://x",
                          "https://x", "http://u@x"}) {
    CAPTURE(bad);
    CHECK(parse_client_url(bad).error().code == troupe::ec::validation_error);
  }
}

TEST_CASE("client: responses are recognised when they are whole", "[net][unit]") {
  const std::string sized = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"a\"\r\n\r\nabcHTTP/1.1 ";
  for (std::size_t n = 0; n < sized.size() - 9; ++n)
    CHECK_FALSE(parse_response(sized.substr(0, n), false, false)->has_value());
  const auto whole = parse_response(sized, false, false).value().value();
  CHECK(whole.first.body == "abc");
  CHECK(whole.first.header("etag") == "\"a\"");
  CHECK(whole.second == sized.size() - 9);
  CHECK(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true, false)->has_value());
  CHECK(parse_response("HTTP/1.1 304 Not Modified\r\n\r\n", false, false)->has_value());
  CHECK_FALSE(parse_response("HTTP/1.1 200 OK\r\n\r\nabc", false, false)->has_value());
  CHECK(parse_response("HTTP/1.1 200 OK\r\n\r\nabc", false, true)->value().first.body == "abc");
  const auto chunked = parse_response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
      false, false);
  CHECK(chunked->value().first.body == "abc0123456789");
}

TEST_CASE("client: malformed responses are errors", "[net][unit]") {
  for (const auto* bad : {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1\r\n\r\n",
                          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_response(bad, false, false));
  }
}

TEST_CASE("client: without a server there is an error, not an exception", "[net][unit]") {
  CHECK(ws_client::connect("ws://127.0.0.1:1/ws", 5000ms).error().code == troupe::ec::not_found);
  CHECK_FALSE(http_client::connect("no.such.name.invalid", 80, 5000ms));
}

TEST_CASE("client: inflation is bounded and refuses damage", "[net][unit]") {
  CHECK_FALSE(detail::inflate_message("\xff\xff\xff", 1000));
  CHECK(detail::inflate_message(std::string("\x4a\x4c\x04\x00", 4), 10).value() == "aa");
  CHECK_FALSE(detail::inflate_message(std::string("\x4a\x4c\x04\x00", 4), 1));
}
