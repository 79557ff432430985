// What clients send: `ws_messages.hpp`, first half.
#include "protocol/field_reader.hpp"
#include "protocol/json_text.hpp"
#include "protocol/utf8.hpp"
#include "protocol/ws_messages.hpp"

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <fmt/format.h>
#include <unordered_set>

namespace troupe::ws {

namespace {

namespace json = boost::json;
using std::string_view;

constexpr double highest_hz = 240;

std::string read_id(const json::object& from, string_view key, field_reader& in) {
  const field_path root;
  const auto* value = in.required(from, root, key);
  return value ? in.id(*value, root.member(key)) : std::string{};
}

client_message read_fader(const json::object& from, field_reader& in) {
  const field_path root;
  fader_moved out{read_id(from, "faderId", in), 0};
  if (const auto* value = in.required(from, root, "value"))
    out.value = static_cast<float>(std::clamp(in.number(*value, root.member("value")), 0.0, 1.0));
  return out;
}

template <class Message>
client_message read_button(const json::object& from, field_reader& in) {
  return Message{read_id(from, "buttonId", in)};
}

/// What belongs to the other encoding is refused, unless it is empty and so asks for nothing.
const json::array* read_filter(const json::object& from, string_view key, bool fits, field_reader& in) {
  const field_path root;
  const auto* value = in.optional(from, root, key);
  const auto* items = value ? in.array(*value, root.member(key)) : nullptr;
  if (items && !items->empty() && !fits) in.refuse(root.member(key), "does not fit the encoding");
  return items;
}

std::vector<std::string> read_fixture_ids(const json::object& from, bool fits, field_reader& in) {
  const field_path root;
  const auto at = root.member("fixtureIds");
  std::vector<std::string> out;
  const auto* items = read_filter(from, "fixtureIds", fits, in);
  if (!items) return out;
  std::unordered_set<string_view> seen;
  for (std::size_t i = 0; i < items->size() && in.ok(); ++i) {
    auto id = in.text((*items)[i], at.item(i));
    const auto* text = (*items)[i].if_string();
    if (text && seen.insert({text->data(), text->size()}).second) out.push_back(std::move(id));
  }
  return out;
}

std::vector<std::uint16_t> read_universes(const json::object& from, bool fits, field_reader& in) {
  const field_path root;
  const auto at = root.member("universes");
  std::vector<std::uint16_t> out;
  const auto* items = read_filter(from, "universes", fits, in);
  if (!items) return out;
  for (std::size_t i = 0; i < items->size() && in.ok(); ++i)
    out.push_back(static_cast<std::uint16_t>(in.integer((*items)[i], at.item(i), 0, max_universe)));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool read_encoding(const json::object& from, field_reader& in) {
  const field_path root;
  const auto* value = in.optional(from, root, "encoding");
  if (!value || *value == "json") return false;
  if (*value != "binary") in.refuse(root.member("encoding"), "must be one of json, binary");
  return true;
}

frame_mode read_mode(const json::object& from, field_reader& in) {
  const field_path root;
  const auto* value = in.required(from, root, "mode");
  if (!value || *value == "full") return frame_mode::full;
  if (*value != "delta") in.refuse(root.member("mode"), "must be one of full, delta");
  return frame_mode::delta;
}

client_message read_subscribe(const json::object& from, field_reader& in) {
  const field_path root;
  subscribe_frames out;
  out.mode = read_mode(from, in);
  out.binary = read_encoding(from, in);
  out.fixture_ids = read_fixture_ids(from, !out.binary, in);
  out.universes = read_universes(from, out.binary, in);
  if (const auto* value = in.optional(from, root, "maxHz")) {
    out.max_hz = in.number(*value, root.member("maxHz"));
    if (!(*out.max_hz > 0 && *out.max_hz <= highest_hz))
      in.refuse(root.member("maxHz"), "must be a number above 0, at most 240");
  }
  // Binary frames have every cell anyway, so there it asks for nothing more.
  if (const auto* value = in.optional(from, root, "cells"))
    out.cells = in.boolean(*value, root.member("cells")) && !out.binary;
  return out;
}

client_message read_tick_rate(const json::object& from, field_reader& in) {
  const field_path root;
  const auto* value = in.required(from, root, "hz");
  return set_tick_rate{value ? in.number(*value, root.member("hz"), 1, highest_hz) : 1};
}

client_message read_enabled(const json::object& from, field_reader& in) {
  const field_path root;
  set_enabled out{read_id(from, "instanceId", in), true};
  if (const auto* value = in.required(from, root, "enabled"))
    out.enabled = in.boolean(*value, root.member("enabled"));
  return out;
}

client_message read_ping(const json::object& from, field_reader& in) {
  const field_path root;
  ping out;
  const auto* nonce = from.if_contains("nonce");
  if (!nonce) return out;
  // Pongs wait in a queue, so what they carry is bounded.
  if (to_json(*nonce).size() > max_string_bytes)
    in.refuse(root.member("nonce"), "must be at most 64 KiB long");
  out.nonce = json::value(*nonce, json::storage_ptr{});
  return out;
}

client_message read_hello(const json::object& from, field_reader& in) {
  const field_path root;
  hello out;
  if (const auto* value = in.required(from, root, "name")) out.name = in.name(*value, root.member("name"));
  if (has_control(out.name)) in.refuse(root.member("name"), "must not hold control characters");
  return out;
}

template <class Message>
client_message read_plain(const json::object&, field_reader&) {
  return Message{};
}

struct message_row {
  string_view type;
  client_message (*read)(const json::object&, field_reader&);
};

/// The most frequent first.
constexpr std::array rows{message_row{"input/fader", read_fader},
                          message_row{"input/buttonDown", read_button<button_down>},
                          message_row{"input/buttonUp", read_button<button_up>},
                          message_row{"input/buttonPress", read_button<button_press>},
                          message_row{"ping", read_ping},
                          message_row{"runtime/subscribeFrames", read_subscribe},
                          message_row{"runtime/unsubscribeFrames", read_plain<unsubscribe_frames>},
                          message_row{"runtime/setTickRate", read_tick_rate},
                          message_row{"instance/setEnabled", read_enabled},
                          message_row{"history/undo", read_plain<history_undo>},
                          message_row{"history/redo", read_plain<history_redo>},
                          message_row{"hello", read_hello}};

result<client_message> read_message(const json::object& from) {
  const field_path root;
  field_reader in;
  const auto* type = in.required(from, root, "type");
  if (type && !type->is_string()) in.refuse(root.member("type"), "must be a string");
  if (!in.ok()) return in.take_failure();
  const string_view name(type->get_string().data(), type->get_string().size());
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.type == name; });
  if (row == rows.end())
    return fail(ec::unknown_type, fmt::format("there is no message type \"{}\"", excerpt(name)));
  auto out = row->read(from, in);
  if (const auto* id = from.if_contains("requestId");
      id && !id->is_string() && !id->is_number() && !id->is_null())
    in.refuse(root.member("requestId"), "must be a string or a number");
  if (!in.ok()) return in.take_failure();
  return out;
}

} // namespace

parsed_message parse_client_message(string_view text) {
  std::array<unsigned char, 4096> buffer; // enough for everything but long subscriptions
  json::monotonic_resource memory(buffer.data(), buffer.size());
  auto document = parse_json(text, &memory);
  if (!document) return {nullptr, failure(std::move(document.error()))};
  const auto* members = document->if_object();
  if (!members) return {nullptr, fail(ec::validation_error, "a message must be a JSON object")};
  json::value request_id;
  if (const auto* id = members->if_contains("requestId"); id && (id->is_string() || id->is_number()))
    request_id = json::value(*id, json::storage_ptr{});
  return {std::move(request_id), read_message(*members)};
}

} // namespace troupe::ws
