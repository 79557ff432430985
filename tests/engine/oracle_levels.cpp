// Section 6: attributes to channels.
#include "tests/engine/oracle.hpp"

#include <cmath>

namespace troupe::test {
namespace {

float clamp01(float x) {
  return x > 0 ? (x < 1 ? x : 1) : 0;
}

bool has(const fixture_model& model, std::string_view name) {
  return std::any_of(model.channels.begin(), model.channels.end(),
                     [&](const auto& c) { return c.name == name; });
}

bool has_color(const fixture_model& model) {
  for (const auto* name : {"red", "green", "blue", "white", "cyan", "magenta", "yellow"})
    if (has(model, name)) return true;
  return false;
}

/// One level of 0..1 on a coarse channel and, where the model has one, a fine channel.
std::uint8_t split(float value, bool sixteen_bits, bool fine) {
  if (!sixteen_bits) return static_cast<std::uint8_t>(std::floor(value * 255.f + 0.5f));
  const auto level = static_cast<unsigned>(std::floor(value * 65535.f + 0.5f));
  return static_cast<std::uint8_t>(fine ? level & 255 : level >> 8);
}

/// What the channels of a model are made of, after the rules that mix attributes.
struct emitters {
  std::optional<float> dimmer, red, green, blue, white, pan, tilt, zoom;
};

emitters resolve(const fixture_model& model, const bundle& b) {
  emitters e;
  const bool dimmer = has(model, "dimmer");
  if (b.color) {
    rgb c{clamp01(b.color->r), clamp01(b.color->g), clamp01(b.color->b)};
    if (!dimmer && b.intensity) {
      const float i = clamp01(*b.intensity);
      c = {c.r * i, c.g * i, c.b * i};
    }
    if (dimmer && !has_color(model) && !b.intensity) e.dimmer = std::max({c.r, c.g, c.b});
    const float w = std::min({c.r, c.g, c.b});
    e.white = w;
    if (has(model, "white") && model.white == white_mode::extract) c = {c.r - w, c.g - w, c.b - w};
    e.red = c.r;
    e.green = c.g;
    e.blue = c.b;
  }
  if (b.intensity) e.dimmer = clamp01(*b.intensity);
  if (!e.dimmer && dimmer && has_color(model)) e.dimmer = 0.f;
  const auto turn = [](float x) { return ((x < -1 ? -1 : x > 1 ? 1 : x) + 1.f) / 2.f; };
  if (b.pan) e.pan = turn(*b.pan);
  if (b.tilt) e.tilt = turn(*b.tilt);
  if (b.zoom) e.zoom = clamp01(*b.zoom);
  return e;
}

/// The level that the attributes give a channel, if they do.
std::optional<std::uint8_t> level_of(const fixture_model& model, const emitters& e, std::string name) {
  const auto direct = [](const std::optional<float>& x) -> std::optional<std::uint8_t> {
    if (!x) return std::nullopt;
    return split(*x, false, false);
  };
  if (name == "red") return direct(e.red);
  if (name == "green") return direct(e.green);
  if (name == "blue") return direct(e.blue);
  if (name == "white") return direct(e.white);
  if (name == "cyan") return e.red ? direct(1.f - *e.red) : std::nullopt;
  if (name == "magenta") return e.green ? direct(1.f - *e.green) : std::nullopt;
  if (name == "yellow") return e.blue ? direct(1.f - *e.blue) : std::nullopt;
  const bool fine = name.ends_with("Fine");
  if (fine) name.resize(name.size() - 4);
  const auto* value = name == "dimmer" ? &e.dimmer
                      : name == "pan"  ? &e.pan
                      : name == "tilt" ? &e.tilt
                      : name == "zoom" ? &e.zoom
                                       : nullptr;
  if (!value || !*value) return std::nullopt;
  if (fine && !has(model, name)) return std::nullopt; // nothing to refine
  return split(**value, fine || has(model, name + "Fine"), fine);
}

std::uint8_t unwritten(const fixture_model& model, const std::string& name) {
  for (const auto& [channel, level] : model.defaults)
    if (channel == name) return level;
  const bool subtractive = name == "cyan" || name == "magenta" || name == "yellow";
  return subtractive && !has(model, "dimmer") ? 255 : 0;
}

} // namespace

std::vector<std::uint8_t> expected_levels(const fixture_model& model, const bundle& attributes) {
  const auto e = resolve(model, attributes);
  const bool dark = !attributes.intensity || clamp01(*attributes.intensity) == 0;
  std::vector<std::uint8_t> out;
  for (const auto& c : model.channels) {
    if (c.name == "shutter" && dark) {
      out.push_back(0);
      continue;
    }
    const auto level = level_of(model, e, c.name);
    out.push_back(level ? *level : unwritten(model, c.name));
  }
  return out;
}

std::array<std::uint8_t, 3> expected_color(const bundle& cell) {
  if (!cell.color && !cell.intensity) return {0, 0, 0};
  const rgb c = cell.color.value_or(rgb{1, 1, 1});
  const float i = cell.intensity ? clamp01(*cell.intensity) : 1.f;
  const auto level = [&](float x) { return split(clamp01(x) * i, false, false); };
  return {level(c.r), level(c.g), level(c.b)};
}

} // namespace troupe::test
