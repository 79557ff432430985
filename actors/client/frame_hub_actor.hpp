#pragma once
// The last frame and all news, each made once and handed to the lanes.

#include "actors/client/frame_gathering.hpp"
#include "actors/client/state_throttle.hpp"
#include "protocol/actors.hpp"
#include "protocol/frame_binary.hpp"
#include "protocol/frame_image.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

struct frame_hub_state {
  static constexpr const char* name = "frame_hub";
  frame_hub_state() {}

  struct lane_slot {
    bool ready = true;   // it has taken the last frame
    bool behind = false; // a newer one waits for it
    bool json = false;
    bool binary = false;
    bool cells = false; // of the JSON ones
  };

  std::shared_ptr<const cast> peers;
  std::vector<lane_slot> lanes;

  frame_gathering gathering; // of the parts that the stages make
  frame_ptr frame;
  frame_demand demand{false, false};          // what the stages have been told
  caf::actor_clock::time_point asked_until{}; // somebody asked for frames lately
  frame_image_pool images;
  dmx_image_pool dmx_images;
  std::uint64_t show_epoch = 1;

  std::int64_t micro_hz = 60'000'000, wanted_micro_hz = 60'000'000;
  state_throttle news;
  std::shared_ptr<const input_image> inputs;
  std::shared_ptr<const input_image> early_inputs; // of a show that isn't announced yet
  std::vector<std::string> new_shows;              // to be announced with the first frame of the last of them
  caf::actor_clock::time_point status_sent{-std::chrono::hours{1}};
  bool status_wanted = true; // something happened that clients want to see soon
  bool status_big = false;
  bool flush_planned = false;
};

frame_hub_actor::behavior_type frame_hub(frame_hub_actor::stateful_pointer<frame_hub_state> self);

} // namespace troupe::actors
