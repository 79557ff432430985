#pragma once
// The parts that several stages make of a frame -> the whole; and the updates that each of them has
// installed. Pure; the frame_hub owns one.

#include "protocol/frame.hpp"
#include "protocol/local_messages.hpp"
#include "protocol/reuse_pool.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

class frame_gathering {
 public:
  /// From now on there are so many stages; what has come of the former ones is given up.
  void reset(std::size_t stages);

  /// @returns the whole frame, with the last of its parts; a part of a frame whose others never came is
  /// dropped
  std::optional<frame_made> add(const frame_made& part);

  /// @returns whether that was the last stage to install it
  bool installed(const show_update_ptr& update);

  /// The parts of the newest whole frame as one. Made at the first call.
  dmx_ptr whole_dmx();

 private:
  std::size_t stages_ = 1;
  std::vector<frame_made> parts_; // by stage
  std::size_t come_ = 0;          // of the frame that is coming
  std::vector<dmx_ptr> newest_;   // by stage, of the newest whole frame
  dmx_ptr newest_whole_;
  std::deque<std::pair<show_update_ptr, std::size_t>> updates_; // how many stages have installed each
  reuse_pool<frame_data> frames_;
  reuse_pool<dmx_data> levels_;
};

} // namespace troupe::actors
