// Section 5, node by node, in float32 and in the order of the engine's published definitions.
#include "tests/engine/oracle_nodes.hpp"

#include "engine/math.hpp"

#include <cmath>

namespace troupe::test {
namespace {

using engine::clamp;
using engine::clamp01;

/// Whatever a node puts out is finite.
float finite(float x) {
  return std::isfinite(x) ? x : 0.f;
}

port_value scalar(float x) {
  return {port_type::scalar, {finite(x)}, {}};
}
port_value boolean(bool x) {
  return {port_type::boolean, {x ? 1.f : 0.f}, {}};
}
port_value color(float r, float g, float b) {
  return {port_type::color, {finite(r), finite(g), finite(b)}, {}};
}
port_value position(float pan, float tilt) {
  return {port_type::position, {finite(pan), finite(tilt)}, {}};
}
port_value whole(const bundle& b) {
  return {port_type::bundle, {}, b};
}

float lfo(const node_call& c, double acc) {
  const auto p = static_cast<float>(engine::frac(acc + static_cast<double>(c.number("phase"))));
  switch (c.type) {
  case node_type::sine_lfo:
    return (engine::sin_turns(p) + 1.f) * 0.5f;
  case node_type::triangle_lfo:
    return 1.f - std::fabs(2.f * p - 1.f);
  case node_type::saw_lfo:
    return p;
  default:
    return p < 0.5f ? 1.f : 0.f;
  }
}

float noise(double x, float seed) {
  const double i = std::floor(x);
  const auto f = static_cast<float>(x - i);
  const float u = (f * f) * (3.f - 2.f * f);
  const auto s = engine::mix32(engine::wrap32(std::floor(static_cast<double>(seed) + 0.5)));
  const float a = engine::unit(engine::mix32(engine::wrap32(i) + s));
  const float b = engine::unit(engine::mix32(engine::wrap32(i) + 1 + s));
  return a + (b - a) * u;
}

float chase(const node_call& c, double pos) {
  if (c.index < 0) return 0;
  if (c.count == 1) return 1;
  const auto i = static_cast<float>(c.index), n = static_cast<float>(c.count);
  const auto k = static_cast<float>(std::floor(pos));
  const auto f = static_cast<float>(pos - std::floor(pos));
  const float e = std::fabs((i - k) - f);
  const float d = e < n - e ? e : n - e;
  const float q = 1.f - d / c.number("width");
  return q > 0 ? q : 0;
}

float spread(const node_call& c) {
  if (c.index < 0) return 0;
  const float from = c.number("from"), to = c.number("to");
  const float part = c.count == 1 ? 0.f : static_cast<float>(c.index) / static_cast<float>(c.count - 1);
  return from + (to - from) * part;
}

float flash(const node_call& c, const node_state& s) {
  if (s.stage == 0) return 0;
  const double attack = c.number("attack"), decay = c.number("decay");
  if (s.age < attack) return static_cast<float>(s.age / attack);
  if (s.age == attack) return 1;
  if (decay <= 0) return 0;
  const double x = 1 - (s.age - attack) / decay;
  return x > 0 ? static_cast<float>(x) : 0.f;
}

bool compare(float a, float b, const std::string& mode) {
  if (mode == "<") return a < b;
  if (mode == "<=") return a <= b;
  if (mode == ">=") return a >= b;
  if (mode == "==") return a == b;
  return a > b;
}

bundle scaled(bundle b, float scale) {
  if (b.intensity) b.intensity = clamp01(*b.intensity * scale);
  if (b.color)
    b.color = rgb{clamp01(b.color->r * scale), clamp01(b.color->g * scale), clamp01(b.color->b * scale)};
  if (b.pan) b.pan = clamp(*b.pan * scale, -1, 1);
  if (b.tilt) b.tilt = clamp(*b.tilt * scale, -1, 1);
  if (b.zoom) b.zoom = clamp01(*b.zoom * scale);
  return b;
}

bundle merged(bundle base, const bundle& over) {
  if (over.intensity) base.intensity = over.intensity;
  if (over.color) base.color = over.color;
  if (over.pan) base.pan = over.pan;
  if (over.tilt) base.tilt = over.tilt;
  if (over.zoom) base.zoom = over.zoom;
  return base;
}

bundle attribute(float value, const std::string& name) {
  bundle b;
  (name == "pan" ? b.pan : name == "tilt" ? b.tilt : name == "zoom" ? b.zoom : b.intensity) = value;
  return b;
}

bundle as_bundle(const port_value& value) {
  const auto& x = value.numbers;
  if (value.type == port_type::bundle) return value.attributes;
  if (value.type == port_type::scalar) return attribute(x[0], "intensity");
  bundle b;
  if (value.type == port_type::color)
    b.color = rgb{x[0], x[1], x[2]};
  else
    b.pan = x[0], b.tilt = x[1];
  return b;
}

float smooth(const node_call& c, float y, bool first) {
  const float value = c.number("value"), smoothing = c.number("smoothing");
  const float k = smoothing <= 0 ? 1.f : static_cast<float>(1 - engine::power01(smoothing, 60.0 * c.dt));
  if (first || k >= 1) return value;
  if (k <= 0) return y;
  const float d = value - y;
  return std::fabs(d) < 0x1p-20f ? value : finite(y + d * k);
}

void advance_envelope(const node_call& c, node_state& s) {
  const bool gate = c.flag("gate"), was_open = s.stage == 1;
  if (gate != was_open) {
    s.stage = gate ? 1 : 0;
    s.age = 0;
    s.from = s.level;
  } else {
    s.age += c.dt;
  }
  const double attack = c.number("attack"), decay = c.number("decay"), sustain = c.number("sustain");
  const double release = c.number("release"), from = s.from;
  double v = 0;
  if (gate && s.age < attack) {
    v = from + (1 - from) * (s.age / attack);
  } else if (gate) {
    const double b = s.age - attack;
    v = b < decay ? 1 - (1 - sustain) * (b / decay) : sustain;
  } else if (s.age < release) {
    v = from * (1 - s.age / release);
  }
  s.level = finite(static_cast<float>(v));
}

std::vector<port_value> control(const node_call& c) {
  if (c.type == node_type::fader) {
    const auto found = c.inputs_now.faders.find(c.param("faderId"));
    return {scalar(found == c.inputs_now.faders.end() ? 0.f : found->second)};
  }
  const auto found = c.inputs_now.buttons.find(c.param("buttonId"));
  const auto level = found == c.inputs_now.buttons.end() ? button_level{} : found->second;
  auto pressed = boolean(level.pressed);
  pressed.type = port_type::trigger;
  return {pressed, boolean(level.down)};
}

std::vector<port_value> colors(const node_call& c) {
  switch (c.type) {
  case node_type::color_constant:
    return {color(c.number("r"), c.number("g"), c.number("b"))};
  case node_type::mix_color: {
    const auto &a = c.in.at("a").numbers, &b = c.in.at("b").numbers;
    const float x = c.number("mix");
    return {color(a[0] + (b[0] - a[0]) * x, a[1] + (b[1] - a[1]) * x, a[2] + (b[2] - a[2]) * x)};
  }
  case node_type::scale_color: {
    const auto& from = c.in.at("color").numbers;
    const float x = c.number("scale");
    return {color(clamp01(from[0] * x), clamp01(from[1] * x), clamp01(from[2] * x))};
  }
  default: {
    const float h = c.number("h"), s = c.number("s"), v = c.number("v");
    const auto channel = [&](float offset) { return v - (v * s) * engine::hue(h, offset); };
    return {color(channel(engine::hue_red), channel(engine::hue_green), channel(engine::hue_blue))};
  }
  }
}

std::vector<port_value> positions(const node_call& c) {
  if (c.type == node_type::position_constant) return {position(c.number("pan"), c.number("tilt"))};
  const auto& from = c.in.at("position").numbers;
  if (c.type == node_type::offset_position)
    return {position(clamp(from[0] + c.number("deltaPan"), -1, 1),
                     clamp(from[1] + c.number("deltaTilt"), -1, 1))};
  const float x = c.number("scale");
  return {position(clamp(from[0] * x, -1, 1), clamp(from[1] * x, -1, 1))};
}

std::vector<port_value> network(const node_call& c) {
  if (c.type == node_type::timecode) {
    const auto& mark = c.inputs_now.timecode;
    const auto now = static_cast<std::int64_t>(std::llround(c.t * 1e9));
    const auto age = now - mark.at_ns;
    const bool running = mark.known && age < 500'000'000;
    const auto position = mark.position_ns + (running && age > 0 ? age : 0);
    return {scalar(static_cast<float>(engine::seconds(position))), boolean(running)};
  }
  const auto found = c.inputs_now.network.find(static_cast<std::uint16_t>(c.whole("universe", 0)));
  if (found == c.inputs_now.network.end()) return {scalar(0)};
  const auto channel = static_cast<std::size_t>(c.whole("channel", 1));
  const int high = found->second[channel - 1];
  if (c.param("resolution", "8bit") == "8bit") return {scalar(static_cast<float>(high) / 255.f)};
  const int low = channel < 512 ? found->second[channel] : 0;
  return {scalar(static_cast<float>(high * 256 + low) / 65535.f)};
}

} // namespace

int node_call::whole(std::string_view name, int otherwise) const {
  const auto* value = node.params.if_contains(name);
  return value ? static_cast<int>(value->to_number<double>()) : otherwise;
}

std::string node_call::param(std::string_view name, std::string_view otherwise) const {
  const auto* value = node.params.if_contains(name);
  return value ? std::string(value->get_string()) : std::string(otherwise);
}

bool has_state(node_type type) {
  switch (type) {
  case node_type::smooth:
  case node_type::sine_lfo:
  case node_type::triangle_lfo:
  case node_type::saw_lfo:
  case node_type::square_lfo:
  case node_type::noise:
  case node_type::chase:
  case node_type::flash:
  case node_type::envelope:
    return true;
  default:
    return false;
  }
}

node_state advance(const node_call& c, const node_state* before) {
  node_state s = before ? *before : node_state{};
  const bool first = !before;
  switch (c.type) {
  case node_type::smooth:
    s.level = smooth(c, s.level, first);
    break;
  case node_type::noise:
    if (!first) s.phase += static_cast<double>(c.number("speed")) * c.dt;
    break;
  case node_type::chase:
    if (c.count > 0) {
      if (!first) s.phase += static_cast<double>(c.number("speed")) * c.dt;
      s.phase = engine::modulo(s.phase, c.count);
    }
    break;
  case node_type::flash:
    if (c.flag("trigger"))
      s = {0, 0, 0, 0, 1};
    else if (!first)
      s.age += c.dt;
    break;
  case node_type::envelope:
    advance_envelope(c, s);
    break;
  default: { // the LFOs
    const double rate = static_cast<double>(c.number("frequency")) * static_cast<double>(c.number("speed"));
    if (!first) s.phase = engine::frac(s.phase + rate * c.dt);
  }
  }
  return s;
}

std::vector<port_value> outputs(const node_call& c, const node_state& s) {
  switch (c.type) {
  case node_type::time:
    return {scalar(static_cast<float>(c.t)), scalar(static_cast<float>(c.dt))};
  case node_type::fader:
  case node_type::button:
    return control(c);
  case node_type::dmx_in:
  case node_type::timecode:
    return network(c);
  case node_type::scalar:
    return {scalar(c.number("value"))};
  case node_type::boolean:
    return {boolean(c.flag("value"))};
  case node_type::add:
    return {scalar(c.number("a") + c.number("b"))};
  case node_type::subtract:
    return {scalar(c.number("a") - c.number("b"))};
  case node_type::multiply:
    return {scalar(c.number("a") * c.number("b"))};
  case node_type::divide:
    return {scalar(c.number("b") == 0 ? 0.f : c.number("a") / c.number("b"))};
  case node_type::min:
    return {scalar(c.number("a") < c.number("b") ? c.number("a") : c.number("b"))};
  case node_type::max:
    return {scalar(c.number("a") > c.number("b") ? c.number("a") : c.number("b"))};
  case node_type::clamp01:
    return {scalar(clamp01(c.number("value")))};
  case node_type::map_range: {
    const float low = c.number("inMin"), high = c.number("inMax"), from = c.number("outMin");
    if (low == high) return {scalar(from)};
    return {scalar(from + (c.number("outMax") - from) * ((c.number("value") - low) / (high - low)))};
  }
  case node_type::smooth:
  case node_type::envelope:
    return {scalar(s.level)};
  case node_type::compare:
    return {boolean(compare(c.number("a"), c.number("b"), c.param("mode", ">")))};
  case node_type::switch_:
    return {scalar(c.flag("condition") ? c.number("a") : c.number("b"))};
  case node_type::sine_lfo:
  case node_type::triangle_lfo:
  case node_type::saw_lfo:
  case node_type::square_lfo:
    return {scalar(lfo(c, s.phase))};
  case node_type::noise:
    return {scalar(noise(s.phase, c.number("seed")))};
  case node_type::chase:
    return {scalar(chase(c, s.phase))};
  case node_type::spread:
    return {scalar(spread(c))};
  case node_type::flash:
    return {scalar(flash(c, s))};
  case node_type::color_constant:
  case node_type::mix_color:
  case node_type::scale_color:
  case node_type::hsv_color:
    return colors(c);
  case node_type::position_constant:
  case node_type::offset_position:
  case node_type::scale_position:
    return positions(c);
  case node_type::preset: {
    const auto* found = find(c.show.presets, c.param("presetId"));
    return {whole(found ? found->attributes : bundle{})};
  }
  case node_type::color_to_bundle:
    return {whole(as_bundle(c.in.at("color")))};
  case node_type::position_to_bundle:
    return {whole(as_bundle(c.in.at("position")))};
  case node_type::scalar_to_bundle:
    return {whole(attribute(c.number("value"), c.param("attribute", "intensity")))};
  case node_type::merge_bundle:
    return {whole(merged(c.in.at("base").attributes, c.in.at("override").attributes))};
  case node_type::scale_bundle:
    return {whole(scaled(c.in.at("bundle").attributes, c.number("scale")))};
  default:
    return {{}}; // SelectGroup, SelectFixture
  }
}

port_value arrive(port_value value, const input_spec& port) {
  if (port.type == port_type::bundle) return whole(as_bundle(value));
  value.type = port.type;
  const auto least = port.hard.min, most = port.hard.max;
  if (least && most)
    for (auto& x : value.numbers) x = clamp(x, static_cast<float>(*least), static_cast<float>(*most));
  return value;
}

} // namespace troupe::test
