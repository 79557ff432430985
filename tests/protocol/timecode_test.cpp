#include "protocol/timecode.hpp"

#include <catch2/catch.hpp>

using namespace troupe;

namespace {

constexpr auto film = timecode_rate::film_24, ebu = timecode_rate::ebu_25, smpte = timecode_rate::smpte_30;
constexpr auto drop = timecode_rate::drop_frame_29_97;
constexpr std::int64_t second = 1'000'000'000;

} // namespace

TEST_CASE("timecode: a position is the time since the start of the day", "[protocol][timecode]") {
  CHECK(position_ns({0, 0, 0, 0, film}) == 0);
  CHECK(position_ns({0, 0, 1, 12, film}) == second * 3 / 2);
  CHECK(position_ns({1, 2, 3, 5, ebu}) == 3'723 * second + second / 5);
  CHECK(position_ns({23, 59, 59, 15, smpte}) == 86'399 * second + second / 2);
}

TEST_CASE("timecode: drop-frame keeps up with the clock", "[protocol][timecode]") {
  CHECK(position_ns({0, 0, 1, 0, drop}) == 1'001'000'000);
  // Two frames are left out where a minute begins...
  CHECK(position_ns({0, 1, 0, 2, drop}) - position_ns({0, 0, 59, 29, drop}) == 33'366'667);
  // ...but not each tenth minute.
  CHECK(position_ns({0, 10, 0, 0, drop}) - position_ns({0, 9, 59, 29, drop}) == 33'366'667);
  CHECK(position_ns({1, 0, 0, 0, drop}) == 3'599'996'400'000); // 3.6 ms early after an hour
}

TEST_CASE("timecode: what no clock shows is not valid", "[protocol][timecode]") {
  CHECK(valid({23, 59, 59, 23, film}));
  CHECK_FALSE(valid({24, 0, 0, 0, film}));
  CHECK_FALSE(valid({0, 60, 0, 0, film}));
  CHECK_FALSE(valid({0, 0, 60, 0, film}));
  CHECK_FALSE(valid({0, 0, 0, 24, film}));
  CHECK_FALSE(valid({0, 0, 0, 25, ebu}));
  CHECK(valid({0, 0, 0, 29, smpte}));
  CHECK_FALSE(valid({0, 1, 0, 1, drop}));
  CHECK(valid({0, 10, 0, 1, drop}));
  CHECK_FALSE(valid({0, 0, 0, 0, static_cast<timecode_rate>(4)}));
}

TEST_CASE("timecode: as text", "[protocol][timecode]") {
  CHECK(to_text({1, 2, 3, 4, ebu}) == "01:02:03:04");
  CHECK(to_text({1, 2, 3, 4, drop}) == "01:02:03;04");
  CHECK(timecode_rate_name(drop) == "29.97df");
}
