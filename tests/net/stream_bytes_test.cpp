// What waits of a streamed answer, and its framing.

#include "net/detail/stream_bytes.hpp"

#include <catch2/catch.hpp>

using troupe::net::detail::stream_bytes;

namespace {

std::shared_ptr<const std::string> text(std::string from) {
  return std::make_shared<const std::string>(std::move(from));
}

} // namespace

TEST_CASE("stream bytes: what waits is taken as one chunk of about the portion, in order", "[net][unit]") {
  stream_bytes waiting(1'000, true);
  std::string out;
  CHECK_FALSE(waiting.take(out, 10));
  for (const auto* one : {"hello ", "wor", "ld", "!"}) CHECK(waiting.push(text(one)));
  CHECK(waiting.size() == 12);
  CHECK(waiting.take(out, 9));
  CHECK(out == "9\r\nhello wor\r\n");
  CHECK(waiting.take(out, 100));
  CHECK(out == "9\r\nhello wor\r\n3\r\nld!\r\n");
  CHECK(waiting.empty());
  CHECK(waiting.size() == 0);
  CHECK_FALSE(waiting.take(out, 100));
}

TEST_CASE("stream bytes: beyond the limit nothing is taken, but a text of any size if nothing waits",
          "[net][unit]") {
  stream_bytes waiting(10, true);
  CHECK(waiting.push(text(std::string(300, 'x'))));
  CHECK_FALSE(waiting.push(text("y")));
  std::string out;
  CHECK(waiting.take(out, 1));
  CHECK(out == "12c\r\n" + std::string(300, 'x') + "\r\n");
  CHECK(waiting.push(text("12345")));
  CHECK(waiting.push(text("67890")));
  CHECK_FALSE(waiting.push(text("!")));
}

TEST_CASE("stream bytes: nothing empty is written, which would be the end", "[net][unit]") {
  stream_bytes waiting(10, true);
  CHECK(waiting.push(text("")));
  std::string out;
  CHECK_FALSE(waiting.take(out, 10));
  CHECK(out.empty());
}

TEST_CASE("stream bytes: the end comes once, after what waits", "[net][unit]") {
  stream_bytes waiting(10, true);
  CHECK(waiting.push(text("a")));
  waiting.finish();
  CHECK_FALSE(waiting.push(text("b")));
  std::string out;
  CHECK(waiting.take(out, 10));
  CHECK_FALSE(waiting.ended());
  CHECK(waiting.take(out, 10));
  CHECK(out == "1\r\na\r\n0\r\n\r\n");
  CHECK(waiting.ended());
  CHECK_FALSE(waiting.take(out, 10));
}

TEST_CASE("stream bytes: without chunks there is only what was written", "[net][unit]") {
  stream_bytes waiting(10, false);
  CHECK(waiting.push(text("a")));
  CHECK(waiting.push(text("b")));
  waiting.finish();
  std::string out;
  CHECK(waiting.take(out, 10));
  CHECK_FALSE(waiting.take(out, 10));
  CHECK(waiting.ended());
  CHECK(out == "ab");
}
