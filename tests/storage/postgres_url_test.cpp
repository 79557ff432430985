// Addresses of PostgreSQL, and what of them may be seen.

#include "storage/journal/postgres_array.hpp"
#include "storage/journal/postgres_url.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::storage;

TEST_CASE("journal.url: what is shown has no password", "[storage][journal]") {
  const auto place = parse_postgres_url("postgresql://ann:s3%27cret@db.example:5433/troupe?sslmode=require");
  REQUIRE(place);
  CHECK(place->shown == "postgresql://ann@db.example:5433/troupe");
  CHECK(place->password == "s3'cret");
  CHECK(place->connection.find("password='s3\\'cret'") != std::string::npos);
  CHECK(place->connection.find("sslmode='require'") != std::string::npos);
  CHECK(place->connection.find("connect_timeout='5'") != std::string::npos);
  CHECK(place->connection.find("synchronous_commit=on") != std::string::npos);
}

TEST_CASE("journal.url: what the address says counts before what is usual", "[storage][journal]") {
  const auto place = parse_postgres_url(
      "postgres://db/x?connect_timeout=2&options=-csynchronous_commit%3Dremote_apply%20-csearch_path%3Dj");
  REQUIRE(place);
  CHECK(place->connection.find("connect_timeout='2'") != std::string::npos);
  CHECK(place->connection.find("synchronous_commit=on") == std::string::npos);
  CHECK(place->connection.find("-csearch_path=j") != std::string::npos);
}

TEST_CASE("journal.url: a wrong one is refused without a word of it", "[storage][journal]") {
  for (const auto* wrong :
       {"mysql://u:s3cret@h/d", "postgresql://u:p@s3cret@h/d", "postgresql://u:s3cret%zz@h/d",
        "postgresql://u:s3cret@[h/d", "postgresql://u:s3cret@h/d?nonsense=1", "host=h password=s3cret",
        "postgresql://u:s3cret@h\n/d", ""}) {
    CAPTURE(wrong);
    const auto refused = parse_postgres_url(wrong);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ec::validation_error);
    CHECK(refused.error().message.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("postgres: columns of any text as one parameter", "[storage][journal]") {
  postgres_array column;
  CHECK(column.take() == "{}");
  column.add("a");
  column.add("q\"\\,{}");
  column.add("");
  column.add(std::optional<std::string>());
  column.add(std::optional<std::string>("NULL"));
  CHECK(column.take() == R"({"a","q\"\\,{}","",NULL,"NULL"})");
  column.add(std::uint64_t{7});
  column.add(std::int64_t{-1});
  CHECK(column.take() == "{7,-1}");
  const std::array<std::uint8_t, 3> bytes{0, 0xab, 0xff};
  column.add(std::span<const std::uint8_t>(bytes));
  CHECK(column.take() == R"({"\\x00abff"})");
}

TEST_CASE("postgres: bytes come back from their text, and nothing else does", "[storage][journal]") {
  const std::array<std::uint8_t, 3> bytes{0, 0xab, 0xff};
  std::string text;
  append_bytea(text, bytes);
  std::array<std::uint8_t, 3> back{};
  CHECK(read_bytea(text, back));
  CHECK(back == bytes);
  for (const auto* wrong : {"", "\\x", "\\x00abf", "\\x00abff00", "00abff", "\\x00abfg"}) {
    back = bytes;
    CHECK_FALSE(read_bytea(wrong, back));
    CHECK(back == std::array<std::uint8_t, 3>{});
  }
}
