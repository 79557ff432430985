// A journal that several threads read is found to be the same as by one: intact, or bad at the same place and
// for the same reason.

#include "storage/journal/event_portions.hpp"
#include "storage/journal/open_backend.hpp"
#include "storage/journal/verify_journal.hpp"
#include "tests/storage/journal_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

constexpr std::size_t event_count = 173;

std::string text_of(const std::optional<journal_damage>& damage) {
  return damage ? fmt::format("{}: {}", damage->position, damage->reason) : "none";
}

/// All that a report says.
std::string text_of(const result<journal_report>& report) {
  if (!report) return fmt::format("{} {}", int(report.error().code), report.error().message);
  return fmt::format("events {}, checkpoints {}, entities {}, signed {}, beyond doubt {}\n"
                     "chain {}\nsignatures {}\nviews {}",
                     report->events, report->checkpoints, report->entities, report->signed_up_to,
                     report->beyond_doubt, text_of(report->chain), text_of(report->signatures),
                     text_of(report->views));
}

/// What so many threads report, that read a few events at a time.
std::string report_of(const journal_rig& rig, unsigned threads, std::uint64_t portion) {
  auto options = rig.options;
  options.read_threads = threads;
  options.read_portion = portion;
  return text_of(verify_journal(options));
}

/// @returns what one thread reports of it
std::string check_reports_agree(const journal_rig& rig) {
  const auto alone = report_of(rig, 1, 10'000);
  CHECK(report_of(rig, 1, 7) == alone);
  CHECK(report_of(rig, 2, 16) == alone);
  CHECK(report_of(rig, 5, 7) == alone);
  CHECK(report_of(rig, 8, 1) == alone);
  return alone;
}

} // namespace

TEST_CASE("verify: threads report an intact journal as one does", "[storage][journal]") {
  auto rig = closed_journal(event_count);
  CHECK(check_reports_agree(*rig).find("chain none\nsignatures none\nviews none") != std::string::npos);
}

TEST_CASE("verify: threads report the first bad position as one does, wherever it is", "[storage][journal]") {
  const auto change = GENERATE(
      as<std::string>(), "UPDATE events SET entity = '{{}}', author = 'x' WHERE position = {}",
      "UPDATE events SET sequence = sequence + 1 WHERE position = {}",
      "UPDATE events SET hash = {{zeros}} WHERE position = {}", "DELETE FROM events WHERE position = {}",
      "DELETE FROM events WHERE position >= {}", "UPDATE events SET client = 'x' WHERE position % {} = 0",
      "UPDATE events SET position = position + 1000 WHERE position = {}",
      "UPDATE checkpoints SET time = time + 1 WHERE position >= {}",
      "UPDATE views SET sequence = sequence + 1 WHERE changed_at >= {}");
  CAPTURE(change);
  const auto position = GENERATE(1U, 8U, 77U, 161U);
  CAPTURE(position);
  auto rig = closed_journal(event_count);
  auto statement = fmt::format(fmt::runtime(change), position);
  if (const auto at = statement.find("{zeros}"); at != std::string::npos)
    statement.replace(at, 7, rig->blob(std::string(64, '0')));
  rig->meddle(statement);
  const auto found = check_reports_agree(*rig);
  if (change.find("events") != std::string::npos)
    CHECK((found.find("chain none") == std::string::npos ||
           found.find("signatures none") == std::string::npos));
}

TEST_CASE("rebuild: threads make the views that one makes", "[storage][journal]") {
  auto rig = closed_journal(event_count);
  const auto before = rig->views();
  for (const unsigned threads : {1U, 2U, 6U}) {
    rig->meddle("DELETE FROM views");
    rig->options.read_threads = threads;
    rig->options.read_portion = 5;
    CHECK(must(rebuild_views(rig->options)) > 0);
    CHECK(rig->views() == before);
  }
}

TEST_CASE("portions: they come in order, and no more once nobody wants them", "[storage][journal]") {
  auto rig = closed_journal(event_count);
  rig->options.read_threads = 4;
  rig->options.read_portion = 3;
  const auto source = must(open_source(rig->options));
  portion_reader reader(
      *source, [&] { return open_source(rig->options); }, rig->options);
  std::uint64_t reached = 0;
  const auto take = [&](const event_portion& portion) {
    for (const auto& event : portion.events()) {
      REQUIRE(event.position == reached + 1);
      CHECK(event.sound);
      reached = event.position;
    }
    CHECK(reached == portion.last);
    return reached < 90;
  };
  must(reader.read(1, event_count, event_parts::all, take));
  CHECK(reached == 90);
  must(reader.read(91, event_count, event_parts::outline, [&](const event_portion& portion) {
    take(portion);
    return true;
  }));
  CHECK(reached == event_count);
  must(reader.read(10, 9, event_parts::all, [&](const event_portion&) {
    FAIL("there is nothing to take");
    return true;
  }));
}

TEST_CASE("portions: what a reading thread throws arrives, and an error comes behind what was in front of it",
          "[storage][journal]") {
  /// Events 1 to 20, and then nothing good.
  class failing_source final : public journal_source {
   public:
    explicit failing_source(bool throws) : throws_(throws) {}
    result<void> begin() override { return {}; }
    void end() noexcept override {}
    result<journal_tail> tail() override { return journal_tail(); }
    result<std::string> journal_id() override { return std::string(); }
    result<void> events(const event_range& range, const history_query&, const visit_event& visit) override {
      for (auto position = range.first; position <= range.last; ++position) {
        if (position > 20 && throws_) throw std::runtime_error("no memory");
        if (position > 20) return fail(ec::storage_unavailable, fmt::format("nothing at {}", position));
        journal_event event;
        event.position = position;
        visit(event);
      }
      return {};
    }
    result<std::vector<view_row>> view(std::string_view) override { return std::vector<view_row>(); }
    result<std::vector<std::string>> shows() override { return std::vector<std::string>(); }
    result<void> views(const std::function<void(const view_check&)>&) override { return {}; }
    result<std::vector<signed_checkpoint>> checkpoints() override { return std::vector<signed_checkpoint>(); }

   private:
    bool throws_;
  };
  const bool throws = GENERATE(false, true);
  journal_options options;
  options.read_threads = GENERATE(1U, 4U);
  options.read_portion = GENERATE(1U, 3U, 8U);
  failing_source source(throws);
  const auto more = [&]() -> result<std::unique_ptr<journal_source>> {
    return std::unique_ptr<journal_source>(std::make_unique<failing_source>(throws));
  };
  portion_reader reader(source, more, options);
  std::uint64_t reached = 0;
  const auto read = [&] {
    return reader.read(1, 100, event_parts::outline, [&](const event_portion& portion) {
      for (const auto& event : portion.events()) reached = event.position;
      return true;
    });
  };
  if (throws) {
    CHECK_THROWS_WITH(read(), "no memory");
  } else {
    const auto done = read();
    REQUIRE_FALSE(done);
    CHECK(done.error().message == "nothing at 21");
    CHECK(reached == 20);
  }
}
