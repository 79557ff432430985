#pragma once
// Which ways out `troupe replay` is asked for.

#include "actors/cli/replay_output.hpp"
#include "actors/cli/streams.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::cli {

struct replay_ways {
  std::optional<std::string> artnet;   ///< host[:port]
  std::optional<std::string> sacn;     ///< `multicast`, or host[:port]
  std::optional<std::string> settings; ///< a settings file: all its outputs

  bool any() const noexcept { return artnet || sacn || settings; }
};

/// Opens all of them. Outputs of the settings that look for nodes by themselves are left out, and told.
/// @returns VALIDATION_ERROR for addresses and settings that make no sense
result<std::vector<std::unique_ptr<replay_output>>> open_ways(const replay_ways& wanted, const streams& io);

} // namespace troupe::cli
