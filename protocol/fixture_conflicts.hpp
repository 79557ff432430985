#pragma once
// Fixtures that share DMX channels: legal, but rarely meant (protocol, section 1).

#include "protocol/show_state.hpp"

#include <boost/json/array.hpp>
#include <cstdint>
#include <vector>

namespace troupe {

/// One fixture of a conflict, with the channels it takes there: of its cells only those that take part.
struct conflicting_fixture {
  record_ptr fixture;
  std::uint16_t start_channel = 1; ///< 1..512
  std::uint16_t end_channel = 1;   ///< the last one
};

/// Fixtures of one universe that hang together by overlapping: each shares a channel with another of them.
/// One entry per such cluster, so a pile of fixtures on one address is one finding and not a finding per
/// pair.
struct fixture_conflict {
  std::uint16_t universe = 0;
  std::uint16_t from = 1;                    ///< first channel that more than one of them takes
  std::uint16_t to = 1;                      ///< last such channel
  std::vector<conflicting_fixture> fixtures; ///< by start channel, then in the order of the show
};

/// By universe and channel. A fixture without its model has no channels. Those between the highest offset of
/// a cell and the next cell (`cellFootprint`) are free: packed strips may be interleaved. O(n log n) in the
/// number of pieces: one per fixture and universe, or one per cell where there are free channels between the
/// cells.
std::vector<fixture_conflict> fixture_conflicts(const show_state& state);

/// `[{universe, from, to, fixtures: [{id, name, startChannel, endChannel}]}]`.
boost::json::array to_json_value(const std::vector<fixture_conflict>& conflicts);

} // namespace troupe
