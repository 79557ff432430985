// What is written into a run log is read from it, and nothing else is.

#include "storage/run_log/block.hpp"
#include "storage/run_log/bytes.hpp"
#include "storage/run_log/frame_hash.hpp"
#include "tests/storage/run_log_support.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <limits>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::run_log;
using namespace troupe::storage::test;

namespace {

/// A segment of every kind of record, in several blocks, and what has to be read from it.
struct sample {
  std::string file{file_mark};
  std::vector<std::string> records;
  std::vector<std::size_t> ends; ///< of the blocks, in the file

  explicit sample(unsigned seed, packing how = packing::plain, int ticks = 40) {
    record_writer writer;
    std::string bytes;
    const segment_start start{"20260101-000000-000", 3, false, -5, release_mode::hold, "1.2.3", "tour"};
    writer.start(bytes, start);
    records.push_back(text_of(record{start}));
    const auto fader = entity(entity_kind::input, R"({"id":"A","name":"Fader","type":"fader","revision":7})");
    writer.show_entity(bytes, *fader);
    records.push_back(text_of(record{run_log::show_entity{fader}}));
    writer.show_complete(bytes, 1);
    records.push_back(text_of(record{run_log::show_complete{1}}));
    remember(writer, bytes, seed);
    moving_inputs inputs(seed);
    tick_time time{1, 0, 0, 77'000};
    for (int i = 0; i < ticks; ++i) {
      if (i % 7 == 3) block_end(bytes, how);
      if (i == 11) inputs.relayout(5, 0);
      if (i == 13) change(writer, bytes);
      if (i == 17) {
        writer.missing(bytes, 4);
        records.push_back(text_of(record{ticks_missing{4}}));
        time.frame_number += 4;
      }
      const auto& now = inputs.move();
      writer.tick(bytes, time, now);
      records.push_back("tick " + text_of(time, *now));
      writer.hash(bytes, time.frame_number - 1, 0xfedcba9876543210U + static_cast<unsigned>(i));
      records.push_back(text_of(
          record{frame_hashed{time.frame_number - 1, 0xfedcba9876543210U + static_cast<unsigned>(i)}}));
      const std::int64_t dt = i == 5 ? 0 : 16'666'667;
      time = {time.frame_number + 1, time.t_ns + dt + (i == 9 ? 3 : 0), dt, time.deadline_ns + dt};
    }
    writer.end(bytes);
    records.push_back("end");
    block_end(bytes, how);
  }

 private:
  void block_end(std::string& bytes, packing how) {
    append_block(file, bytes, how);
    bytes.clear();
    ends.push_back(file.size());
  }
  void remember(record_writer& writer, std::string& bytes, unsigned seed) {
    std::mt19937_64 random(seed);
    const auto any = [&] { return std::bit_cast<double>(random()); }; // not-a-number, infinity, all of it
    node_memory one{"g", "soft", node_type::smooth, false, false, {}, 1, 2, {any()}, {-0.0f, 1e-42f}};
    node_memory many{"g", "run", node_type::chase, true, false, {{0, 2}, {700, 1}, {4'294'967'290, 5}}, 2, 0,
                     {},  {}};
    for (std::size_t i = 0; i < 2 * many.length(); ++i) many.doubles.push_back(any());
    const node_memory same{"h", "lfo", node_type::sine_lfo, true, true, {{3, 1'000'000}}, 1, 0, {any()}, {}};
    held_memory held{{{5, 1}, {7, 2}}, {has_color, has_intensity | has_zoom, 0}, {}};
    for (auto& column : held.columns) column.assign(3, 0.0f);
    held.columns[1][0] = 0.25f;
    held.columns[0][1] = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    writer.memory_begins(bytes, 4'294'967'295);
    records.push_back("memory of 4294967295");
    for (const auto& node : {one, many, same}) {
      writer.memory(bytes, node);
      records.push_back(text_of(record{node}));
    }
    writer.memory(bytes, held);
    records.push_back(text_of(record{held}));
    writer.memory_complete(bytes, 3);
    records.push_back("remembered 3");
  }
  void change(record_writer& writer, std::string& bytes) {
    const std::vector<fact> facts{
        created(entity_kind::group, R"({"id":"g","name":"G","fixtureIds":["a"],"revision":1})"),
        updated(entity_kind::group, R"({"id":"g","name":"Ä","fixtureIds":[],"revision":2})"),
        deleted(entity_kind::group, "g", 2)};
    writer.show_changed(bytes, facts);
    records.push_back(text_of(record{run_log::show_changed{facts}}));
  }
};

} // namespace

TEST_CASE("run log bytes: numbers come back as they were", "[storage][unit]") {
  std::string out;
  const std::vector<std::uint64_t> numbers{0, 1, 127, 128, 300, 1ULL << 32, ~0ULL};
  const std::vector<std::int64_t> signs{
      0, -1, 1, -64, 64, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
  for (const auto one : numbers) put_number(out, one);
  for (const auto one : signs) put_signed(out, one);
  put_float(out, -0.0f);
  put_text(out, "");
  put_u16(out, 0xabcd);
  byte_reader in(out);
  for (const auto one : numbers) CHECK(in.number() == one);
  for (const auto one : signs) CHECK(in.signed_number() == one);
  CHECK(std::signbit(in.real()));
  CHECK(in.text().empty());
  CHECK(in.u16() == 0xabcd);
  CHECK(in.good());
  CHECK(in.empty());
  CHECK(in.byte() == 0);
  CHECK_FALSE(in.good());
}

TEST_CASE("run log bytes: a number of more than 64 bits and a count of more than there is are refused",
          "[storage][unit]") {
  byte_reader long_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  long_number.number();
  CHECK_FALSE(long_number.good());
  byte_reader many("\x03xxxxx");
  CHECK(many.count(2) == 0);
  CHECK_FALSE(many.good());
}

TEST_CASE("run log: every record comes back as it was written, plain and packed", "[storage][unit]") {
  const auto seed = GENERATE(Catch::Generators::range(0U, 20U));
  const auto how = GENERATE(packing::plain, packing::zstd);
  const sample made(seed, how);
  const auto read = read_all_records(made.file);
  CHECK(read.error.empty());
  CHECK_FALSE(read.torn);
  CHECK(read.records == made.records);
}

TEST_CASE("run log: a segment that ends at any byte is read up to its last whole block", "[storage][unit]") {
  const sample made(1, packing::plain, 12);
  const auto whole = read_all_records(made.file).records;
  for (std::size_t size = file_mark.size(); size < made.file.size(); ++size) {
    const auto read = read_all_records(made.file.substr(0, size));
    const bool at_end = size == file_mark.size() || std::count(made.ends.begin(), made.ends.end(), size) > 0;
    INFO("cut at " << size);
    REQUIRE(read.error.empty());
    REQUIRE(read.torn != at_end);
    REQUIRE(read.records.size() <= whole.size());
    REQUIRE(std::equal(read.records.begin(), read.records.end(), whole.begin()));
  }
  for (std::size_t size = 0; size < file_mark.size(); ++size)
    CHECK_FALSE(read_all_records(made.file.substr(0, size)).error.empty());
}

TEST_CASE("run log: a bit that has flipped anywhere is found, and nothing false is read", "[storage][unit]") {
  const sample made(2, GENERATE(packing::plain, packing::zstd), 12);
  const auto whole = read_all_records(made.file).records;
  for (std::size_t bit = 0; bit < 8 * made.file.size(); bit += 5) {
    auto file = made.file;
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ (1 << (bit % 8)));
    const auto read = read_all_records(file);
    INFO("bit " << bit);
    REQUIRE((read.torn || !read.error.empty()));
    REQUIRE(read.records.size() < whole.size());
    REQUIRE(std::equal(read.records.begin(), read.records.end(), whole.begin()));
  }
}

TEST_CASE("run log: a segment of a later version says so", "[storage][unit]") {
  auto file = sample(3).file;
  file[file_mark.size() - 1] = static_cast<char>(file_mark.back() + 1);
  CHECK(read_all_records(file).error == "this segment is of a version that this Troupe doesn't know");
  file[file_mark.size() - 1] = 0;
  CHECK(read_all_records(file).error == "this segment is of a version that this Troupe doesn't know");
  CHECK(read_all_records("- id: a\n").error == "this isn't a segment of a run log");
}

TEST_CASE("run log: a segment of the first version is read as ever", "[storage][unit]") {
  auto file = sample(3).file;
  file[file_mark.size() - 1] = 1;
  CHECK(read_all_records(file).records == sample(3).records);
}

TEST_CASE("run log: memory that no show can have is refused", "[storage][unit]") {
  const auto refused = [](const node_memory& one) {
    std::string file{file_mark}, records;
    record_writer{}.memory(records, one);
    append_block(file, records, packing::plain);
    return !read_all_records(file).error.empty();
  };
  const node_memory good{"g", "n", node_type::smooth, true, false, {{0, 2}}, 0, 1, {}, {1, 2}};
  CHECK_FALSE(refused(good));
  const auto with = [&](auto&& change) {
    auto bad = good;
    change(bad);
    return refused(bad);
  };
  CHECK(with([](auto& one) { one.floats.pop_back(); }));
  CHECK(with([](auto& one) { one.cells = {{4'294'967'295, 1}}, one.floats.pop_back(); }));
  CHECK(with([](auto& one) { one.cells = {}; }));
  CHECK(with([](auto& one) { one.cells = {{0, 4'000'000'000}}; })); // more than there are bytes
  CHECK(with([](auto& one) { one.type = node_type::count_; }));
  CHECK(with([](auto& one) { one.float_columns = 17; }));
  CHECK(with([](auto& one) { one.varying = false, one.same = true; }));
  CHECK(with([](auto& one) { one.same = true; })); // only of one double
  CHECK(with([](auto& one) { one.graph_id = std::string(200, 'x'); }));
}

TEST_CASE("run log: values that no run can have are refused", "[storage][unit]") {
  const auto refused = [](const std::string& records) {
    std::string file{file_mark};
    append_block(file, records, packing::plain);
    return !read_all_records(file).error.empty();
  };
  record_writer writer;
  input_snapshot inputs;
  inputs.layout = std::make_shared<const input_layout>(input_layout{{"a"}, {}});
  inputs.faders = {GENERATE(1.5f, -0.5f, std::numeric_limits<float>::quiet_NaN())};
  std::string records;
  writer.tick(records, {1, 0, 0, 0}, std::make_shared<const input_snapshot>(inputs));
  CHECK(refused(records));
  CHECK(refused("\x63"));                                     // no such record
  CHECK(refused(std::string{"\x05\x02\x01z\x01y\x00", 7}));   // names that aren't sorted
  CHECK(refused(std::string{"\x06\x02\xff\xff\xff\x7f", 6})); // a time before the show
  CHECK(refused(std::string{"\x02\x03\x01\x01x\x02{}", 7}));  // an entity without its members
  CHECK(refused(std::string{"\x06\x20\x00\x01\x00\x00", 6})); // levels of universes that aren't there
}

TEST_CASE("run log: a block that says to be larger than any is refused before memory is taken",
          "[storage][unit]") {
  std::string file{file_mark};
  append_block(file, std::string(1'000, 'x'), packing::zstd);
  file[file_mark.size() + 7] = '\x7f'; // the highest byte of the unpacked size
  const auto read = read_all_records(file + "more");
  CHECK_FALSE(read.error.empty());
}

TEST_CASE("frame hash: the same for one part and for many, in any order", "[storage][unit]") {
  std::mt19937 random(4);
  const auto part = [&](std::vector<std::uint16_t> addresses, unsigned seed) {
    dmx_data made;
    std::mt19937 levels(seed);
    made.addresses = std::move(addresses);
    for (std::size_t i = 0; i < made.addresses.size() * dmx_channels; ++i)
      made.levels.push_back(static_cast<std::uint8_t>(levels()));
    return made;
  };
  const auto shared = [](dmx_data one) { return std::make_shared<const dmx_data>(std::move(one)); };
  const auto a = part({1, 300}, 1), b = part({0, 40}, 2), c = part({2}, 3);
  dmx_data all;
  all.addresses = {0, 1, 2, 40, 300};
  const auto add = [&](const dmx_data& from, std::size_t index) {
    const auto at = from.levels.begin() + static_cast<std::ptrdiff_t>(index * dmx_channels);
    all.levels.insert(all.levels.end(), at, at + dmx_channels);
  };
  add(b, 0);
  add(a, 0);
  add(c, 0);
  add(b, 1);
  add(a, 1);
  const auto whole = frame_hash(std::array{shared(all)});
  CHECK(frame_hash(std::array{shared(a), shared(b), shared(c)}) == whole);
  CHECK(frame_hash(std::array{shared(c), shared(a), shared(b), shared(dmx_data{})}) == whole);
  for (const std::size_t at : {0UL, 511UL, 512UL, 5 * 512UL - 1}) {
    auto other = all;
    other.levels[at] ^= 1;
    CHECK(frame_hash(std::array{shared(other)}) != whole);
  }
  auto moved = all;
  moved.addresses[4] = 301;
  CHECK(frame_hash(std::array{shared(moved)}) != whole);
}
