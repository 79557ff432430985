#pragma once
// The loops over the columns of a frame. They run over blocks of a fixed length, so that compilers turn them
// into vector code at -O2 too; results go through small local arrays, so that nothing may alias. Helpers are
// inlined by force: each variant must be made of its own instructions only.

#include "protocol/frame_image.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::kernel {

inline constexpr std::size_t block = 64; ///< slots

/// See fixed5. The product is exact in double, so the result is the same with any instruction set. Clamping
/// the bits instead of the number keeps branches out.
[[gnu::always_inline]] inline std::int32_t round5(float x) noexcept {
  constexpr auto limit = std::bit_cast<std::int32_t>(20'000.0F);
  constexpr std::int32_t infinity = 0x7f800000;
  const auto bits = std::bit_cast<std::int32_t>(x);
  auto size = bits & INT32_MAX;
  size = size > infinity ? 0 : size; // NaN
  size = size > limit ? limit : size;
  const double y = std::bit_cast<float>(size | (bits & INT32_MIN)) * 100000.0 + 0.5;
  const auto truncated = static_cast<std::int32_t>(y);
  return truncated - static_cast<std::int32_t>(static_cast<double>(truncated) > y);
}

/// One block of a frame's attributes, as they come.
struct block_input {
  std::array<const float*, column_count> values;
  const std::uint8_t* mask;
  const std::uint8_t* written;
};

using flags = std::array<std::int32_t, block>; ///< not 0: yes

[[gnu::always_inline]] inline bool any_of(const flags& these) noexcept {
  std::int32_t any = 0;
  for (std::size_t i = 0; i < block; ++i) any |= these[i];
  return any != 0;
}

[[gnu::always_inline]] inline void round_column(const float* in, const std::int32_t* before,
                                                std::int32_t* now, const flags& holds,
                                                flags& differs) noexcept {
  std::array<std::int32_t, block> rounded;
  for (std::size_t i = 0; i < block; ++i) {
    rounded[i] = round5(in[i]) & holds[i];
    differs[i] |= rounded[i] ^ before[i];
  }
  std::copy(rounded.begin(), rounded.end(), now);
}

/// `frame` where it differs, else what was there.
[[gnu::always_inline]] inline void stamp_column(const flags& differs, std::uint64_t frame,
                                                const std::uint64_t* before, std::uint64_t* now) noexcept {
  if (any_of(differs)) {
    std::array<std::uint64_t, block> stamps;
    for (std::size_t i = 0; i < block; ++i) {
      const auto kept = before[i];
      stamps[i] = differs[i] != 0 ? frame : kept;
    }
    std::copy(stamps.begin(), stamps.end(), now);
  } else if (before != now) {
    std::copy(before, before + block, now);
  }
}

/// The columns behind each attribute.
struct column_run {
  std::size_t first, count;
};
inline constexpr std::array<column_run, attribute_count> columns_of{{{0, 1}, {1, 3}, {4, 1}, {5, 1}, {6, 1}}};

/// The columns at `at` from one block of a frame and the columns before, which may be the same ones.
/// @returns whether anything changed
[[gnu::always_inline]] inline bool advance_block(const block_input& in, std::uint64_t frame,
                                                 const frame_columns& before, frame_columns& now,
                                                 std::size_t at) noexcept {
  flags held, flipped, joined, changed;
  std::array<std::uint8_t, block> mask, written;
  for (std::size_t i = 0; i < block; ++i) {
    written[i] = static_cast<std::uint8_t>(in.written[i] != 0);
    mask[i] = static_cast<std::uint8_t>(in.mask[i] & -written[i]);
  }
  const std::uint8_t* const mask_before = before.mask.data() + at;
  const std::uint8_t* const written_before = before.written.data() + at;
  for (std::size_t i = 0; i < block; ++i) {
    held[i] = mask[i];
    flipped[i] = mask[i] ^ mask_before[i];
    changed[i] = joined[i] = written[i] ^ written_before[i];
  }
  std::copy(mask.begin(), mask.end(), now.mask.data() + at);
  std::copy(written.begin(), written.end(), now.written.data() + at);
  stamp_column(joined, frame, before.joined_or_left.data() + at, now.joined_or_left.data() + at);

  for (std::size_t a = 0; a < attribute_count; ++a) {
    const auto bit = std::int32_t{1} << a;
    const auto run = columns_of[a];
    flags holds, differs;
    for (std::size_t i = 0; i < block; ++i) {
      holds[i] = -((held[i] >> a) & 1);
      differs[i] = flipped[i] & bit;
    }
    for (auto c = run.first; c < run.first + run.count; ++c) {
      auto* const to = now.values[c].data() + at;
      if (any_of(holds))
        round_column(in.values[c], before.values[c].data() + at, to, holds, differs);
      else
        std::fill(to, to + block, 0);
    }
    for (std::size_t i = 0; i < block; ++i) changed[i] |= differs[i];
    stamp_column(differs, frame, before.changed[a].data() + at, now.changed[a].data() + at);
  }
  stamp_column(changed, frame, before.last_changed.data() + at, now.last_changed.data() + at);
  return any_of(changed);
}

/// All blocks. The columns of the frame are as long as there are slots, those of the image are padded.
[[gnu::always_inline]] inline bool advance(const frame_data& data, std::size_t slots,
                                           const frame_columns& before, frame_columns& now) noexcept {
  const auto frame = data.time.frame_number;
  bool any = false;
  std::size_t at = 0;
  block_input in{};
  for (; at + block <= slots; at += block) {
    for (std::size_t c = 0; c < column_count; ++c) in.values[c] = data.values[c].data() + at;
    in.mask = data.mask.data() + at;
    in.written = data.written.data() + at;
    any |= advance_block(in, frame, before, now, at);
  }
  if (at == slots) return any;

  std::array<std::array<float, block>, column_count> values{};
  std::array<std::uint8_t, block> mask{}, written{};
  const auto rest = slots - at;
  for (std::size_t c = 0; c < column_count; ++c) {
    std::copy_n(data.values[c].data() + at, rest, values[c].begin());
    in.values[c] = values[c].data();
  }
  std::copy_n(data.mask.data() + at, rest, mask.begin());
  std::copy_n(data.written.data() + at, rest, written.begin());
  in.mask = mask.data();
  in.written = written.data();
  return advance_block(in, frame, before, now, at) || any;
}

using advance_function = bool (*)(const frame_data&, std::size_t, const frame_columns&, frame_columns&);

inline bool advance_anywhere(const frame_data& data, std::size_t slots, const frame_columns& before,
                             frame_columns& now) {
  return advance(data, slots, before, now);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] inline bool advance_avx2(const frame_data& data, std::size_t slots,
                                                 const frame_columns& before, frame_columns& now) {
  return advance(data, slots, before, now);
}

[[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]] inline bool
advance_avx512(const frame_data& data, std::size_t slots, const frame_columns& before, frame_columns& now) {
  return advance(data, slots, before, now);
}
#endif

/// The functions that this processor can run, best first. All of them make the same bits.
inline std::vector<advance_function> advance_variants() {
  std::vector<advance_function> variants;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    variants.push_back(advance_avx512);
  if (__builtin_cpu_supports("avx2")) variants.push_back(advance_avx2);
#endif
  variants.push_back(advance_anywhere);
  return variants;
}

} // namespace troupe::kernel
