#include "actors/cli/renderer.hpp"

#include "actors/cli/frame_digest.hpp"
#include "actors/input/input_board.hpp"
#include "protocol/frame_binary.hpp"
#include "protocol/frame_json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace troupe::cli {

namespace {

/// Deadlines don't accumulate rounding: each is computed from its number.
std::int64_t deadline_ns(std::uint64_t frame, double hz) {
  return static_cast<std::int64_t>(std::floor(static_cast<double>(frame - 1) * 1e9 / hz + 0.5));
}

tick_time time_of(std::uint64_t frame, double hz) {
  const auto t = deadline_ns(frame, hz);
  return {frame, t, frame == 1 ? 0 : t - deadline_ns(frame - 1, hz), t};
}

input_change change_of(const fader_event& event) {
  return {input_action::move_fader, event.fader_id, level{event.value}};
}

input_change change_of(const button_event& event) {
  switch (event.action) {
  case button_action::down:
    return {input_action::press_down, event.button_id, {}};
  case button_action::up:
    return {input_action::release, event.button_id, {}};
  case button_action::press:
    break;
  }
  return {input_action::press_once, event.button_id, {}};
}

/// Hands the events out tick by tick, as a server takes in what its only client sent before a tick.
class event_player {
 public:
  event_player(offline_show& show, const std::vector<script_event>& events) : show_(show), events_(events) {
    board_.relayout(show.controls(), true);
    for (const auto& one : events)
      if (const auto* dmx = std::get_if<dmx_event>(&one.what)) network_.universes.push_back(dmx->universe);
    std::sort(network_.universes.begin(), network_.universes.end());
    network_.universes.erase(std::unique(network_.universes.begin(), network_.universes.end()),
                             network_.universes.end());
    network_.levels.resize(network_.universes.size() * dmx_inputs::channels);
    network_.priorities.resize(network_.levels.size(), 100);
  }

  std::shared_ptr<const input_snapshot> inputs_at(std::int64_t t_ns) {
    for (; next_ < events_.size() && events_[next_].at_ns <= t_ns; ++next_)
      std::visit([&](const auto& what) { play(what); }, events_[next_].what);
    if (std::exchange(dmx_moved_, false)) {
      network_moved news;
      news.dmx = std::make_shared<const dmx_inputs>(network_);
      board_.network_says(news);
    }
    return board_.tick();
  }

  std::size_t left() const noexcept { return events_.size() - next_; }

 private:
  static constexpr std::uint64_t client = 1;

  void play(const graph_event& what) { show_.enable(what.graph_id, what.enabled); }
  void play(const dmx_event& what) {
    network_.levels[*network_.find(what.universe) * dmx_inputs::channels + what.channel - 1] = what.level;
    dmx_moved_ = true;
  }
  template <class Control>
  void play(const Control& what) {
    board_.apply(client, change_of(what));
  }

  offline_show& show_;
  const std::vector<script_event>& events_;
  actors::input_board board_;
  dmx_inputs network_; // what the script has sent so far
  bool dmx_moved_ = false;
  std::size_t next_ = 0;
};

} // namespace

std::uint64_t frames_in(double seconds, double hz) {
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(seconds * hz - 1e-6)));
}

render_outcome render(offline_show& show, const std::vector<script_event>& events, const render_plan& plan,
                      const std::function<bool(const rendered_frame&)>& sink) {
  constexpr std::uint64_t epoch = 1;
  event_player player(show, events);
  frame_digest digest;
  frame_image_pool images;
  dmx_image_pool dmx_images;
  render_outcome out;
  for (bool wanted = true; wanted && out.frames < plan.frames;) {
    const auto time = time_of(++out.frames, plan.hz);
    const auto [frame, dmx] = show.tick(time, *player.inputs_at(time.t_ns));
    const auto json = frame_json::full(*images.make(*frame, epoch));
    const auto binary = frame_binary::full(*dmx_images.make(dmx, epoch));
    digest.add(json);
    digest.add("\n");
    digest.add(binary);
    if (sink) wanted = sink({json, binary});
  }
  out.unused_events = player.left();
  out.sha256 = digest.finish();
  return out;
}

} // namespace troupe::cli
