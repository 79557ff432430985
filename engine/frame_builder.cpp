#include "engine/frame_builder.hpp"

#include "engine/math.hpp"
#include "protocol/frame_kernel.hpp"

#include <algorithm>

namespace troupe::engine {

namespace {

/// floor(sum / count + 1/2)
std::int64_t rounded_mean(std::int64_t sum, std::int64_t count) {
  const auto numerator = 2 * sum + count, denominator = 2 * count;
  const auto quotient = numerator / denominator;
  return quotient - (numerator % denominator < 0 ? 1 : 0);
}

constexpr std::size_t at(column c) {
  return static_cast<std::size_t>(c);
}

/// As frame_data::cell_colors says.
void light(std::uint8_t* rgb, const tile_columns& tile, std::size_t i) {
  const auto mask = tile.mask[i];
  const float intensity = mask & has_intensity ? clamp01(tile.values[at(column::intensity)][i]) : 1.0f;
  const auto part = [&](column c) {
    const float color = mask & has_color       ? clamp01(tile.values[at(c)][i])
                        : mask & has_intensity ? 1.0f
                                               : 0.0f;
    return static_cast<std::uint8_t>(to_level8(color * intensity));
  };
  rgb[0] = part(column::red);
  rgb[1] = part(column::green);
  rgb[2] = part(column::blue);
}

} // namespace

void frame_builder::begin(frame_data& frame, const frame_demand& demand) {
  const auto slots = demand.attributes ? frame.layout->fixtures->slots() : 0;
  frame.attributes = demand.attributes;
  frame.written.assign(slots, 0);
  frame.mask.assign(slots, 0);
  for (auto& one : frame.values) one.assign(slots, 0.0f);
  const auto& begins = frame.layout->fixtures->cell_begins;
  cells_ = demand.attributes && demand.cells && !begins.empty();
  frame.cell_colors.resize(cells_ ? std::size_t{3} * begins.back() : 0);
}

void frame_builder::take(std::span<const tile_fixtures> fixtures, const tile_columns& tile,
                         const place_table& places, frame_data& frame) {
  for (const auto& one : fixtures) {
    const auto from = one.place - tile.base;
    if (!one.strip) {
      std::copy_n(tile.written + from, one.count, frame.written.data() + one.slot);
      std::copy_n(tile.mask + from, one.count, frame.mask.data() + one.slot);
      for (std::size_t c = 0; c < column_count; ++c)
        std::copy_n(tile.values[c] + from, one.count, frame.values[c].data() + one.slot);
      continue;
    }
    take_strip(one, tile, frame);
    if (!cells_) continue;
    const auto cell = one.place - places.by_slot()[one.slot].first;
    auto* rgb =
        frame.cell_colors.data() + std::size_t{3} * (frame.layout->fixtures->cell_begins[one.slot] + cell);
    for (std::uint32_t i = 0; i < one.count; ++i) light(rgb + std::size_t{3} * i, tile, from + i);
  }
}

void frame_builder::take_strip(const tile_fixtures& part, const tile_columns& tile, frame_data& frame) {
  if (part.first) {
    sums_.fill(0);
    count_ = 0;
  }
  const auto from = part.place - tile.base;
  for (std::size_t c = 0; c < column_count; ++c)
    for (std::uint32_t i = 0; i < part.count; ++i)
      sums_[c] += troupe::kernel::round5(tile.values[c][from + i]);
  count_ += part.count;
  if (!part.last) return;
  // Selections hold whole fixtures: what one cell has, all have.
  frame.written[part.slot] = tile.written[from];
  frame.mask[part.slot] = tile.mask[from];
  for (std::size_t c = 0; c < column_count; ++c)
    frame.values[c][part.slot] = static_cast<float>(rounded_mean(sums_[c], count_)) / 100000.0f;
}

} // namespace troupe::engine
