#include "actors/console/palette.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace troupe::console {

namespace {

float unit(float value) {
  return std::isfinite(value) ? std::clamp(value, 0.0f, 1.0f) : 0.0f;
}

std::uint8_t eight_bits(float value) {
  return static_cast<std::uint8_t>(unit(value) * 255.0f + 0.5f);
}

int square_distance(shade a, shade b) {
  const auto square = [](int x) { return x * x; };
  return square(a.r - b.r) + square(a.g - b.g) + square(a.b - b.b);
}

} // namespace

colour_depth depth_from(const std::function<std::optional<std::string>(std::string_view)>& variable) {
  if (!variable("NO_COLOR").value_or("").empty() || variable("TERM").value_or("") == "dumb")
    return colour_depth::none;
  const auto named = variable("COLORTERM").value_or("");
  return named == "truecolor" || named == "24bit" ? colour_depth::true_colour : colour_depth::cube;
}

shade to_shade(const rgb& colour) {
  return {eight_bits(colour.r), eight_bits(colour.g), eight_bits(colour.b)};
}

shade light_of(const bundle& values) {
  const auto colour = values.color.value_or(values.intensity ? rgb{1, 1, 1} : rgb{});
  const auto level = unit(values.intensity.value_or(1.0f));
  return to_shade({unit(colour.r) * level, unit(colour.g) * level, unit(colour.b) * level});
}

std::optional<float> brightness_of(const bundle& values) {
  if (values.intensity) return unit(*values.intensity);
  if (values.color) return std::max({unit(values.color->r), unit(values.color->g), unit(values.color->b)});
  return std::nullopt;
}

int nearest_of_256(shade colour) {
  static constexpr std::array<int, 6> levels{0, 95, 135, 175, 215, 255};
  const auto nearest_level = [](int value) {
    return static_cast<int>(
        std::min_element(levels.begin(), levels.end(),
                         [&](int a, int b) { return std::abs(a - value) < std::abs(b - value); }) -
        levels.begin());
  };
  const auto level = [](int index) {
    return static_cast<std::uint8_t>(levels[static_cast<std::size_t>(index)]);
  };
  const int r = nearest_level(colour.r), g = nearest_level(colour.g), b = nearest_level(colour.b);
  const int mean = (colour.r + colour.g + colour.b) / 3;
  const int grey = std::clamp((mean - 3) / 10, 0, 23);
  const auto grey_level = static_cast<std::uint8_t>(8 + 10 * grey);
  const bool greyer = square_distance(colour, {grey_level, grey_level, grey_level}) <
                      square_distance(colour, {level(r), level(g), level(b)});
  return greyer ? 232 + grey : 16 + 36 * r + 6 * g + b;
}

std::string background(shade colour, colour_depth depth) {
  if (depth == colour_depth::none) return {};
  if (depth == colour_depth::cube) return fmt::format("\x1b[48;5;{}m", nearest_of_256(colour));
  return fmt::format("\x1b[48;2;{};{};{}m", colour.r, colour.g, colour.b);
}

std::string bold(colour_depth depth) {
  return depth == colour_depth::none ? "" : "\x1b[1m";
}

std::string dim(colour_depth depth) {
  return depth == colour_depth::none ? "" : "\x1b[2m";
}

std::string plain(colour_depth depth) {
  return depth == colour_depth::none ? "" : "\x1b[0m";
}

} // namespace troupe::console
