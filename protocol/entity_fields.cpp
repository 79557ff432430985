#include "protocol/entity_fields.hpp"
#include "protocol/entity_codec.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <fmt/format.h>
#include <unordered_set>

namespace troupe::codec {

namespace {

namespace json = boost::json;
using std::string_view;

constexpr std::array<string_view, 11> model_members{
    "id",      "brand", "model",         "channels", "defaults", "whiteMode",
    "release", "cells", "cellFootprint", "span",     "revision"};
constexpr std::array<string_view, 6> fixture_members{"id",       "name",         "modelId",
                                                     "universe", "startChannel", "revision"};
constexpr std::array<string_view, 4> group_members{"id", "name", "fixtureIds", "revision"};
constexpr std::array<string_view, 4> input_members{"id", "name", "type", "revision"};
constexpr std::array<string_view, 5> preset_members{"id", "name", "type", "attributes", "revision"};
constexpr std::array<string_view, 6> graph_members{"id", "name", "enabled", "nodes", "edges", "revision"};
constexpr std::array<string_view, 5> attribute_members{"intensity", "color", "pan", "tilt", "zoom"};
constexpr std::array<string_view, 3> color_members{"r", "g", "b"};

constexpr std::int64_t max_cells = 65'536;

constexpr std::array<string_view, 2> white_modes{"copy", "extract"};
constexpr std::array<string_view, 3> release_modes{"dark", "hold", "zero"};
constexpr std::array<string_view, 2> span_modes{"aligned", "packed"};
constexpr std::array<string_view, 2> input_types{"fader", "button"};
constexpr std::array<string_view, 4> preset_types{"color", "position", "beam", "full"};

template <class Enum>
string_view word_of(std::span<const string_view> words, Enum value) {
  return words[static_cast<std::size_t>(value)];
}

// -- fixture model ----------------------------------------------------------------------------------------

std::vector<channel> read_channels(const json::value& value, const field_path& at, field_reader& in) {
  std::vector<channel> out;
  const auto* members = in.object(value, at);
  if (!members) return out;
  std::bitset<dmx_channels + 1> taken;
  out.reserve(members->size());
  for (const auto& [key, member] : *members) {
    const auto here = at.member({key.data(), key.size()});
    auto name = in.name(json::value(key), here);
    const auto offset = in.integer(member, here, 1, dmx_channels);
    if (in.ok() && taken[static_cast<std::size_t>(offset)])
      in.refuse(here, fmt::format("has the offset {} of another channel", offset));
    if (!in.ok()) return {};
    taken.set(static_cast<std::size_t>(offset));
    out.push_back({std::move(name), static_cast<std::uint16_t>(offset)});
  }
  return out;
}

std::vector<std::pair<std::string, std::uint8_t>> read_defaults(const json::value& value,
                                                                const field_path& at, field_reader& in) {
  std::vector<std::pair<std::string, std::uint8_t>> out;
  const auto* members = in.object(value, at);
  if (!members) return out;
  out.reserve(std::min<std::size_t>(members->size(), dmx_channels));
  for (const auto& [key, member] : *members) {
    const string_view name(key.data(), key.size());
    const auto level = in.integer(member, at.member(name), 0, 255);
    if (!in.ok()) return {};
    out.emplace_back(name, static_cast<std::uint8_t>(level));
  }
  return out;
}

void check_defaults(const fixture_model& model, const field_path& at, field_reader& in) {
  std::unordered_set<string_view> names;
  for (const auto& one : model.channels) names.insert(one.name);
  for (const auto& [name, level] : model.defaults)
    if (!names.contains(name))
      in.refuse(at.member(name), "is a default of a channel that the model doesn't have");
}

void read_cells(fixture_model& into, const json::object& from, const field_path& at, field_reader& in) {
  if (const auto* value = in.optional(from, at, "cells"))
    into.cells = static_cast<std::uint32_t>(in.integer(*value, at.member("cells"), 1, max_cells));
  if (const auto* value = in.optional(from, at, "cellFootprint"))
    into.cell_footprint =
        static_cast<std::uint16_t>(in.integer(*value, at.member("cellFootprint"), 1, dmx_channels));
  if (const auto* value = in.optional(from, at, "span"))
    into.span = static_cast<span_mode>(word(*value, at.member("span"), span_modes, in));
}

/// Cells that overlapped would be nobody's intention.
void check_cells(const fixture_model& model, const field_path& at, field_reader& in) {
  if (model.cell_footprint && *model.cell_footprint < model.footprint())
    in.refuse(at.member("cellFootprint"),
              fmt::format("must be at least {}, the highest offset of the channels", model.footprint()));
}

// -- preset -----------------------------------------------------------------------------------------------

std::optional<float> read_attribute(const json::object& from, const field_path& at, string_view key,
                                    double least, field_reader& in) {
  const auto* value = in.optional(from, at, key);
  if (!value) return std::nullopt;
  return static_cast<float>(in.number(*value, at.member(key), least, 1));
}

float read_component(const json::object& from, const field_path& at, string_view key, field_reader& in) {
  const auto* value = in.required(from, at, key);
  return value ? static_cast<float>(in.number(*value, at.member(key), 0, 1)) : 0;
}

void read_attributes(preset& into, const json::value& value, const field_path& at, field_reader& in) {
  const auto* from = in.object(value, at);
  if (!from) return;
  into.attributes = {.intensity = read_attribute(*from, at, "intensity", 0, in),
                     .color = {},
                     .pan = read_attribute(*from, at, "pan", -1, in),
                     .tilt = read_attribute(*from, at, "tilt", -1, in),
                     .zoom = read_attribute(*from, at, "zoom", 0, in)};
  into.unknown_attributes = unknown_members(*from, attribute_members, at, 2, in);
  into.unknown_color.clear();
  const auto* color = in.optional(*from, at, "color");
  const auto here = at.member("color");
  if (const auto* members = color ? in.object(*color, here) : nullptr) {
    into.attributes.color =
        rgb{read_component(*members, here, "r", in), read_component(*members, here, "g", in),
            read_component(*members, here, "b", in)};
    into.unknown_color = unknown_members(*members, color_members, here, 3, in);
  }
}

void check_attributes(const preset& value, const field_path& at, field_reader& in) {
  const auto& has = value.attributes;
  if (value.type == preset_type::color && !has.color && !has.intensity)
    in.refuse(at, "of a color preset must hold color or intensity");
  if (value.type == preset_type::position && !has.pan && !has.tilt)
    in.refuse(at, "of a position preset must hold pan or tilt");
  if (value.type == preset_type::beam && !has.zoom) in.refuse(at, "of a beam preset must hold zoom");
}

std::vector<std::string> read_ids(const json::value& value, const field_path& at, field_reader& in) {
  std::vector<std::string> out;
  const auto* items = in.array(value, at);
  if (!items) return out;
  std::unordered_set<string_view> seen;
  out.reserve(items->size());
  for (std::size_t i = 0; i < items->size() && in.ok(); ++i) {
    auto id = in.id((*items)[i], at.item(i));
    const auto* text = (*items)[i].if_string();
    if (text && seen.insert({text->data(), text->size()}).second) out.push_back(std::move(id));
  }
  return out;
}

} // namespace

void read_fields(fixture_model& into, const json::object& from, missing absent, field_reader& in) {
  const field_path root;
  if (const auto* value = field(from, root, "brand", absent, in))
    into.brand = in.name(*value, root.member("brand"));
  if (const auto* value = field(from, root, "model", absent, in))
    into.model = in.name(*value, root.member("model"));
  if (const auto* value = field(from, root, "channels", absent, in))
    into.channels = read_channels(*value, root.member("channels"), in);
  if (const auto* value = in.optional(from, root, "defaults"))
    into.defaults = read_defaults(*value, root.member("defaults"), in);
  if (const auto* value = in.optional(from, root, "whiteMode")) {
    into.white = static_cast<white_mode>(word(*value, root.member("whiteMode"), white_modes, in));
    into.white_named = true;
  }
  if (const auto* value = in.optional(from, root, "release"))
    into.release = static_cast<release_mode>(word(*value, root.member("release"), release_modes, in));
  read_cells(into, from, root, in);
  check_defaults(into, root.member("defaults"), in);
  check_cells(into, root, in);
}

void read_fields(fixture& into, const json::object& from, missing absent, field_reader& in) {
  const field_path root;
  if (const auto* value = field(from, root, "name", absent, in))
    into.name = in.name(*value, root.member("name"));
  if (const auto* value = field(from, root, "modelId", absent, in))
    into.model_id = in.id(*value, root.member("modelId"));
  if (const auto* value = field(from, root, "universe", absent, in))
    into.universe = static_cast<std::uint16_t>(in.integer(*value, root.member("universe"), 0, max_universe));
  if (const auto* value = field(from, root, "startChannel", absent, in))
    into.start_channel =
        static_cast<std::uint16_t>(in.integer(*value, root.member("startChannel"), 1, dmx_channels));
}

void read_fields(group& into, const json::object& from, missing absent, field_reader& in) {
  const field_path root;
  if (const auto* value = field(from, root, "name", absent, in))
    into.name = in.name(*value, root.member("name"));
  if (const auto* value = field(from, root, "fixtureIds", absent, in))
    into.fixture_ids = read_ids(*value, root.member("fixtureIds"), in);
}

void read_fields(input& into, const json::object& from, missing absent, field_reader& in) {
  const field_path root;
  if (const auto* value = field(from, root, "name", absent, in))
    into.name = in.name(*value, root.member("name"));
  if (const auto* value = field(from, root, "type", absent, in))
    into.type = static_cast<input_type>(word(*value, root.member("type"), input_types, in));
}

void read_fields(preset& into, const json::object& from, missing absent, field_reader& in) {
  const field_path root;
  if (const auto* value = field(from, root, "name", absent, in))
    into.name = in.name(*value, root.member("name"));
  if (const auto* value = field(from, root, "type", absent, in))
    into.type = static_cast<preset_type>(word(*value, root.member("type"), preset_types, in));
  if (const auto* value = field(from, root, "attributes", absent, in))
    read_attributes(into, *value, root.member("attributes"), in);
  check_attributes(into, root.member("attributes"), in);
}

std::span<const string_view> known_members(entity_kind kind) noexcept {
  switch (kind) {
  case entity_kind::model:
    return model_members;
  case entity_kind::fixture:
    return fixture_members;
  case entity_kind::group:
    return group_members;
  case entity_kind::input:
    return input_members;
  case entity_kind::preset:
    return preset_members;
  case entity_kind::graph:
    return graph_members;
  }
  return {};
}

json::object unknown_members(const json::object& from, std::span<const string_view> known,
                             const field_path& at, std::size_t depth, field_reader& in) {
  json::object out;
  for (const auto& [key, value] : from) {
    const string_view name(key.data(), key.size());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    in.kept_key(name, at);
    in.kept(value, at.member(name), depth);
    if (!in.ok()) return {};
    out.emplace(key, value);
  }
  return out;
}

std::size_t word(const json::value& value, const field_path& at, std::span<const string_view> words,
                 field_reader& in) {
  const auto* text = value.if_string();
  for (std::size_t i = 0; text && i < words.size(); ++i)
    if (*text == words[i]) return i;
  in.refuse(at, fmt::format("must be one of {}", fmt::join(words, ", ")));
  return 0;
}

// -- writing ------------------------------------------------------------------------------------------------

void write_fields(const fixture_model& value, json::object& to) {
  to["brand"] = value.brand;
  to["model"] = value.model;
  auto& channels = to["channels"].emplace_object();
  for (const auto& one : value.channels) channels.emplace(one.name, one.offset);
  if (!value.defaults.empty()) {
    auto& defaults = to["defaults"].emplace_object();
    for (const auto& [name, level] : value.defaults) defaults.emplace(name, level);
  }
  if (value.white_named) to["whiteMode"] = word_of(white_modes, value.white);
  if (value.release) to["release"] = word_of(release_modes, *value.release);
  if (value.cells) to["cells"] = *value.cells;
  if (value.cell_footprint) to["cellFootprint"] = *value.cell_footprint;
  if (value.span) to["span"] = word_of(span_modes, *value.span);
}

void write_fields(const fixture& value, json::object& to) {
  to["name"] = value.name;
  to["modelId"] = value.model_id;
  to["universe"] = value.universe;
  to["startChannel"] = value.start_channel;
}

void write_fields(const group& value, json::object& to) {
  to["name"] = value.name;
  to["fixtureIds"] = json::array(value.fixture_ids.begin(), value.fixture_ids.end());
}

void write_fields(const input& value, json::object& to) {
  to["name"] = value.name;
  to["type"] = word_of(input_types, value.type);
}

void write_fields(const preset& value, json::object& to) {
  to["name"] = value.name;
  to["type"] = word_of(preset_types, value.type);
  auto& attributes = to["attributes"].emplace_object();
  attributes = to_json_value(value.attributes);
  if (auto* color = attributes.if_contains("color"))
    for (const auto& [key, member] : value.unknown_color) color->get_object().emplace(key, member);
  for (const auto& [key, member] : value.unknown_attributes) attributes.emplace(key, member);
}

} // namespace troupe::codec
