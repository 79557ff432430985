// The texts of events: what is hashed, what is served, and times.

#include "storage/journal/sha256.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace troupe::storage;

journal_event example() {
  journal_event event;
  event.stream = {"gala", "fixture", "f1"};
  event.type = "fixture_updated";
  event.author = "anonymous";
  event.client = "c \"1\"";
  event.correlation_id = "k";
  event.entity = R"({"id":"f1","revision":2})";
  event.details = R"({"before":{"name":"x"}})";
  event.position = 7;
  event.sequence = 2;
  event.event_id = "e";
  event.time_ms = 1'772'389'805'250;
  event.previous[31] = 0xab;
  event.hash[0] = 0x0f;
  return event;
}

const std::string zeros(62, '0');

} // namespace

TEST_CASE("event: the text that is hashed", "[storage][journal]") {
  std::string text;
  append_chained_text(text, example());
  CHECK(text == R"({"position":7,"show":"gala","kind":"fixture","id":"f1","sequence":2,"eventId":"e",)"
                R"("type":"fixture_updated","version":1,"time":1772389805250,"author":"anonymous",)"
                R"("client":"c \"1\"","correlationId":"k","entity":{"id":"f1","revision":2},)"
                R"("details":{"before":{"name":"x"}},"prevHash":")" +
                    zeros + R"(ab"})");
}

TEST_CASE("event: the text that is served", "[storage][journal]") {
  auto event = example();
  std::string text;
  append_event_json(text, event);
  CHECK(text == R"({"position":7,"show":"gala","kind":"fixture","id":"f1","sequence":2,"eventId":"e",)"
                R"("type":"fixture_updated","version":1,"time":"2026-03-01T18:30:05.250Z",)"
                R"("author":"anonymous","client":"c \"1\"","correlationId":"k",)"
                R"("payload":{"entity":{"id":"f1","revision":2},"before":{"name":"x"}},"prevHash":")" +
                    zeros + R"(ab","hash":"0f)" + zeros + R"("})");
  event.stream.show.clear();
  event.details = "{}";
  text.clear();
  append_event_json(text, event);
  CHECK(text.find(R"("show":null)") != std::string::npos);
  CHECK(text.find(R"("payload":{"entity":{"id":"f1","revision":2}},)") != std::string::npos);
  event.entity.reset();
  text.clear();
  append_event_json(text, event);
  CHECK(text.find(R"("payload":{},)") != std::string::npos);
}

TEST_CASE("event: SHA-256 is the known one", "[storage][journal]") {
  sha256_hasher hash;
  for (int i = 0; i < 2; ++i)
    CHECK(to_hex(hash("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("event: digests as text", "[storage][journal]") {
  const auto digest = example().hash;
  CHECK(parse_digest(to_hex(digest)) == digest);
  CHECK_FALSE(parse_digest(""));
  CHECK_FALSE(parse_digest(zeros));
  CHECK_FALSE(parse_digest(zeros + "0G"));
  CHECK_FALSE(parse_digest(zeros + "AB"));
}

TEST_CASE("event: times are read back as they are written", "[storage][journal]") {
  for (const std::int64_t time : {0LL, 1LL, 951'782'400'000LL, 1'772'389'805'250LL, 253'402'300'799'999LL})
    CHECK(parse_iso_time(iso_time(time)) == time);
  CHECK(iso_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(iso_time(-5) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("event: times in other forms", "[storage][journal]") {
  const std::int64_t time = 1'772'389'805'250;
  CHECK(parse_iso_time("2026-03-01T19:30:05.250+01:00") == time);
  CHECK(parse_iso_time("2026-03-01T14:00:05.25-0430") == time);
  CHECK(parse_iso_time("2026-03-01T18:30:05.250999Z") == time);
  CHECK(parse_iso_time("2026-03-01T18:30:05Z") == time - 250);
  CHECK(parse_iso_time("2026-03-01T18:30Z") == time - 5'250);
  CHECK(parse_iso_time("2026-03-01") == 1'772'323'200'000);
  CHECK(parse_iso_time("2024-02-29"));
}

TEST_CASE("event: what is no time is none", "[storage][journal]") {
  for (const auto* text : {"", "2026", "2026-3-1", "2026-02-29", "2026-13-01", "2026-01-00", "2026-03-01T",
                           "2026-03-01T18:30:05", "2026-03-01T24:00:00Z", "2026-03-01T18:60:00Z",
                           "2026-03-01T18:30:61Z", "2026-03-01T18:30:05.Z", "2026-03-01T18:30:05Zx",
                           "2026-03-01 18:30:05Z", "1969-12-31T23:59:59Z", "2026-03-01T18:30:05+1",
                           "2026-03-01T18:30:05.1234567890Z", "10000-01-01", "1970-01-01T00:00:00+01:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_iso_time(text));
  }
}
