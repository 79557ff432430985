#include "tests/storage/random_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <cstring>
#include <vector>

namespace troupe::storage::test {

namespace json = boost::json;

const std::vector<std::string>& treacherous_strings() {
  static const std::vector<std::string> all{"",
                                            " ",
                                            "  x",
                                            "x ",
                                            "y",
                                            "Y",
                                            "n",
                                            "N",
                                            "yes",
                                            "No",
                                            "ON",
                                            "off",
                                            "true",
                                            "False",
                                            "TRUE",
                                            "null",
                                            "Null",
                                            "NULL",
                                            "~",
                                            "0",
                                            "1",
                                            "-1",
                                            "+1",
                                            "0123",
                                            "0o17",
                                            "0x1F",
                                            "0X1F",
                                            "0b101",
                                            "1_000",
                                            "1,000",
                                            "12:30:45",
                                            "190:20:30.15",
                                            ".5",
                                            "5.",
                                            "1.5",
                                            "-.5",
                                            "+.5e3",
                                            "1e3",
                                            "1E3",
                                            "1e+3",
                                            "1.0e+30",
                                            "6.02E23",
                                            ".inf",
                                            "-.INF",
                                            ".nan",
                                            ".NaN",
                                            "inf",
                                            "nan",
                                            "2001-12-14",
                                            "2001-12-14t21:59:43.10-05:00",
                                            "2001-12-14 21:59:43.10 -5",
                                            "=",
                                            "<<",
                                            "!",
                                            "!!str",
                                            "&a",
                                            "*a",
                                            "-",
                                            "- a",
                                            "--",
                                            "---",
                                            "--- a",
                                            "...",
                                            "?",
                                            "? a",
                                            ":",
                                            ": a",
                                            "a:",
                                            "a: b",
                                            "a:b",
                                            "a :b",
                                            "#",
                                            "# a",
                                            "a #b",
                                            "a#b",
                                            "%",
                                            "%YAML",
                                            "@",
                                            "@a",
                                            "`a`",
                                            "|",
                                            "|-",
                                            ">",
                                            ">=",
                                            "<=",
                                            "==",
                                            "{",
                                            "}",
                                            "{}",
                                            "{a: b}",
                                            "[",
                                            "]",
                                            "[]",
                                            "[a, b]",
                                            ",",
                                            "a, b",
                                            "'",
                                            "''",
                                            "'a'",
                                            "\"",
                                            "\"a\"",
                                            "it's",
                                            "say \"x\"",
                                            "\\",
                                            "a\\b",
                                            "a\\nb",
                                            "\n",
                                            "a\n",
                                            "\na",
                                            "a\nb",
                                            "a\n\nb",
                                            "a\r\nb",
                                            "\r",
                                            "\t",
                                            "a\tb",
                                            "\ta",
                                            "a\t",
                                            std::string("\0", 1),
                                            std::string("a\0b", 3),
                                            "\x01",
                                            "\x04",
                                            "\x07",
                                            "\x1b[0m",
                                            "\x7f",
                                            "\xc2\x80",
                                            "\xc2\x85",
                                            "a\xc2\x85"
                                            "b",
                                            "\xc2\xa0",
                                            "\xc2\xa0x",
                                            "\xe2\x80\xa8",
                                            "a\xe2\x80\xa8"
                                            "b",
                                            "\xe2\x80\xa9",
                                            "\xe2\x80\x8b",
                                            "\xe2\x80\xae"
                                            "rtl",
                                            "\xef\xbb\xbf",
                                            "\xef\xbb\xbf"
                                            "bom",
                                            "\xef\xbf\xbd",
                                            "\xef\xbf\xbe",
                                            "\xef\xbf\xbf",
                                            "\xe3\x80\x80",
                                            "\xc2\xad",
                                            "\xc3\x84ther",
                                            "\xe7\x85\xa7\xe6\x98\x8e",
                                            "\xf0\x9f\x92\xa1",
                                            "\xf0\x9f\x92\xa1 lamp",
                                            "\xf4\x8f\xbf\xbf",
                                            "d9428888-122b-11e1-b85c-61cd3cbb3210",
                                            "00000000-0000-0000-0000-000000000000",
                                            "1e100000-0000-4000-8000-000000000000",
                                            "12345678",
                                            "12ab",
                                            "3 Spot",
                                            "3rd",
                                            "0xZZ",
                                            "1.2.3",
                                            "1.2.3.4",
                                            "127.0.0.1:6454",
                                            "10%",
                                            "$5",
                                            "a  b",
                                            "Front Left",
                                            "front-left",
                                            "_",
                                            "_1",
                                            "a_b",
                                            "-a",
                                            ".a",
                                            "/a",
                                            "(a)",
                                            "a;b",
                                            "a&b",
                                            "a*b",
                                            "a!b",
                                            "a|b",
                                            "a>b",
                                            "a?b",
                                            "a=b",
                                            "x: |",
                                            "key: \"",
                                            "- - -",
                                            "a -",
                                            "a - b",
                                            "a ? b",
                                            "e3",
                                            "E",
                                            "o",
                                            "x",
                                            "tRuE",
                                            "nUlL",
                                            "oN",
                                            std::string(1100, 'k'),
                                            std::string(1100, '#'),
                                            std::string(5000, ' ') + "x"};
  return all;
}

namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::uint32_t random_code_point(std::mt19937& random) {
  static constexpr std::uint32_t limits[] = {0x20, 0x80, 0x80, 0x80, 0x100, 0x800, 0x3000, 0x10000, 0x110000};
  const auto c = static_cast<std::uint32_t>(random() % limits[random() % std::size(limits)]);
  return c >= 0xD800 && c <= 0xDFFF ? 'x' : c;
}

} // namespace

std::string random_string(std::mt19937& random) {
  static constexpr std::string_view marks =
      "0123456789eExXoObB+-._,:;#&*!|>'\"%@`?~=<>[]{}\\/ \t\n\ryYnNtTzZ";
  std::string out;
  switch (random() % 4) {
  case 0:
    return treacherous_strings()[random() % treacherous_strings().size()];
  case 1:
    for (auto n = random() % 8; n > 0; --n) out += marks[random() % marks.size()];
    return out;
  case 2:
    for (auto n = random() % 12; n > 0; --n) append_utf8(out, random_code_point(random));
    return out;
  default:
    for (auto n = random() % 3 + 1; n > 0; --n)
      out += treacherous_strings()[random() % treacherous_strings().size()];
    return out;
  }
}

double random_number(std::mt19937& random) {
  static constexpr double some[] = {0.0,
                                    -0.0,
                                    1.0,
                                    0.1,
                                    1e30,
                                    1e-30,
                                    1e21,
                                    123456789.125,
                                    5e-324,
                                    1.7976931348623157e308,
                                    9007199254740993.0,
                                    0.30000000000000004};
  switch (random() % 3) {
  case 0:
    return some[random() % std::size(some)];
  case 1:
    return static_cast<double>(static_cast<std::int32_t>(random())) / 1000.0;
  default: {
    const std::uint64_t bits = (std::uint64_t{random()} << 32U) | random();
    double out = 0;
    std::memcpy(&out, &bits, sizeof out);
    return std::isfinite(out) ? out : 0.5;
  }
  }
}

json::object random_object(std::mt19937& random, int depth) {
  json::object out;
  for (auto n = random() % 6; n > 0; --n) {
    const auto key = random_string(random);
    out.insert_or_assign(json::string_view(key.data(), key.size()), random_json(random, depth - 1));
  }
  return out;
}

json::value random_json(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 10 : 7)) {
  case 0:
    return nullptr;
  case 1:
    return random() % 2 == 0;
  case 2:
    return static_cast<std::int64_t>((std::uint64_t{random()} << 32U) | random());
  case 3:
    return (std::uint64_t{random()} << 32U) | random();
  case 4:
    return random_number(random);
  case 5:
  case 6: {
    const auto text = random_string(random);
    return json::value(json::string_view(text.data(), text.size()));
  }
  case 7: {
    json::array out;
    for (auto n = random() % 5; n > 0; --n) out.push_back(random_json(random, depth - 1));
    return out;
  }
  default:
    return random_object(random, depth);
  }
}

} // namespace troupe::storage::test
