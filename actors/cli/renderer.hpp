#pragma once
// Frames without a clock: a show and a script in, every frame and a hash over all of them out.

#include "actors/cli/offline_show.hpp"
#include "actors/cli/render_script.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

struct render_plan {
  double hz = 60;           ///< 1..240
  std::uint64_t frames = 1; ///< at least 1
};

/// The frames that begin before `seconds` have passed; at least one.
std::uint64_t frames_in(double seconds, double hz);

struct rendered_frame {
  std::string_view json;   ///< a frame/full message
  std::string_view binary; ///< a TRF1 message with every universe
};

struct render_outcome {
  std::uint64_t frames = 0; ///< fewer than planned if the sink had enough
  std::size_t unused_events = 0;
  /// SHA-256, in hexadecimal digits, over all frames: of each the frame/full message, a line feed, and the
  /// TRF1 message. The same for the same show, script and plan on every machine.
  std::string sha256;
};

/// @param events by time @param sink returns whether to go on; may be null
render_outcome render(offline_show& show, const std::vector<script_event>& events, const render_plan& plan,
                      const std::function<bool(const rendered_frame&)>& sink = {});

} // namespace troupe::cli
