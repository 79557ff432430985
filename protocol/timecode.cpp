#include "protocol/timecode.hpp"

#include <fmt/format.h>

namespace troupe {

namespace {

constexpr std::array<std::string_view, 4> names{"24", "25", "29.97df", "30"};
constexpr std::array<std::int64_t, 4> frames_per_second{24, 25, 30, 30}; // as they are counted
constexpr std::int64_t left_out = 2;                                     // frames of a minute, in drop-frame

} // namespace

std::string_view timecode_rate_name(timecode_rate rate) noexcept {
  return names[static_cast<std::size_t>(rate)];
}

bool valid(const timecode& at) noexcept {
  const auto rate = static_cast<std::size_t>(at.rate);
  if (rate >= names.size()) return false;
  if (at.hours > 23 || at.minutes > 59 || at.seconds > 59 || at.frames >= frames_per_second[rate])
    return false;
  const bool begins_minute = at.seconds == 0 && at.frames < left_out && at.minutes % 10 != 0;
  return at.rate != timecode_rate::drop_frame_29_97 || !begins_minute;
}

std::int64_t position_ns(const timecode& at) noexcept {
  const std::int64_t minutes = at.hours * 60 + at.minutes;
  const auto counted = frames_per_second[static_cast<std::size_t>(at.rate)];
  std::int64_t frames = (minutes * 60 + at.seconds) * counted + at.frames;
  if (at.rate != timecode_rate::drop_frame_29_97) return frames * 1'000'000'000 / counted;
  frames -= left_out * (minutes - minutes / 10);
  return frames * 1'001'000'000 / 30; // a frame lasts 1001 / 30000 s
}

std::string to_text(const timecode& at) {
  const char before_frames = at.rate == timecode_rate::drop_frame_29_97 ? ';' : ':';
  return fmt::format("{:02}:{:02}:{:02}{}{:02}", at.hours, at.minutes, at.seconds, before_frames, at.frames);
}

} // namespace troupe
