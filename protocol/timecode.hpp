#pragma once
// Timecode as lighting desks and players tell it: hours, minutes, seconds, frames.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

enum class timecode_rate : std::uint8_t {
  film_24,
  ebu_25,
  drop_frame_29_97, ///< frames 0 and 1 of each minute are left out, but not of each tenth
  smpte_30
};

/// `24`, `25`, `29.97df`, `30`.
std::string_view timecode_rate_name(timecode_rate rate) noexcept;

struct timecode {
  std::uint8_t hours = 0, minutes = 0, seconds = 0, frames = 0;
  timecode_rate rate = timecode_rate::ebu_25;
  friend bool operator==(const timecode&, const timecode&) = default;
};

/// Whether its parts are within their ranges, and no frame that drop-frame leaves out.
bool valid(const timecode& at) noexcept;

/// The time since 00:00:00:00. @pre valid
std::int64_t position_ns(const timecode& at) noexcept;

/// `01:02:03:04`; of drop-frame `01:02:03;04`.
std::string to_text(const timecode& at);

} // namespace troupe
