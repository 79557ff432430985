#include "protocol/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

using namespace troupe;

namespace {

std::string number(double value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

} // namespace

TEST_CASE("json text: numbers are as short as they can be", "[protocol][json]") {
  CHECK(number(0.5) == "0.5");
  CHECK(number(1) == "1");
  CHECK(number(-1) == "-1");
  CHECK(number(0.1) == "0.1");
  CHECK(number(100000) == "100000");
  CHECK(number(1e20) == "100000000000000000000");
  CHECK(number(1e21) == "1e+21");
  CHECK(number(1e30) == "1e+30");
  CHECK(number(0.0001) == "0.0001");
  CHECK(number(0.000001) == "0.000001");
  CHECK(number(-1.5e-9) == "-1.5e-09");
  CHECK(number(16777217) == "16777217");
  CHECK(number(5e-324) == "5e-324");
  CHECK(number(1.7976931348623157e308) == "1.7976931348623157e+308");
}

TEST_CASE("json text: what is no number becomes 0, and there is no negative zero", "[protocol][json]") {
  CHECK(number(std::nan("")) == "0");
  CHECK(number(std::numeric_limits<double>::infinity()) == "0");
  CHECK(number(-std::numeric_limits<double>::infinity()) == "0");
  CHECK(number(-0.0) == "0");
}

TEST_CASE("json text: every double reads back as itself, and as the same text", "[protocol][json]") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const auto bits = random();
    double value = 0;
    static_assert(sizeof value == sizeof bits);
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const auto text = number(value);
    const auto parsed = parse_json(text);
    REQUIRE(parsed);
    REQUIRE(parsed->to_number<double>() == value);
    REQUIRE(to_json(*parsed) == text);
  }
}

TEST_CASE("json text: numbers of everyday size read back as the same text", "[protocol][json]") {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> exponent(-8, 24);
  for (int i = 0; i < 100'000; ++i) {
    const double value = std::pow(10.0, exponent(random)) * (i % 2 ? 1 : -1);
    const auto rounded = i % 3 ? value : std::floor(value);
    const auto parsed = parse_json(number(rounded));
    REQUIRE(parsed);
    REQUIRE(parsed->to_number<double>() == rounded);
    REQUIRE(to_json(*parsed) == number(rounded));
  }
}

TEST_CASE("json text: a float means the shortest decimal that gives it", "[protocol][json]") {
  CHECK(shortest_decimal(0.9f) == 0.9);
  CHECK(shortest_decimal(0.1f) == 0.1);
  CHECK(shortest_decimal(-1) == -1);
  CHECK(shortest_decimal(1e30f) == 1e30);
  CHECK(shortest_decimal(std::numeric_limits<float>::denorm_min()) == 1e-45);
  CHECK(shortest_decimal(std::nanf("")) == 0);
}

TEST_CASE("json text: strings escape what they must, and nothing else", "[protocol][json]") {
  std::string out;
  append_json_string(out,
                     std::string_view("a\"b\\c/\n\r\t\b\f\x01\x1f\x7f\0z \xc3\xa9 \xf0\x9f\x98\x80", 24));
  CHECK(out ==
        std::string("\"a\\\"b\\\\c/\\n\\r\\t\\b\\f\\u0001\\u001f\x7f\\u0000z \xc3\xa9 \xf0\x9f\x98\x80\""));
  CHECK(parse_json(out)->as_string().size() == 24);
}

TEST_CASE("json text: members keep their order and there are no blanks", "[protocol][json]") {
  const auto value = parse_json(R"( { "z" : [ 1 , 2.50 , true , false , null ] , "a" : { } , "m" : "x" } )");
  REQUIRE(value);
  CHECK(to_json(*value) == R"({"z":[1,2.5,true,false,null],"a":{},"m":"x"})");
}
