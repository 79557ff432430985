#include "engine/float_environment.hpp"
#include "engine/math.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

namespace troupe::engine {
namespace {

/// FNV-1a over bit patterns: a change of one bit anywhere shows.
class bits_hash {
 public:
  template <class T>
  void add(T value) {
    unsigned char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    for (const auto byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001b3u;
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

/// Numbers of every size, both signs, with the special ones.
template <class Visit>
void each_float(Visit&& visit) {
  for (std::uint64_t bits = 0; bits <= 0xffffffffu; bits += 4099)
    visit(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  for (const float x :
       {0.f, -0.f, 0.5f, -0.5f, 1.f, -1.f, 8388607.5f, -8388607.5f, 8388608.f, 4194304.5f, 1e-45f})
    visit(x);
}

} // namespace

TEST_CASE("math: floor32 and floor64 are those of libm", "[engine][unit]") {
  each_float([](float x) {
    if (!std::isfinite(x)) return;
    REQUIRE(floor32(x) == std::floor(x));
    const double wide = static_cast<double>(x) * 1.000000001;
    REQUIRE(floor64(wide) == std::floor(wide));
  });
}

TEST_CASE("math: frac lies in 0..1 without 1", "[engine][unit]") {
  each_float([](float x) {
    if (!std::isfinite(x)) return;
    REQUIRE(frac(x) >= 0.f);
    REQUIRE(frac(x) < 1.f);
    REQUIRE(frac(static_cast<double>(x)) < 1.0);
  });
  CHECK(frac(-1e-30f) == 0.f);
  CHECK(frac(-0.25f) == 0.75f);
  CHECK(frac(3.25) == 0.25);
}

TEST_CASE("math: the shorter ways for a phase from 0 to 1 give the same bits", "[engine][unit]") {
  const auto same = [](float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
  };
  const auto check = [&](float x) {
    REQUIRE(same(sin_within_a_turn(x), sin_turns(x)));
    for (const float offset : {hue_red, hue_green, hue_blue})
      REQUIRE(same(hue_within_a_turn(x, offset), hue(x, offset)));
  };
  const auto one = std::bit_cast<std::uint32_t>(1.0f);
  for (std::uint32_t bits = 0; bits < one; bits += 4099) check(std::bit_cast<float>(bits));
  for (const float border : {1.0f / 6.0f, 0.25f, 0.5f, 0.75f, 5.0f / 6.0f, 1.0f})
    for (auto bits = std::bit_cast<std::uint32_t>(border) - 50;
         bits <= one && bits <= std::bit_cast<std::uint32_t>(border) + 50; ++bits)
      check(std::bit_cast<float>(bits));
}

TEST_CASE("math: sin_turns is a sine within 4e-7, and never above 1", "[engine][unit]") {
  double worst = 0;
  for (int i = 0; i <= 1 << 20; ++i) {
    const float x = static_cast<float>(i) * 0x1p-20f;
    const float y = sin_turns(x);
    REQUIRE(std::fabs(y) <= 1.f);
    worst = std::max(
        worst, std::fabs(static_cast<double>(y) - std::sin(2 * std::numbers::pi * static_cast<double>(x))));
  }
  CHECK(worst < 4e-7);
}

TEST_CASE("math: power01 is a power within 1e-14", "[engine][unit]") {
  for (const double base : {1e-30, 0.001, 0.1, 0.5, 0.7071067811865476, 0.9, 0.999, 0.9999999})
    for (const double exponent : {1e-6, 0.01, 0.5, 1.0, 1.7, 10.0, 60.0})
      REQUIRE(power01(base, exponent) == Approx(std::pow(base, exponent)).epsilon(1e-13).margin(1e-300));
  CHECK(power01(0, 1) == 0);
  CHECK(power01(0, 0) == 1);
  CHECK(power01(1, 1000) == 1);
  CHECK(power01(0.5, 1e9) == 0);
  CHECK(power01(1e-45, 1) == Approx(1e-45).epsilon(1e-12));
}

TEST_CASE("math: modulo stays within 0..n, also just below a multiple", "[engine][unit]") {
  CHECK(modulo(7.5, 3) == 1.5);
  CHECK(modulo(-0.5, 3) == 2.5);
  CHECK(modulo(-1e-20, 3) == 0);
  CHECK(modulo(1e300, 3) >= 0);
  CHECK(modulo(1e300, 3) < 3);
}

TEST_CASE("math: wrap32 is the integer modulo 2^32", "[engine][unit]") {
  CHECK(wrap32(0) == 0);
  CHECK(wrap32(-1) == 0xffffffffu);
  CHECK(wrap32(4294967296.0 + 5) == 5);
  CHECK(wrap32(2147483648.0) == 0x80000000u);
  CHECK(wrap32(1e300) == 0);
}

TEST_CASE("math: hue gives the six corners of the wheel", "[engine][unit]") {
  const auto channel = [](float h, float offset) { return 1.f - hue(h, offset); };
  CHECK(channel(0, hue_red) == Approx(1));
  CHECK(channel(0, hue_green) == Approx(0).margin(1e-6));
  CHECK(channel(1 / 3.f, hue_green) == Approx(1));
  CHECK(channel(1 / 3.f, hue_red) == Approx(0).margin(1e-6));
  CHECK(channel(2 / 3.f, hue_blue) == Approx(1));
  CHECK(channel(1 / 6.f, hue_red) == Approx(1));
  CHECK(channel(1 / 6.f, hue_green) == Approx(1));
}

TEST_CASE("math: finite_or_zero and the levels", "[engine][unit]") {
  CHECK(finite_or_zero(std::numeric_limits<float>::quiet_NaN()) == 0);
  CHECK(finite_or_zero(-std::numeric_limits<float>::infinity()) == 0);
  CHECK(finite_or_zero(std::numeric_limits<float>::max()) == std::numeric_limits<float>::max());
  CHECK(to_level8(0.5f) == 128);
  CHECK(to_level8(0.499f) == 127);
  CHECK(to_level8(2) == 255);
  CHECK(to_level8(std::numeric_limits<float>::quiet_NaN()) == 0);
  CHECK(to_level16(1) == 65535);
  CHECK(to_level16(0.5f) == 32768);
  CHECK(unit(0xffffffffu) < 1);
}

TEST_CASE("math: every function gives the bits it has always given", "[engine][unit]") {
  bits_hash hash;
  each_float([&](float x) {
    if (!std::isfinite(x)) return;
    hash.add(sin_turns(x));
    hash.add(frac(x));
    hash.add(hue(x, hue_green));
    hash.add(to_level16(x));
    hash.add(wrap32(floor64(static_cast<double>(x))));
    hash.add(unit(mix32(std::bit_cast<std::uint32_t>(x))));
    hash.add(modulo(static_cast<double>(x), 7));
    hash.add(power01(static_cast<double>(clamp01(std::fabs(x))), 1.25));
  });
  // Another value here means other frames on this machine, with this compiler or after this change.
  CHECK(hash.value() == 0x6483c2fad160ad1fu);
}

TEST_CASE("math: the float environment is the default one", "[engine][unit]") {
  CHECK(has_default_float_environment());
  CHECK(0x1p-126f * 0.5f > 0.f); // denormals are on
}

} // namespace troupe::engine
