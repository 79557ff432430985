#include "net/wire_message.hpp"

#include "net/detail/inflate.hpp"

#include <catch2/catch.hpp>
#include <thread>

using namespace troupe::net;
using namespace std::string_literals;

namespace {

std::string varied_text(std::size_t n) {
  std::string out;
  for (std::size_t i = 0; out.size() < n; ++i)
    out += "{\"id\":\"fixture-" + std::to_string(i * 7919) + "\"},";
  out.resize(n);
  return out;
}

/// The payload behind a header of that size.
std::string inflated(std::string_view frame) {
  const auto length = static_cast<unsigned char>(frame[1]);
  const std::size_t header = length < 126 ? 2 : length == 126 ? 4 : 10;
  return detail::inflate_message(std::string(frame.substr(header)), 100'000'000).value();
}

} // namespace

TEST_CASE("wire message: golden frames of each length form", "[net][unit]") {
  CHECK(make_text("Hello")->frame() == "\x81\x05Hello"s);
  CHECK(make_text("")->frame() == "\x81\x00"s);
  CHECK(make_binary("\x01\x02")->frame() == "\x82\x02\x01\x02"s);
  CHECK(make_text(std::string(125, 'a'))->frame().substr(0, 3) == "\x81\x7d\x61"s);
  CHECK(make_text(std::string(126, 'a'))->frame().substr(0, 5) == "\x81\x7e\x00\x7e\x61"s);
  CHECK(make_text(std::string(65535, 'a'))->frame().substr(0, 5) == "\x81\x7e\xff\xff\x61"s);
  CHECK(make_text(std::string(65536, 'a'))->frame().substr(0, 11) == "\x81\x7f\0\0\0\0\0\1\0\0\x61"s);
}

TEST_CASE("wire message: the payload is what went in", "[net][unit]") {
  const auto n = GENERATE(0U, 1U, 125U, 126U, 65535U, 65536U, 200'000U);
  const auto text = varied_text(n);
  CHECK(make_text(text)->payload() == text);
  CHECK(make_text(text)->frame().size() - text.size() == (n < 126 ? 2U : n < 65536 ? 4U : 10U));
}

TEST_CASE("wire message: the deflated frame has RSV1 and inflates to the payload", "[net][unit]") {
  const auto n = GENERATE(200U, 5'000U, 70'000U, 1'000'000U);
  const auto text = varied_text(n);
  const auto message = make_text(text);
  const auto frame = message->deflated_frame();
  CHECK(static_cast<unsigned char>(frame[0]) == 0xc1);
  CHECK(frame.size() < text.size() / 2);
  CHECK(inflated(frame) == text);
  CHECK(frame.substr(frame.size() - 4) != "\x00\x00\xff\xff"s);
}

TEST_CASE("wire message: messages don't share a compression window", "[net][unit]") {
  const auto text = varied_text(3'000);
  const auto first = make_text(text);
  const auto second = make_text(text);
  CHECK(first->deflated_frame() == second->deflated_frame());
}

TEST_CASE("wire message: what deflate doesn't make shorter stays plain", "[net][unit]") {
  CHECK(make_text("short")->deflated_frame() == make_text("short")->frame());
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 1000; ++i) {
    state = state * 1664525U + 1013904223U;
    noise.push_back(static_cast<char>(state >> 24));
  }
  CHECK(make_binary(noise)->deflated_frame() == make_binary(noise)->frame());
}

TEST_CASE("wire message: threads that ask at once get the same bytes", "[net][unit]") {
  const auto message = make_text(varied_text(100'000));
  std::vector<std::string_view> frames(4);
  std::vector<std::thread> threads;
  for (auto& frame : frames) threads.emplace_back([&] { frame = message->deflated_frame(); });
  for (auto& thread : threads) thread.join();
  for (const auto& frame : frames) CHECK(frame.data() == frames[0].data());
}
