#include "actors/system/clock_source.hpp"

#include "engine/float_environment.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <mutex>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("clock source: deadlines are a whole grid, none twice and none left out", "[actors][unit]") {
  std::vector<std::int64_t> seen;
  std::promise<void> enough;
  {
    const clock_source clock{240'000'000, false, [&](std::int64_t deadline) {
                               if (seen.size() == 20) return;
                               seen.push_back(deadline);
                               if (seen.size() == 20) enough.set_value();
                             }};
    enough.get_future().wait();
  }
  for (std::size_t i = 1; i < seen.size(); ++i) {
    const auto step = seen[i] - seen[i - 1];
    CHECK(step >= 4'166'666);
    CHECK((step <= 4'166'667 || step > 1'000'000'000)); // the grid goes on from now after such a stall
  }
}

#if defined(__SSE__)
TEST_CASE("clock source: its thread computes with denormals, whatever its maker does", "[actors][unit]") {
  std::promise<bool> found;
  std::once_flag first;
  _mm_setcsr(_mm_getcsr() | 0x8040); // as a library built with -ffast-math leaves it; threads inherit it
  {
    const clock_source clock{240'000'000, false, [&](std::int64_t) {
                               std::call_once(
                                   first, [&] { found.set_value(engine::has_default_float_environment()); });
                             }};
    engine::set_default_float_environment();
    CHECK(found.get_future().get());
  }
}
#endif
