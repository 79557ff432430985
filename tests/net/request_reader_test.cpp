#include "net/detail/request_reader.hpp"

#include <catch2/catch.hpp>

using namespace troupe::net;
using detail::request_reader;
using state = request_reader::state;

namespace {

/// Offers the bytes in pieces, as a connection does. @return what is left
std::string feed(request_reader& reader, std::string_view bytes, std::size_t piece) {
  std::string buffer;
  while (reader.now() != state::complete && reader.now() != state::failed) {
    const auto taken = reader.feed(buffer);
    buffer.erase(0, taken);
    if (reader.now() == state::header_ready || taken > 0) continue;
    if (reader.now() == state::complete || reader.now() == state::failed) break;
    if (bytes.empty()) break;
    buffer += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return buffer + std::string(bytes);
}

struct outcome {
  state end;
  troupe::ec code;
  std::string message;
};

outcome read(std::string_view bytes, const http_limits& limits = {}) {
  request_reader reader(limits);
  feed(reader, bytes, bytes.size());
  return {reader.now(), reader.fault().code, reader.fault().message};
}

void check_refused(std::string_view bytes, troupe::ec code, const http_limits& limits = {}) {
  CAPTURE(std::string(bytes.substr(0, 200)));
  const auto got = read(bytes, limits);
  CAPTURE(got.message);
  CHECK(got.end == state::failed);
  if (got.end == state::failed) CHECK(got.code == code);
}

constexpr auto bad = troupe::ec::validation_error;

} // namespace

TEST_CASE("request reader: a request comes out the same however it is cut", "[net][unit]") {
  const std::string bytes = "POST /a/b?c=d HTTP/1.1\r\nHost: desk:3001\r\nContent-Type: application/json\r\n"
                            "X-Note:  spaced \r\nContent-Length: 7\r\n\r\n{\"a\":1}GET /next";
  const auto piece = GENERATE(1, 2, 3, 7, 64, 1000);
  const http_limits limits;
  request_reader reader(limits);
  const auto left = feed(reader, bytes, static_cast<std::size_t>(piece));
  REQUIRE(reader.now() == state::complete);
  const auto& request = reader.request();
  CHECK(request.method == http_method::post);
  CHECK(request.segments == std::vector<std::string_view>{"a", "b"});
  CHECK(request.query_value("c") == "d");
  CHECK(request.host == "desk:3001");
  CHECK(request.header("x-note") == "spaced");
  CHECK(request.body == "{\"a\":1}");
  CHECK(left == "GET /next");
  CHECK(reader.keep_alive());
}

TEST_CASE("request reader: chunked bodies are joined, trailers and extensions ignored", "[net][unit]") {
  const std::string bytes = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
                            "3;note=1\r\n{\"a\r\nA\r\n\":1234567}\r\n0\r\nX-Trailer: 1\r\n\r\nREST";
  const auto piece = GENERATE(1, 5, 1000);
  const http_limits limits;
  request_reader reader(limits);
  CHECK(feed(reader, bytes, static_cast<std::size_t>(piece)) == "REST");
  REQUIRE(reader.now() == state::complete);
  CHECK(reader.request().body == "{\"a\":1234567}");
}

TEST_CASE("request reader: the next request starts clean", "[net][unit]") {
  const http_limits limits;
  request_reader reader(limits);
  auto left = feed(reader,
                   "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1"
                   "\r\n\r\nGET /b HTTP/1.1\r\nHost: y\r\n\r\n",
                   1000);
  CHECK_FALSE(reader.keep_alive());
  reader.next();
  left = feed(reader, left, 1000);
  REQUIRE(reader.now() == state::complete);
  CHECK(reader.request().method == http_method::get);
  CHECK(reader.request().body.empty());
  CHECK(reader.request().host == "y");
  CHECK(reader.request().headers.size() == 1);
  CHECK(reader.keep_alive());
  CHECK(left.empty());
}

TEST_CASE("request reader: HTTP/1.0 ends the connection unless asked otherwise", "[net][unit]") {
  const http_limits limits;
  request_reader reader(limits);
  feed(reader, "GET / HTTP/1.0\r\n\r\n", 1000);
  REQUIRE(reader.now() == state::complete);
  CHECK(reader.version() == 10);
  CHECK_FALSE(reader.keep_alive());
  reader.next();
  feed(reader, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 1000);
  CHECK(reader.keep_alive());
}

TEST_CASE("request reader: what two parsers could read in two ways is refused", "[net][unit]") {
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  for (const std::string headers : {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                                    "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
                                    "Content-Length: 1\r\nContent-Length: 2\r\n",
                                    "Content-Length: 1\r\nContent-Length: 1\r\n",
                                    "Content-Length: 1, 1\r\n",
                                    "Content-Length: +1\r\n",
                                    "Content-Length: -1\r\n",
                                    "Content-Length: 0x1\r\n",
                                    "Content-Length: 1 1\r\n",
                                    "Content-Length:\r\n",
                                    "Content-Length: 99999999999999999999999\r\n",
                                    "Transfer-Encoding: gzip\r\n",
                                    "Transfer-Encoding: chunked, chunked\r\n",
                                    "Transfer-Encoding: chunked, identity\r\n",
                                    "Transfer-Encoding: identity\r\n",
                                    "Transfer-Encoding: xchunked\r\n",
                                    "Transfer-Encoding: gzip, chunked\r\n",
                                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                    "Transfer-Encoding: \r\n",
                                    "Transfer-Encoding : chunked\r\n",
                                    "Content-Length : 1\r\n",
                                    " Content-Length: 1\r\n"}) {
    check_refused(post + headers + "\r\n0\r\n\r\n", bad);
  }
  check_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", bad);
}

TEST_CASE("request reader: malformed requests are refused", "[net][unit]") {
  for (const std::string bytes :
       {"GET /\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "GET / HTTP/1.2\r\nHost: x\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\nHost: x\n\r\n", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n: empty name\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: b\x01\r\n\r\n", "\x16\x03\x01\x02", "{\"a\":1}",
        "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    check_refused(bytes, bad);
  }
}

TEST_CASE("request reader: a header may end in a bare CR only before LF", "[net][unit]") {
  check_refused("GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", bad);
}

TEST_CASE("request reader: exactly one good Host in HTTP/1.1", "[net][unit]") {
  check_refused("GET / HTTP/1.1\r\n\r\n", bad);
  check_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", bad);
  check_refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", bad);
  check_refused("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", bad);
  check_refused("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", bad);
}

TEST_CASE("request reader: bad chunks are refused", "[net][unit]") {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string body : {"zz\r\n", "-1\r\n", "5\r\nabcdeXX0\r\n\r\n", "ffffffffffffffffff\r\n",
                                 "\r\n\r\n", " 1\r\na\r\n", "0x1\r\na\r\n"}) {
    check_refused(head + body, bad);
  }
}

TEST_CASE("request reader: an endless chunk extension or trailer is refused", "[net][unit]") {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  check_refused(head + "1;" + std::string(100'000, 'x'), bad);
  check_refused(head + "0\r\nA: " + std::string(100'000, 'x'), bad);
}

TEST_CASE("request reader: each limit has its own answer", "[net][unit]") {
  http_limits limits;
  limits.request_line = 64;
  limits.headers = 200;
  limits.header_count = 5;
  limits.body = 10;
  const auto path = [](std::size_t n) {
    return "GET /" + std::string(n, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  };
  CHECK(read(path(64 - 14), limits).end == state::complete);
  check_refused(path(64 - 13), troupe::ec::uri_too_long, limits);
  check_refused("GET /" + std::string(1000, 'a'), troupe::ec::uri_too_long, limits);

  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n";
  CHECK(read(get + "A: " + std::string(200 - 9 - 5 - 2, 'a') + "\r\n\r\n", limits).end == state::complete);
  check_refused(get + "A: " + std::string(200 - 9 - 5 - 1, 'a') + "\r\n\r\n", troupe::ec::headers_too_large,
                limits);
  check_refused(get + std::string(1000, 'a'), troupe::ec::headers_too_large, limits);
  CHECK(read(get + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n", limits).end == state::complete);
  check_refused(get + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\n\r\n", troupe::ec::headers_too_large, limits);

  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  CHECK(read(post + "Content-Length: 10\r\n\r\n0123456789", limits).end == state::complete);
  check_refused(post + "Content-Length: 11\r\n\r\n", troupe::ec::payload_too_large, limits);
  check_refused(post + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n678901\r\n0\r\n\r\n",
                troupe::ec::payload_too_large, limits);
  check_refused(post + "Transfer-Encoding: chunked\r\n\r\nfffff\r\n0123456789012345",
                troupe::ec::payload_too_large, limits);
}

TEST_CASE("request reader: a client that waits for 100 is recognised", "[net][unit]") {
  const http_limits limits;
  request_reader reader(limits);
  reader.feed("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n");
  REQUIRE(reader.now() == state::header_ready);
  CHECK(reader.expects_continue());
  CHECK(reader.has_body());
}
