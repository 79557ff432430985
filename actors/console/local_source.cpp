#include "actors/console/local_source.hpp"

namespace troupe::console {

namespace {

bundle bundle_at(const frame_data& frame, std::size_t slot) {
  const auto value = [&](column which) { return frame.values[static_cast<std::size_t>(which)][slot]; };
  const auto mask = frame.mask[slot];
  bundle out;
  if (mask & has_intensity) out.intensity = value(column::intensity);
  if (mask & has_color) out.color = rgb{value(column::red), value(column::green), value(column::blue)};
  if (mask & has_pan) out.pan = value(column::pan);
  if (mask & has_tilt) out.tilt = value(column::tilt);
  if (mask & has_zoom) out.zoom = value(column::zoom);
  return out;
}

} // namespace

shown_frame to_shown(const frame_data& frame) {
  shown_frame out;
  out.number = frame.time.frame_number;
  out.t = static_cast<double>(frame.time.t_ns) / 1e9;
  if (!frame.layout || !frame.layout->fixtures) return out;
  const auto& fixtures = *frame.layout->fixtures;
  for (const auto slot : fixtures.order)
    if (frame.written[slot]) out.fixtures.emplace(fixtures.ids[slot], bundle_at(frame, slot));
  return out;
}

shown_status status_of(const frame_layout& layout, const tick_time& time, double tick_hz) {
  shown_status out;
  out.tick_hz = tick_hz;
  out.t = static_cast<double>(time.t_ns) / 1e9;
  out.frame_number = time.frame_number;
  out.graphs = layout.instances.size();
  for (const auto& each : layout.instances) {
    if (!each.last_error.empty())
      out.broken.push_back({each.graph_id, each.last_error});
    else if (each.enabled)
      ++out.enabled;
  }
  return out;
}

void apply_state(console_model& model, const show_state& state) {
  std::vector<patched_fixture> fixtures;
  state.each(entity_kind::fixture, [&](const record_ptr& each) {
    fixtures.push_back({each->id, each->as<fixture>().name});
  });
  std::vector<fixture_group> groups;
  state.each(entity_kind::group, [&](const record_ptr& each) {
    const auto& value = each->as<group>();
    groups.push_back({each->id, value.name, value.fixture_ids});
  });
  model.apply_show(state.show());
  model.apply_fixtures(std::move(fixtures), std::move(groups));
}

} // namespace troupe::console
