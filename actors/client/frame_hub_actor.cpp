#include "actors/client/frame_hub_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/system/error_bridge.hpp"
#include "protocol/ws_messages.hpp"

#include <chrono>
#include <span>
#include <utility>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = frame_hub_actor::stateful_pointer<frame_hub_state>;

constexpr auto status_period = 100ms;
constexpr auto big_status_period = 1s;
constexpr std::size_t big_status = 64 * 1024;
constexpr std::size_t max_new_shows = 64; // as many as a client may have waiting
constexpr auto ask_memory = 2s;           // who asked for a frame will ask again
constexpr auto grid_slack = 2ms;          // a tick that is a little early still counts

text_ptr as_text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

state_throttle::time now_of(pointer self) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch());
}

void tell_lanes(pointer self, client_news news) {
  const auto shared = std::make_shared<const client_news>(std::move(news));
  for (const auto& lane : port::state(self).peers->lanes) self->send(lane, shared);
}

/// Only after the first frame, which knows the graphs of the show.
text_ptr make_status(pointer self) {
  auto& st = port::state(self);
  const auto hz = static_cast<double>(st.micro_hz) / 1e6;
  std::optional<double> wanted;
  if (st.wanted_micro_hz != st.micro_hz) wanted = static_cast<double>(st.wanted_micro_hz) / 1e6;
  auto text =
      ws::runtime_status_message(st.frame->layout.get(), st.frame->writes, st.frame->time, hz, wanted);
  st.status_big = text.size() > big_status;
  st.status_wanted = false;
  st.status_sent = self->clock().now();
  return as_text(std::move(text));
}

void status_after_frame(pointer self) {
  auto& st = port::state(self);
  const auto period =
      st.status_big && !st.status_wanted ? std::chrono::milliseconds{big_status_period} : status_period;
  if (self->clock().now() - st.status_sent + grid_slack < period) return;
  client_news news;
  news.status = make_status(self);
  tell_lanes(self, std::move(news));
}

void flush(pointer self) {
  auto& st = port::state(self);
  if (!st.new_shows.empty()) return; // first things first
  client_news news;
  news.states = st.news.due(now_of(self));
  if (!news.states.empty()) tell_lanes(self, std::move(news));
  const auto next = st.news.next_due();
  if (!next || st.flush_planned) return;
  st.flush_planned = true;
  self->scheduled_send(self, self->clock().now() + (*next - now_of(self)), flush_atom_v);
}

// -- frames -----------------------------------------------------------------------------------------------

bool any_json(const frame_hub_state& st) {
  for (const auto& lane : st.lanes)
    if (lane.json) return true;
  return false;
}

/// Whether any client wants the cells, and so the stages have to make their colours.
bool any_cells(const frame_hub_state& st) {
  for (const auto& lane : st.lanes)
    if (lane.cells) return true;
  return false;
}

void hand_out(pointer self, std::size_t index) {
  auto& st = port::state(self);
  auto& lane = st.lanes[index];
  lane.behind = false;
  frame_news news;
  if (lane.json && st.frame->attributes) news.image = st.images.latest();
  if (lane.binary) news.dmx = st.dmx_images.latest();
  if (!news.image && !news.dmx) return;
  lane.ready = false;
  news.sent_ns = stamp(*self, metrics_of(st.peers));
  self->send(st.peers->lanes[index], std::move(news));
}

/// As one step: last frame of the old show, show/changed, runtime/status, input/changed, frames of the new.
/// It waits for the first frame of the new show, which knows the show's instances.
void announce_show(pointer self) {
  auto& st = port::state(self);
  client_news news;
  const auto shows = std::exchange(st.new_shows, {});
  for (const auto& passed : std::span{shows}.first(shows.size() - 1)) { // no tick fell into their time
    client_news brief;
    brief.show_changed = as_text(ws::show_changed_message(passed));
    tell_lanes(self, std::move(brief));
  }
  news.show_changed = as_text(ws::show_changed_message(shows.back()));
  news.status = make_status(self);
  news.inputs = st.inputs;
  tell_lanes(self, std::move(news));
  flush(self);
}

/// Stages only fill what somebody wants to see.
void tell_stages(pointer self, bool anew) {
  auto& st = port::state(self);
  const bool asked = self->clock().now() < st.asked_until;
  const frame_demand now{asked || any_json(st), any_cells(st)};
  if (!anew && now == st.demand) return;
  st.demand = now;
  if (!st.peers) return;
  for (const auto& stage : st.peers->stages) self->send(stage, frames_wanted{now});
}

void take_frame(pointer self, const frame_made& made) {
  auto& st = port::state(self);
  const bool first = !std::exchange(st.frame, made.frame);
  if (first) status_after_frame(self); // the first message on a connection
  if (!st.new_shows.empty()) announce_show(self);
  tell_stages(self, false); // who asked may have gone
  auto* measures = metrics_of(st.peers);
  bool json = false, binary = false;
  for (const auto& lane : st.lanes) {
    json |= lane.json;
    binary |= lane.binary;
  }
  json &= made.frame->attributes; // the first frames after a client came may have been made for nobody
  if (json) st.images.make(*made.frame, st.show_epoch, any_cells(st));
  if (binary) st.dmx_images.make(st.gathering.whole_dmx(), st.show_epoch);
  for (std::size_t i = 0; i < st.lanes.size(); ++i) {
    auto& lane = st.lanes[i];
    if (!(lane.json && json) && !lane.binary) continue;
    if (lane.ready)
      hand_out(self, i);
    else if (std::exchange(lane.behind, true) && measures)
      add(measures->full[bounded_queue::lane_slot]);
  }
  status_after_frame(self);
}

// -- news -------------------------------------------------------------------------------------------------

state_text text_of(const entity_news& told) {
  state_text news;
  news.key = "entity/changed " + std::string{kind_name(told.kind)} + ' ' + told.id;
  news.resync = told.kind;
  if (told.entity)
    news.text = as_text(ws::entity_changed_message(
        told.op == entity_news::operation::created ? ws::change_op::created : ws::change_op::updated,
        *told.entity));
  else
    news.text = as_text(ws::entity_deleted_message(told.kind, told.id, told.revision));
  return news;
}

state_text text_of(const compile_news& told) {
  return {"compile/result " + told.graph_id, std::nullopt,
          as_text(ws::compile_result_message(told.graph_id, told.revision, told.outcome))};
}

void take_controls(frame_hub_state& st, const show_update& update) {
  if (!update.controls) return;
  st.inputs = update.controls;
  const auto early = std::exchange(st.early_inputs, nullptr);
  if (early && early->layout == st.inputs->layout && early->version > st.inputs->version) st.inputs = early;
}

void take_update(pointer self, const show_update& update) {
  auto& st = port::state(self);
  take_controls(st, update);
  st.status_wanted |= update.install != nullptr || !update.announcements.empty();
  for (const auto& one : update.announcements) {
    if (const auto* show = std::get_if<show_news>(&one)) {
      if (st.new_shows.size() == max_new_shows) {
        st.new_shows.erase(st.new_shows.begin());
        if (auto* measures = metrics_of(st.peers)) add(measures->full[bounded_queue::new_shows]);
      }
      st.new_shows.push_back(show->show);
      ++st.show_epoch;
      st.news.clear();
    } else if (const auto* entity = std::get_if<entity_news>(&one)) {
      st.news.put(text_of(*entity));
    } else {
      st.news.put(text_of(std::get<compile_news>(one)));
    }
  }
  if (!st.new_shows.empty()) return;
  flush(self);
  if (update.controls) {
    client_news news;
    news.inputs = st.inputs;
    tell_lanes(self, std::move(news));
  }
}

void take_inputs(pointer self, const inputs_changed& changed) {
  auto& st = port::state(self);
  if (!st.inputs || st.inputs->layout != changed.inputs->layout) {
    st.early_inputs = changed.inputs;
    return;
  }
  st.inputs = changed.inputs;
  if (!st.new_shows.empty()) return;
  client_news news;
  news.inputs = st.inputs;
  tell_lanes(self, std::move(news));
}

} // namespace

frame_hub_actor::behavior_type frame_hub(pointer self) {
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        const bool new_stages = !st.peers || st.peers->stages != change.now->stages;
        st.peers = change.now;
        st.lanes.resize(st.peers->lanes.size());
        if (new_stages) st.gathering.reset(st.peers->stages.size());
        tell_stages(self, true);
      },
      [self](const frame_made& part) {
        auto& st = port::state(self);
        taken(*self, metrics_of(st.peers), inbox::frame_hub, part.sent_ns);
        if (const auto made = st.gathering.add(part)) take_frame(self, *made);
      },
      [self](const show_update_ptr& update) {
        if (port::state(self).gathering.installed(update)) take_update(self, *update);
      },
      [self](const inputs_changed& changed) { take_inputs(self, changed); },
      [self](const tick_rate_changed& changed) {
        auto& st = port::state(self);
        st.status_wanted |= st.micro_hz != changed.micro_hz || st.wanted_micro_hz != changed.wanted_micro_hz;
        st.micro_hz = changed.micro_hz;
        st.wanted_micro_hz = changed.wanted_micro_hz;
      },
      [self](const lane_ready& one) {
        auto& lane = port::state(self).lanes[one.lane];
        lane.ready = true;
        if (lane.behind) hand_out(self, one.lane);
      },
      [self](const lane_wants& one) {
        auto& st = port::state(self);
        auto& lane = st.lanes[one.lane];
        lane.json = one.json;
        lane.binary = one.binary;
        lane.cells = one.cells;
        if (!any_json(st)) st.images = frame_image_pool{};
        tell_stages(self, false);
      },
      [self](ask_frame) -> caf::result<frame_made> {
        auto& st = port::state(self);
        st.asked_until = self->clock().now() + ask_memory;
        tell_stages(self, false);
        if (!st.frame) return to_caf({ec::not_found, "no frame has been made yet", {}});
        return frame_made{st.frame, st.gathering.whole_dmx(), 0, 0};
      },
      [self](flush_atom) {
        port::state(self).flush_planned = false;
        flush(self);
      },
  };
}

} // namespace troupe::actors
