#include "storage/yaml_scalar.hpp"
#include "tests/storage/random_json.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <regex>

using namespace troupe::storage;
namespace json = boost::json;

namespace {

std::string resolved(std::string_view text) {
  const auto value = resolve_plain(text);
  return value ? json::serialize(*value) : "none";
}

/// The resolvers of YAML 1.1 (as its type repository has them, in any case) and of the 1.2 core schema.
bool some_reader_sees_no_string(const std::string& text) {
  static const std::regex other(
      "~|null|y|yes|n|no|true|false|on|off|=|<<"
      "|[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9][0-9_,]*|[-+]?0x[0-9a-f_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+("
      "\\.[0-9_]*)?"
      "|[-+]?(\\.[0-9_]+|[0-9][0-9_]*(\\.[0-9_.]*)?)(e[-+]?[0-9]+)?|[-+]?\\.inf|\\.nan"
      "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([tT \\t]+[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\\.[0-9]*)?([ "
      "\\t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?))?)?",
      std::regex::icase | std::regex::ECMAScript);
  return text.empty() || std::regex_match(text, other);
}

} // namespace

TEST_CASE("scalars: plain text resolves as the core schema of YAML 1.2 says", "[storage][unit]") {
  CHECK(resolved("") == "null");
  CHECK(resolved("~") == "null");
  CHECK(resolved("null") == "null");
  CHECK(resolved("nUll") == "\"nUll\"");
  CHECK(resolved("true") == "true");
  CHECK(resolved("FALSE") == "false");
  CHECK(resolved("yes") == "\"yes\"");
  CHECK(resolved("y") == "\"y\"");
  CHECK(resolved("off") == "\"off\"");
  CHECK(resolved("12") == "12");
  CHECK(resolved("+12") == "12");
  CHECK(resolved("-12") == "-12");
  CHECK(resolved("0123") == "123");
  CHECK(resolved("0o17") == "15");
  CHECK(resolved("0x1F") == "31");
  CHECK(resolved("-0x1F") == "\"-0x1F\"");
  CHECK(resolved("0x") == "\"0x\"");
  CHECK(resolved("1_000") == "\"1_000\"");
  CHECK(resolved("12:30:45") == "\"12:30:45\"");
  CHECK(resolved("2001-12-14") == "\"2001-12-14\"");
  CHECK(resolved("9223372036854775807") == "9223372036854775807");
  CHECK(resolved("-9223372036854775808") == "-9223372036854775808");
  CHECK(resolved("18446744073709551615") == "18446744073709551615");
  CHECK(resolve_plain("18446744073709551616")->get_double() == 18446744073709551616.0);
  CHECK(resolve_plain("-9223372036854775809")->is_double());
  CHECK(resolve_plain("0xFFFFFFFFFFFFFFFFFF")->is_string());
}

TEST_CASE("scalars: floats in all their forms", "[storage][unit]") {
  CHECK(resolve_plain("1.5")->get_double() == 1.5);
  CHECK(resolve_plain(".5")->get_double() == 0.5);
  CHECK(resolve_plain("-.5")->get_double() == -0.5);
  CHECK(resolve_plain("+.5e1")->get_double() == 5.0);
  CHECK(resolve_plain("5.")->get_double() == 5.0);
  CHECK(resolve_plain("1e3")->get_double() == 1000.0);
  CHECK(resolve_plain("1E-3")->get_double() == 0.001);
  CHECK(resolve_plain("-0.0")->get_double() == 0.0);
  CHECK(std::signbit(resolve_plain("-0.0")->get_double()));
  CHECK(resolve_plain("1e-400")->get_double() == 0.0);
  CHECK(resolved(".") == "\".\"");
  CHECK(resolved("1e") == "\"1e\"");
  CHECK(resolved("1e+") == "\"1e+\"");
  CHECK(resolved("1.2.3") == "\"1.2.3\"");
  CHECK(resolved("-") == "\"-\"");
  CHECK(resolved("+") == "\"+\"");
  CHECK(resolved("e3") == "\"e3\"");
}

TEST_CASE("scalars: what isn't finite is no value", "[storage][unit]") {
  for (const auto* text : {".inf", "-.inf", "+.Inf", ".INF", ".nan", ".NaN", ".NAN", "1e400", "-1e400"}) {
    INFO(text);
    CHECK_FALSE(resolve_plain(text));
  }
  CHECK_FALSE(resolve_plain(std::string(400, '9')));
  CHECK_FALSE(resolve_plain(std::string(400, '9') + ".5"));
  CHECK(resolve_plain("-.nan")->is_string());
}

TEST_CASE("scalars: what a reader of YAML 1.1 or 1.2 takes for something else is quoted", "[storage][unit]") {
  for (const auto& text : test::treacherous_strings()) {
    INFO('[' << text << ']');
    if (some_reader_sees_no_string(text)) CHECK_FALSE(plain_safe(text));
    if (plain_safe(text)) CHECK(resolve_plain(text)->is_string());
  }
  std::mt19937 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const auto text = test::random_string(random);
    if (!plain_safe(text)) continue;
    INFO('[' << text << ']');
    REQUIRE_FALSE(some_reader_sees_no_string(text));
    REQUIRE(resolve_plain(text)->is_string());
  }
}

TEST_CASE("scalars: names as people give them stay without quotes", "[storage][unit]") {
  for (const auto* text :
       {"front-left", "Front Left", "all-wash", "generic-rgbw", "Par 64 (old)", "A", "Fader A",
        "moving_head.2", "3 Spot", "3rd row", "\xC3\x84nderung", "d9428888-122b-11e1-b85c-61cd3cbb3210",
        "00000000-0000-4000-8000-000000000000", "WriteAttributes", "it is 50%", "a/b", "R&B", "SineLFO"}) {
    INFO(text);
    CHECK(plain_safe(text));
  }
}

TEST_CASE("scalars: quoted strings are one line of printable characters", "[storage][unit]") {
  const auto quoted = [](std::string_view text) {
    std::string out;
    append_yaml_string(out, text);
    return out;
  };
  CHECK(quoted("y") == "\"y\"");
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("a\nb\t\"\\") == R"("a\nb\t\"\\")");
  CHECK(quoted(std::string_view("\0\x1b\x7f", 3)) == R"("\x00\x1B\x7F")");
  CHECK(quoted("\xc2\x85\xe2\x80\xa8\xef\xbb\xbf") == R"("\x85\u2028\uFEFF")");
  CHECK(quoted("#\xc3\x84\xf0\x9f\x92\xa1") == "\"#\xc3\x84\xf0\x9f\x92\xa1\"");
  CHECK(quoted("\xf0\x9f\xbf\xbe#") == R"("\U0001FFFE#")");
}

TEST_CASE("scalars: numbers are the shortest that read back the same, to readers of YAML 1.1, too",
          "[storage][unit]") {
  const auto written = [](double number) {
    std::string out;
    append_yaml_number(out, number);
    return out;
  };
  CHECK(written(0.5) == "0.5");
  CHECK(written(1.0) == "1");
  CHECK(written(-0.0) == "-0.0");
  CHECK(written(1e30) == "1.0e+30");
  CHECK(written(1.5e-7) == "1.5e-07");
  CHECK(written(5e-324) == "5.0e-324");
  CHECK(written(0.1 + 0.2) == "0.30000000000000004");
  CHECK(written(INFINITY) == "0");
  const std::regex number_in_1_1("[-+]?(0|[1-9][0-9]*)|[-+]?[0-9]+\\.[0-9]*(e[-+][0-9]+)?");
  std::mt19937 random(11);
  for (int i = 0; i < 100'000; ++i) {
    const auto number = test::random_number(random);
    const auto text = written(number);
    INFO(text);
    REQUIRE(std::regex_match(text, number_in_1_1));
    const auto back = resolve_plain(text);
    REQUIRE(back);
    REQUIRE(back->is_number());
    const auto same = back->to_number<double>();
    REQUIRE((same == number && std::signbit(same) == std::signbit(number)));
  }
}
