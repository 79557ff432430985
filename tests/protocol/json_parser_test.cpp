#include "protocol/json_text.hpp"
#include "tests/protocol/support.hpp"

#include <boost/json/array.hpp>
#include <cmath>

using namespace troupe;
using troupe::test::refused_field;

namespace {

std::string repeated(std::string_view part, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += part;
  return out;
}

ec code_of(std::string_view text) {
  const auto parsed = parse_json(text);
  INFO(text.substr(0, 200));
  REQUIRE_FALSE(parsed);
  return parsed.error().code;
}

} // namespace

TEST_CASE("json parser: what is no JSON is a PARSE_ERROR", "[protocol][json]") {
  const std::string_view text =
      GENERATE(as<std::string_view>{}, "", " ", "{", "}", "[", "[1,]", "{\"a\":}", "{a:1}", "{'a':1}", "nul",
               "tru", "NaN", "Infinity", "-Infinity", "{\"a\":NaN}", "01", "+1", "1.", ".5", "1e", "1e+", "-",
               "0x10", "1 2", "{} {}", "[]]", "\"abc", "\"\\x\"", "\"\\u12\"", "// c\n1", "/* c */ 1",
               "{\"a\":1,}", "\"a\nb\"", "\"\t\"", "{\"a\" 1}", "\xef\xbb\xbf{}");
  CHECK(code_of(text) == ec::parse_error);
}

TEST_CASE("json parser: a NUL byte behind the value is refused", "[protocol][json]") {
  CHECK(code_of(std::string_view("{}\0", 3)) == ec::parse_error);
  CHECK(code_of(std::string_view("\"a\0b\"", 5)) == ec::parse_error);
}

TEST_CASE("json parser: bad UTF-8 is a PARSE_ERROR", "[protocol][json]") {
  const std::string_view bytes = GENERATE(as<std::string_view>{}, "\x80", "\xff", "\xc0\xaf", "\xc3",
                                          "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
                                          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe0\x80\xaf");
  CHECK(code_of("\"" + std::string(bytes) + "\"") == ec::parse_error);
  CHECK(code_of("{\"" + std::string(bytes) + "\":1}") == ec::parse_error);
}

TEST_CASE("json parser: surrogates come in pairs or not at all", "[protocol][json]") {
  CHECK(code_of("\"\\ud800\"") == ec::parse_error);
  CHECK(code_of("\"\\udc00\"") == ec::parse_error);
  CHECK(code_of("\"\\ud800\\ud800\"") == ec::parse_error);
  CHECK(code_of("\"\\ud800x\"") == ec::parse_error);
  CHECK(parse_json("\"\\ud83d\\ude00\"")->as_string() == "\xf0\x9f\x98\x80");
}

TEST_CASE("json parser: a key that stands twice in one object is refused", "[protocol][json]") {
  CHECK(code_of(R"({"a":1,"a":1})") == ec::parse_error);
  CHECK(code_of(R"({"a":1,"b":2,"\u0061":3})") == ec::parse_error);
  CHECK(code_of(R"({"x":[{"y":{"":1,"":2}}]})") == ec::parse_error);
  CHECK(code_of(R"({"__proto__":1,"__proto__":2})") == ec::parse_error);
  CHECK(parse_json(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"));
  CHECK(parse_json(R"({"a":1,"A":2})"));
}

TEST_CASE("json parser: a duplicate among many keys is found wherever it stands", "[protocol][json]") {
  for (const int count : {9, 16, 17, 1000}) {
    std::string keys = "{\"first\":0";
    for (int i = 0; i < count; ++i) keys += ",\"key" + std::to_string(i * 7919 % 10007) + "\":{\"first\":1}";
    CHECK(parse_json(keys + "}"));
    CHECK(code_of(keys + ",\"first\":1}") == ec::parse_error);
    CHECK(code_of(keys + ",\"last\":1,\"last\":2}") == ec::parse_error);
  }
}

TEST_CASE("json parser: 100,000 keys with one beginning are parsed without comparing all with all",
          "[protocol][json]") {
  const auto prefix = repeated("x", 20);
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += "\"" + prefix + std::to_string(i) + "\":0,";
  CHECK(parse_json(text + "\"end\":0}")->as_object().size() == 100'001);
  CHECK(code_of(text + "\"" + prefix + "0\":0}") == ec::parse_error);
}

TEST_CASE("json parser: __proto__ and constructor are names like others", "[protocol][json]") {
  const auto value = parse_json(R"({"__proto__":{"admin":true},"constructor":1})");
  REQUIRE(value);
  CHECK(value->as_object().size() == 2);
  CHECK(to_json(*value) == R"({"__proto__":{"admin":true},"constructor":1})");
}

TEST_CASE("json parser: 32 levels are read, 33 refused with the field's name", "[protocol][json]") {
  CHECK(parse_json(repeated("[", 32) + repeated("]", 32)));
  CHECK(refused_field(parse_json(repeated("[", 33) + repeated("]", 33))) == repeated("[0]", 32));
  CHECK(parse_json(repeated("{\"a\":", 32) + "1" + repeated("}", 32)));
  CHECK(refused_field(parse_json(repeated("{\"a\":", 33) + "1" + repeated("}", 33))) ==
        "a" + repeated(".a", 31));
  CHECK(refused_field(parse_json(repeated("[", 100'000))) == repeated("[0]", 32));
  CHECK(refused_field(parse_json(repeated("{\"a\":[", 100'000))) == "a" + repeated("[0].a", 15) + "[0]");
}

TEST_CASE("json parser: strings and keys are at most 64 KiB long", "[protocol][json]") {
  const auto full = repeated("x", 64 * 1024);
  CHECK(parse_json("\"" + full + "\"")->as_string().size() == full.size());
  CHECK(parse_json("{\"" + full + "\":1}"));
  CHECK(refused_field(parse_json("{\"a\":[1,{\"b\":\"" + full + "x\"}]}")) == "a[1].b");
  CHECK(refused_field(parse_json("{\"a\":{\"b\":1,\"" + full + "x\":1}}")) == "a");
  // The limit is in bytes of the text that is meant, not of its escapes.
  CHECK(parse_json("\"" + repeated("\\u0041", 64 * 1024) + "\""));
  CHECK(refused_field(parse_json("[\"" + repeated("\\u00e9", 32 * 1024 + 1) + "\"]")) == "[0]");
}

TEST_CASE("json parser: numbers that no double can hold are refused with the field's name",
          "[protocol][json]") {
  CHECK(refused_field(parse_json(R"({"a":{"b":[0,1e400]}})")) == "a.b[1]");
  CHECK(refused_field(parse_json("[-1e309]")) == "[0]");
  CHECK(refused_field(parse_json("[1e99999999999999999999]")) != "(accepted)");
  CHECK(refused_field(parse_json("[" + repeated("9", 400) + "]")) == "[0]");
  CHECK(refused_field(parse_json("[1.8e308]")) == "[0]");
}

TEST_CASE("json parser: numbers are rounded correctly", "[protocol][json]") {
  CHECK(parse_json("1.7976931348623157e308")->as_double() == 1.7976931348623157e308);
  CHECK(parse_json("5e-324")->as_double() == 5e-324);
  CHECK(parse_json("1e-400")->as_double() == 0);
  CHECK(parse_json("0.1")->as_double() == 0.1);
  CHECK(parse_json("9007199254740993.0")->as_double() == 9007199254740992.0);
  CHECK(parse_json("2.2250738585072011e-308")->as_double() == 2.2250738585072011e-308);
  CHECK(parse_json("0.30000000000000004441")->as_double() == 0.30000000000000004);
  CHECK(parse_json("123456789012345678901234567890")->as_double() == 123456789012345678901234567890.0);
  CHECK(parse_json("18446744073709551615")->as_uint64() == 18446744073709551615U);
  CHECK(parse_json("-9223372036854775808")->as_int64() == INT64_MIN);
  CHECK(parse_json("0." + repeated("0", 400) + "1e401")->as_double() == 1);
  CHECK(parse_json(repeated("1", 300) + "e-299")->as_double() == 1.1111111111111112);
}

TEST_CASE("json parser: the message says where the text is wrong", "[protocol][json]") {
  const auto parsed = parse_json("{\n  \"a\": 1,\n  \"b\": x\n}");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message.find("line 3, column 8") != std::string::npos);
}

TEST_CASE("json parser: white space around the value is no part of it", "[protocol][json]") {
  CHECK(to_json(*parse_json(" \n\t[ 1 , 2 ]\r\n ")) == "[1,2]");
  CHECK(parse_json("null")->is_null());
  CHECK(to_json(*parse_json("{\"\":[]}")) == "{\"\":[]}");
}
