// Segments on the disk: what is kept, what goes, and what a disk that fails leaves.

#include "storage/run_log/block.hpp"
#include "storage/run_log/run_reader.hpp"
#include "storage/run_log/segment_writer.hpp"
#include "tests/storage/memory_file_system.hpp"
#include "tests/storage/run_log_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::run_log;
using namespace troupe::storage::test;

namespace {

constexpr auto folder = "log";
constexpr auto run = "20260102-030405-006";

/// A segment's first record, and ticks.
std::string records_of(std::uint32_t number, int ticks = 50) {
  record_writer writer;
  std::string out;
  writer.start(out, {run, number, number == 1, 0, release_mode::dark, "1", "s"});
  writer.show_complete(out, 0);
  moving_inputs inputs(number);
  for (int i = 0; i < ticks; ++i)
    writer.tick(out, {static_cast<std::uint64_t>(i + 1), i, 1, i}, inputs.move());
  return out;
}

std::vector<std::string> kinds_in(const std::shared_ptr<memory_file_system>& disk,
                                  const std::string& path = folder) {
  auto reader = run_reader::open(disk, path);
  REQUIRE(reader);
  std::vector<std::string> kinds;
  while (true) {
    const auto one = reader->next();
    REQUIRE(one);
    if (!*one) break;
    const auto text = text_of(**one);
    kinds.push_back(text.substr(0, text.find(' ')));
  }
  for (const auto& finding : reader->findings()) kinds.push_back("! " + finding);
  return kinds;
}

std::size_t count(const std::vector<std::string>& kinds, std::string_view which) {
  return static_cast<std::size_t>(std::count(kinds.begin(), kinds.end(), which));
}

void write_segment(segment_writer& writer, std::uint32_t number) {
  REQUIRE(writer.begin(run, number, 0));
  REQUIRE(writer.append(records_of(number)));
  REQUIRE(writer.finish(0));
}

} // namespace

TEST_CASE("run log: names of segments sort by age and nothing else is taken for one", "[storage][unit]") {
  CHECK(run_name(1'767'323'045'006) == "20260102-030405-006");
  CHECK(segment_name(run, 7) == "20260102-030405-006-000007.trl");
  const auto made = segment_from(segment_name(run, 123'456));
  REQUIRE(made);
  CHECK(made->run == run);
  CHECK(made->number == 123'456);
  for (const auto* name : {"", ".trl", "20260102-030405-006.trl", "20260102-030405-006-00007.trl",
                           "20260102-030405-006-000007.trl.tmp", "2026x102-030405-006-000007.trl",
                           "20260102-030405-006-00000x.trl"})
    CHECK_FALSE(segment_from(name).has_value());
}

TEST_CASE("run log: the oldest segments go when there are too many bytes, files or days", "[storage][unit]") {
  std::vector<segment_file> all;
  for (std::uint32_t i = 1; i <= 5; ++i) all.push_back({segment_name(run, i), run, i, 100, 1'000 * i});
  const auto gone = [&](retention keep, std::int64_t now = 5'000) {
    return expendable(all, keep, now).size();
  };
  CHECK(gone({500, {}, 5}) == 0);
  CHECK(gone({499, {}, 5}) == 1);
  CHECK(gone({100, {}, 5}) == 4);
  CHECK(gone({0, {}, 5}) == 5);
  CHECK(gone({500, {}, 2}) == 3);
  CHECK(gone({500, std::chrono::milliseconds{2'000}, 5}) == 2);
  CHECK(gone({500, std::chrono::milliseconds{2'000}, 5}, 100'000) == 5);
  CHECK(gone({500, {}, 5}, 1LL << 50) == 0);
  CHECK(expendable(all, {300, {}, 5}, 0) == std::vector{all[0].name, all[1].name});
}

TEST_CASE("run log: closed segments are packed, and what is too much is deleted", "[storage][unit]") {
  const auto disk = std::make_shared<memory_file_system>();
  segment_writer writer(disk, folder, {1ULL << 30, {}, 3}, true);
  write_segment(writer, 1);
  const auto packed = disk->text(fmt::format("{}/{}", folder, segment_name(run, 1)));
  std::string plain{file_mark};
  append_block(plain, records_of(1), packing::plain);
  CHECK(packed.size() < plain.size());
  CHECK(read_all_records(packed).records == read_all_records(plain).records);
  CHECK(writer.total_bytes() == packed.size());
  for (std::uint32_t i = 2; i <= 6; ++i) write_segment(writer, i);
  CHECK(disk->names(folder) ==
        std::vector<std::string>{segment_name(run, 4), segment_name(run, 5), segment_name(run, 6)});
  CHECK(writer.segments() == 3);
}

TEST_CASE("run log: at the start the rest of a packing that was interrupted is cleared away",
          "[storage][unit]") {
  const auto disk = std::make_shared<memory_file_system>();
  disk->put_folder(folder);
  disk->put("log/" + segment_name(run, 1) + ".tmp", "half");
  disk->put("log/mine.tmp", "mine");
  disk->put("log/" + segment_name(run, 1), "old");
  segment_writer writer(disk, folder, {1ULL << 30, {}, 3}, true);
  REQUIRE(writer.begin("20270102-030405-006", 1, 0));
  CHECK_FALSE(disk->exists("log/" + segment_name(run, 1) + ".tmp"));
  CHECK(disk->exists("log/mine.tmp"));
  CHECK(disk->exists("log/" + segment_name(run, 1)));
  CHECK(writer.segments() == 2);
}

TEST_CASE("run log: wherever the process ends, the next start goes on and whole segments stay",
          "[storage][unit]") {
  for (std::size_t stop = 0;; ++stop) {
    const auto disk = std::make_shared<memory_file_system>();
    disk->stop_at(stop);
    bool stopped = false;
    std::uint32_t finished = 0;
    try {
      segment_writer writer(disk, folder, {1ULL << 30, {}, 10}, true);
      for (std::uint32_t i = 1; i <= 3; ++i) {
        if (!writer.begin(run, i, 0)) break;
        if (!writer.append(records_of(i)) || !writer.append("")) break;
        if (!writer.finish(0)) break;
        finished = i;
      }
    } catch (const process_stopped&) {
      stopped = true;
    }
    disk->heal();
    disk->kill();
    INFO("stopped before call " << stop);
    segment_writer next(disk, folder, {1ULL << 30, {}, 10}, true);
    REQUIRE(next.begin("20270102-030405-006", 1, 0));
    REQUIRE(next.finish(0));
    for (std::uint32_t i = 1; i <= finished; ++i)
      CHECK(count(kinds_in(disk, "log/" + segment_name(run, i)), "tick") == 50);
    for (const auto& name : disk->names(folder)) CHECK_FALSE(name.ends_with(".tmp"));
    if (!stopped) break;
  }
}

TEST_CASE("run log: an error of the disk at any call is told, and the segments before it stay",
          "[storage][unit]") {
  for (std::size_t bad = 0;; ++bad) {
    const auto disk = std::make_shared<memory_file_system>();
    segment_writer writer(disk, folder, {1ULL << 30, {}, 10}, true);
    write_segment(writer, 1);
    std::size_t calls = 0;
    disk->fail_by([&](std::size_t, std::string_view, bool) {
      return calls++ == bad ? std::make_error_code(std::errc::no_space_on_device) : std::error_code{};
    });
    const auto begun = writer.begin(run, 2, 0);
    const auto written = begun ? writer.append(records_of(2)) : begun;
    const auto ended = written ? writer.finish(0) : written;
    disk->heal();
    INFO("call " << bad);
    CHECK(count(kinds_in(disk, "log/" + segment_name(run, 1)), "tick") == 50);
    REQUIRE(writer.begin(run, 3, 0));
    REQUIRE(writer.append(records_of(3)));
    REQUIRE(writer.finish(0));
    CHECK(count(kinds_in(disk, "log/" + segment_name(run, 3)), "tick") == 50);
    if (calls <= bad) {
      CHECK(ended);
      break;
    }
    if (!ended) CHECK(ended.error().code == ec::storage_unavailable);
  }
}

TEST_CASE("run log: a run is read from all its segments, and a torn end in the middle is a gap",
          "[storage][unit]") {
  const auto disk = std::make_shared<memory_file_system>();
  segment_writer writer(disk, folder, {1ULL << 30, {}, 10}, false);
  for (std::uint32_t i = 1; i <= 3; ++i) write_segment(writer, i);
  auto kinds = kinds_in(disk);
  CHECK(count(kinds, "start") == 3);
  CHECK(count(kinds, "tick") == 150);
  CHECK(count(kinds, "missing") == 0);
  const auto cut = [&](std::uint32_t number) {
    const auto path = "log/" + segment_name(run, number);
    const auto text = disk->text(path);
    disk->put(path, text.substr(0, text.size() - 1));
  };
  cut(3);
  kinds = kinds_in(disk);
  CHECK(count(kinds, "tick") == 100);
  CHECK(count(kinds, "missing") == 0);
  CHECK(kinds.back() == "! " + segment_name(run, 3) + ": its end is torn off");
  cut(2);
  kinds = kinds_in(disk);
  CHECK(count(kinds, "tick") == 50);
  CHECK(count(kinds, "missing") == 1);
  disk->put("log/" + segment_name(run, 1), "rubbish");
  CHECK(count(kinds_in(disk), "missing") == 2);
}

TEST_CASE("run log: of several runs the newest is read, or the one that is named", "[storage][unit]") {
  const auto disk = std::make_shared<memory_file_system>();
  segment_writer writer(disk, folder, {1ULL << 30, {}, 10}, false);
  for (const auto* name : {"20250101-000000-000", "20260101-000000-000"}) {
    REQUIRE(writer.begin(name, 1, 0));
    REQUIRE(writer.finish(0));
  }
  const auto opened = [&](std::string_view which) {
    const auto reader = run_reader::open(disk, folder, which);
    return reader ? reader->segments().front().run : std::string{"none"};
  };
  CHECK(opened("") == "20260101-000000-000");
  CHECK(opened("2025") == "20250101-000000-000");
  CHECK(opened("2024") == "none");
  CHECK_FALSE(run_reader::open(disk, "nowhere").has_value());
}
