#include "storage/text_places.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::storage;

namespace {
std::pair<std::uint32_t, std::uint32_t> place(const text_places& places, std::size_t offset) {
  const auto at = places.at(offset);
  return {at.line, at.column};
}
using pair = std::pair<std::uint32_t, std::uint32_t>;
} // namespace

TEST_CASE("text places: lines and columns count from 1, columns in characters", "[storage][unit]") {
  const text_places places("ab\n\xC3\xA4\xF0\x9F\x92\xA1z\r\n\nx");
  CHECK(place(places, 0) == pair(1, 1));
  CHECK(place(places, 2) == pair(1, 3));
  CHECK(place(places, 3) == pair(2, 1));
  CHECK(place(places, 5) == pair(2, 2));
  CHECK(place(places, 9) == pair(2, 3));
  CHECK(place(places, 12) == pair(3, 1));
  CHECK(place(places, 13) == pair(4, 1));
  CHECK(place(places, 14) == pair(4, 2));
  CHECK(place(places, 1000) == pair(4, 2));
  CHECK(places.line_start(9) == 3);
  CHECK(places.line_start(13) == 13);
}

TEST_CASE("text places: columns in lines of any length", "[storage][unit]") {
  std::string text = "\n";
  std::vector<std::size_t> offsets;
  for (int i = 0; i < 5000; ++i) {
    offsets.push_back(text.size());
    text += i % 3 == 0 ? "x" : i % 3 == 1 ? "\xC3\xA4" : "\xF0\x9F\x92\xA1";
  }
  const text_places places(text);
  for (std::size_t i = 0; i < offsets.size(); ++i)
    REQUIRE(place(places, offsets[i]) == pair(2, static_cast<std::uint32_t>(i + 1)));
  CHECK(place(places, text.size()) == pair(2, 5001));
}

TEST_CASE("text places: an empty text has one place", "[storage][unit]") {
  CHECK(place(text_places(""), 0) == pair(1, 1));
  CHECK(place(text_places("\n"), 1) == pair(2, 1));
}

TEST_CASE("text: bytes that aren't UTF-8 are found where they are", "[storage][unit]") {
  using namespace std::string_literals;
  const auto flaw =
      GENERATE("\x80"s, "\xC0\xAF"s, "\xC1\xBF"s, "\xE0\x80\xAF"s, "\xED\xA0\x80"s, "\xF0\x80\x80\x80"s,
               "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFF"s, "\xC3"s, "\xE2\x82"s, "\xC3("s);
  const auto found = find_text_flaw("name: \xC3\xA4" + flaw);
  REQUIRE(found);
  CHECK(found->offset == 8);
  CHECK(found->reason.find("UTF-8") != std::string::npos);
}

TEST_CASE("text: control characters are flaws, tabs and line ends are not", "[storage][unit]") {
  using namespace std::string_literals;
  for (int c = 0; c < 0x20; ++c) {
    const bool fine = c == '\t' || c == '\n' || c == '\r';
    INFO(c);
    CHECK(find_text_flaw("ab"s + static_cast<char>(c)).has_value() != fine);
  }
  CHECK_FALSE(find_text_flaw("\xEF\xBB\xBF - \xF4\x8F\xBF\xBF \xE2\x82\xAC"));
}

TEST_CASE("text: a byte order mark is no part of it", "[storage][unit]") {
  CHECK(without_bom("\xEF\xBB\xBF- a") == "- a");
  CHECK(without_bom("\xEF\xBB\xBF\xEF\xBB\xBF- a") == "- a");
  CHECK(without_bom("- a") == "- a");
  CHECK(without_bom("\xEF\xBB") == "\xEF\xBB");
}
