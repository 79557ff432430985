#include "actors/console/server_messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>

namespace troupe::console {

namespace {

namespace json = boost::json;
using std::string_view;

const json::value* member(const json::value& of, string_view key) {
  const auto* object = of.if_object();
  return object ? object->if_contains(key) : nullptr;
}

std::string text(const json::value& of, string_view key) {
  const auto* value = member(of, key);
  const auto* string = value ? value->if_string() : nullptr;
  return string ? std::string(string->data(), string->size()) : std::string{};
}

std::optional<double> number(const json::value& of, string_view key) {
  const auto* value = member(of, key);
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<float> level(const json::value& of, string_view key) {
  const auto value = number(of, key);
  return value ? std::optional(static_cast<float>(*value)) : std::nullopt;
}

std::uint64_t count(const json::value& of, string_view key) {
  const auto* value = member(of, key);
  if (!value) return 0;
  json::error_code failed;
  const auto read = value->to_number<std::uint64_t>(failed);
  return failed ? 0 : read;
}

bool flag(const json::value& of, string_view key) {
  const auto* value = member(of, key);
  return value && value->is_bool() && value->get_bool();
}

const json::array& items(const json::value& of, string_view key) {
  static const json::array none;
  const auto* value = member(of, key);
  const auto* array = value ? value->if_array() : nullptr;
  return array ? *array : none;
}

bundle read_bundle(const json::value& from) {
  bundle out;
  out.intensity = level(from, "intensity");
  out.pan = level(from, "pan");
  out.tilt = level(from, "tilt");
  out.zoom = level(from, "zoom");
  if (const auto* colour = member(from, "color"); colour && colour->is_object())
    out.color = rgb{level(*colour, "r").value_or(0), level(*colour, "g").value_or(0),
                    level(*colour, "b").value_or(0)};
  return out;
}

} // namespace

std::optional<message_head> peek(string_view message) {
  constexpr string_view begin = "{\"type\":\"";
  if (!message.starts_with(begin)) return std::nullopt;
  const auto end = message.find_first_of("\"\\", begin.size());
  if (end == string_view::npos || message[end] != '"') return std::nullopt;
  message_head out{message.substr(begin.size(), end - begin.size()), std::nullopt};
  if (out.type != "frame/full") return out;
  // `t` and `frameNumber` come before the fixtures, in which anything may stand.
  constexpr string_view key = "\"frameNumber\":";
  const auto head = message.substr(0, message.find('{', 1));
  const auto at = head.find(key);
  if (at == string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto* digits = head.data() + at + key.size();
  if (std::from_chars(digits, head.data() + head.size(), number).ec != std::errc{}) return std::nullopt;
  out.frame_number = number;
  return out;
}

std::optional<shown_frame> read_frame(const json::value& message) {
  const auto* fixtures = member(message, "fixtures");
  if (!fixtures || !fixtures->is_object()) return std::nullopt;
  shown_frame out{count(message, "frameNumber"), number(message, "t").value_or(0), {}};
  for (const auto& [id, values] : fixtures->get_object())
    if (values.is_object()) out.fixtures.emplace(id, read_bundle(values));
  return out;
}

std::optional<shown_status> read_status(const json::value& message) {
  const auto hz = number(message, "tickHz");
  if (!hz) return std::nullopt;
  shown_status out{*hz, number(message, "t").value_or(0), count(message, "frameNumber"), 0, 0, {}};
  for (const auto& instance : items(message, "instances")) {
    ++out.graphs;
    if (const auto reason = text(instance, "lastError"); !reason.empty())
      out.broken.push_back({text(instance, "id"), reason});
    else if (flag(instance, "enabled"))
      ++out.enabled;
  }
  return out;
}

std::vector<patched_fixture> read_fixtures(const json::value& answer) {
  std::vector<patched_fixture> out;
  for (const auto& each : items(answer, "data"))
    if (auto id = text(each, "id"); !id.empty()) out.push_back({std::move(id), text(each, "name")});
  return out;
}

std::vector<fixture_group> read_groups(const json::value& answer) {
  std::vector<fixture_group> out;
  for (const auto& each : items(answer, "data")) {
    fixture_group group{text(each, "id"), text(each, "name"), {}};
    for (const auto& id : items(each, "fixtureIds"))
      if (id.is_string()) group.fixture_ids.emplace_back(id.get_string());
    if (!group.id.empty()) out.push_back(std::move(group));
  }
  return out;
}

std::string read_show_name(const json::value& answer) {
  const auto* data = member(answer, "data");
  return data ? text(*data, "show") : std::string{};
}

} // namespace troupe::console
