#pragma once
// Frames for tests, made from bundles by fixture id.

#include "protocol/frame.hpp"
#include "protocol/frame_image.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

using bundles = std::map<std::string, bundle>;

inline std::shared_ptr<const fixture_layout> layout_of(std::vector<std::string> ids,
                                                       std::vector<std::uint32_t> order) {
  auto layout = std::make_shared<fixture_layout>();
  layout->ids = std::move(ids);
  layout->order = std::move(order);
  return layout;
}

/// One slot after the other, in order.
inline std::shared_ptr<const fixture_layout> layout_of(std::vector<std::string> ids) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t slot = 0; slot < ids.size(); ++slot) order.push_back(slot);
  return layout_of(std::move(ids), std::move(order));
}

inline void write_slot(frame_data& frame, std::size_t slot, const bundle& value) {
  const auto write = [&](column c, float x) { frame.values[static_cast<std::size_t>(c)][slot] = x; };
  std::uint8_t mask = 0;
  if (value.intensity) mask |= has_intensity, write(column::intensity, *value.intensity);
  if (value.color) {
    mask |= has_color;
    write(column::red, value.color->r);
    write(column::green, value.color->g);
    write(column::blue, value.color->b);
  }
  if (value.pan) mask |= has_pan, write(column::pan, *value.pan);
  if (value.tilt) mask |= has_tilt, write(column::tilt, *value.tilt);
  if (value.zoom) mask |= has_zoom, write(column::zoom, *value.zoom);
  frame.mask[slot] = mask;
  frame.written[slot] = 1;
}

/// A frame of that layout in which exactly `written` are in. Frame n is at (n - 1) / 60 s.
inline frame_data frame_of(std::uint64_t number, std::shared_ptr<const fixture_layout> fixtures,
                           const bundles& written) {
  frame_data frame;
  frame.time.frame_number = number;
  frame.time.t_ns = static_cast<std::int64_t>((number - 1) * 1'000'000'000 / 60);
  const auto slots = fixtures->slots();
  frame.written.assign(slots, 0);
  frame.mask.assign(slots, 0);
  for (auto& column : frame.values) column.assign(slots, 0.0F);
  for (const auto& [id, value] : written) {
    const auto found = std::find(fixtures->ids.begin(), fixtures->ids.end(), id);
    if (found != fixtures->ids.end())
      write_slot(frame, static_cast<std::size_t>(found - fixtures->ids.begin()), value);
  }
  auto layout = std::make_shared<frame_layout>();
  layout->fixtures = std::move(fixtures);
  frame.layout = std::move(layout);
  return frame;
}

inline bundle dimmed(float intensity) {
  bundle value;
  value.intensity = intensity;
  return value;
}

inline bundle colored(float r, float g, float b) {
  bundle value;
  value.color = rgb{r, g, b};
  return value;
}

} // namespace troupe::test
