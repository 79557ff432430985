#include "actors/console/console_preview_actor.hpp"

#include "actors/console/console_view.hpp"
#include "actors/console/local_source.hpp"
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
  if (std::exchange(st.rig_versions, versions) != versions) console::apply_state(st.model, show->state);
}

void draw(pointer self, const frame_data& frame) {
  auto& st = port::state(self);
  const auto now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(self->clock().now().time_since_epoch());
  take_rig(st);
  const auto hz = static_cast<double>(st.gauges->micro_hz.load()) / 1e6;
  st.model.apply_status(console::status_of(*frame.layout, frame.time, hz), now);
  st.model.count_frame(frame.time.frame_number, now);
  if (frame.attributes) st.model.apply_frame(console::to_shown(frame));
  if (!st.screen) st.screen.emplace(STDOUT_FILENO);
  st.drawing = st.screen->show(
      console::draw(st.model, st.screen->size(), console::depth_from(environment_variable), now));
}

} // namespace

console_preview_actor::behavior_type console_preview(pointer self, std::shared_ptr<publication> published,
                                                     std::shared_ptr<runtime_gauges> gauges) {
  port::state(self).published = std::move(published);
  port::state(self).gauges = std::move(gauges);
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
