#include "actors/console/console_preview_actor.hpp"

#include "actors/console/console_view.hpp"
#include "actors/console/palette.hpp"

#include <chrono>
#include <cstdlib>
#include <unistd.h>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = console_preview_actor::stateful_pointer<console_preview_state>;

constexpr auto period = 100ms;

std::optional<std::string> environment_variable(std::string_view name) {
  const char* value = std::getenv(std::string{name}.c_str());
  return value ? std::optional<std::string>{value} : std::nullopt;
}

void take_rig(console_preview_state& st) {
  const auto show = st.published->now();
  const std::array versions{show->state.version(entity_kind::fixture),
                            show->state.version(entity_kind::group)};
  if (versions == st.rig_versions) return;
  st.rig_versions = versions;
  std::vector<console::patched_fixture> fixtures;
  show->state.each(entity_kind::fixture, [&](const record_ptr& one) {
    fixtures.push_back({one->id, one->as<fixture>().name});
  });
  std::vector<console::fixture_group> groups;
  show->state.each(entity_kind::group, [&](const record_ptr& one) {
    groups.push_back({one->id, one->as<group>().name, one->as<group>().fixture_ids});
  });
  st.model.apply_show(show->state.show());
  st.model.apply_fixtures(std::move(fixtures), std::move(groups));
}

console::shown_status status_of(const frame_data& frame) {
  console::shown_status told;
  told.t = static_cast<double>(frame.time.t_ns) / 1e9;
  told.tick_hz = frame.time.dt_ns > 0 ? 1e9 / static_cast<double>(frame.time.dt_ns) : 0;
  told.frame_number = frame.time.frame_number;
  for (const auto& one : frame.layout->instances) {
    ++told.graphs;
    if (!one.last_error.empty())
      told.broken.push_back({one.graph_id, one.last_error});
    else if (one.enabled)
      ++told.enabled;
  }
  return told;
}

void draw(pointer self, const frame_data& frame) {
  auto& st = port::state(self);
  const auto now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch());
  take_rig(st);
  st.model.apply_status(status_of(frame), now);
  st.model.apply_frame(console::to_shown(frame));
  if (!st.screen) st.screen.emplace(STDOUT_FILENO);
  st.drawing = st.screen->show(
      console::draw(st.model, st.screen->size(), console::depth_from(environment_variable), now));
}

} // namespace

console_preview_actor::behavior_type console_preview(pointer self, std::shared_ptr<publication> published) {
  port::state(self).published = std::move(published);
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        st.peers = change.now;
        if (!std::exchange(st.drawing, true)) self->delayed_send(self, period, draw_atom_v);
      },
      [self](draw_atom) {
        self->request(port::state(self).peers->frame_hub, 1s, ask_frame{})
            .then(
                [self](const frame_made& newest) {
                  draw(self, *newest.frame);
                  if (port::state(self).drawing) self->delayed_send(self, period, draw_atom_v);
                },
                [self](const caf::error&) { self->delayed_send(self, period, draw_atom_v); });
      },
  };
}

} // namespace troupe::actors
