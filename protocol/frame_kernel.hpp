#pragma once
// The loops over the columns of a frame. They run over blocks of a fixed length, so that compilers turn them
// into vector code at -O2 too; results go through small local arrays, so that nothing may alias.

#include "protocol/frame_image.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::kernel {

inline constexpr std::size_t block = 64; ///< slots

/// See fixed5. The product is exact in double, so the result is the same with any instruction set.
inline std::int32_t round5(float x) noexcept {
  constexpr double limit = 2e9;
  const float number = x == x ? x : 0.0F;
  double y = static_cast<double>(number) * 100000.0 + 0.5;
  y = y > -limit ? y : -limit;
  y = y < limit ? y : limit;
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

inline void round_column(const float* in, const std::int32_t* before, std::int32_t* now, const flags& holds,
                         flags& differs) noexcept {
  std::array<std::int32_t, block> rounded;
  for (std::size_t i = 0; i < block; ++i) rounded[i] = round5(in[i]);
  for (std::size_t i = 0; i < block; ++i) {
    rounded[i] &= holds[i];
    differs[i] |= rounded[i] ^ before[i];
  }
  std::copy(rounded.begin(), rounded.end(), now);
}

/// `frame` where it differs, else what was there. @returns whether anything differs
inline bool stamp_column(const flags& differs, std::uint64_t frame, const std::uint64_t* before,
                         std::uint64_t* now) noexcept {
  std::int32_t any = 0;
  for (std::size_t i = 0; i < block; ++i) any |= differs[i];
  if (any == 0) {
    if (before != now) std::copy(before, before + block, now);
    return false;
  }
  std::array<std::uint64_t, block> stamps;
  for (std::size_t i = 0; i < block; ++i) stamps[i] = differs[i] != 0 ? frame : before[i];
  std::copy(stamps.begin(), stamps.end(), now);
  return true;
}

/// The columns at `at` from one block of a frame and the columns before, which may be the same ones.
/// @returns whether anything changed
inline bool advance_block(const block_input& in, std::uint64_t frame, const frame_columns& before,
                          frame_columns& now, std::size_t at) noexcept {
  flags held, flipped, joined, changed{};
  std::array<std::uint8_t, block> mask, written;
  for (std::size_t i = 0; i < block; ++i) {
    written[i] = static_cast<std::uint8_t>(in.written[i] != 0);
    mask[i] = static_cast<std::uint8_t>(in.mask[i] & (written[i] != 0 ? 0xff : 0));
  }
  const std::uint8_t* const mask_before = before.mask.data() + at;
  const std::uint8_t* const written_before = before.written.data() + at;
  for (std::size_t i = 0; i < block; ++i) {
    held[i] = mask[i];
    flipped[i] = mask[i] ^ mask_before[i];
    joined[i] = written[i] ^ written_before[i];
  }
  std::copy(mask.begin(), mask.end(), now.mask.data() + at);
  std::copy(written.begin(), written.end(), now.written.data() + at);

  const auto take = [&](attribute which, column first, std::size_t count) {
    const std::int32_t bit = bit_of(which);
    flags holds, differs;
    for (std::size_t i = 0; i < block; ++i) {
      holds[i] = -static_cast<std::int32_t>((held[i] & bit) != 0);
      differs[i] = flipped[i] & bit;
    }
    for (auto c = static_cast<std::size_t>(first); count > 0; ++c, --count)
      round_column(in.values[c], before.values[c].data() + at, now.values[c].data() + at, holds, differs);
    const auto a = static_cast<std::size_t>(which);
    if (stamp_column(differs, frame, before.changed[a].data() + at, now.changed[a].data() + at))
      for (std::size_t i = 0; i < block; ++i) changed[i] |= differs[i];
  };
  take(attribute::intensity, column::intensity, 1);
  take(attribute::color, column::red, 3);
  take(attribute::pan, column::pan, 1);
  take(attribute::tilt, column::tilt, 1);
  take(attribute::zoom, column::zoom, 1);
  if (stamp_column(joined, frame, before.joined_or_left.data() + at, now.joined_or_left.data() + at))
    for (std::size_t i = 0; i < block; ++i) changed[i] |= joined[i];
  return stamp_column(changed, frame, before.last_changed.data() + at, now.last_changed.data() + at);
}

/// All blocks. The columns of the frame are as long as there are slots, those of the image are padded.
inline bool advance(const frame_data& data, std::size_t slots, const frame_columns& before,
                    frame_columns& now) noexcept {
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
  in.mask = std::copy_n(data.mask.data() + at, rest, mask.begin()) - rest;
  in.written = std::copy_n(data.written.data() + at, rest, written.begin()) - rest;
  return advance_block(in, frame, before, now, at) || any;
}

} // namespace troupe::kernel
