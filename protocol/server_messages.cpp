// What the server sends: `ws_messages.hpp`, second half.
#include "protocol/frame_json.hpp"
#include "protocol/json_text.hpp"
#include "protocol/ws_messages.hpp"

#include <array>
#include <fmt/format.h>
#include <iterator>

namespace troupe::ws {

namespace {

namespace json = boost::json;
using std::string_view;

std::string begin(string_view type) {
  std::string out = "{\"type\":";
  append_json_string(out, type);
  return out;
}

/// `key` is one of ours and needs no escapes.
void append_key(std::string& out, string_view key) {
  out += ",\"";
  out += key;
  out += "\":";
}

void append_member(std::string& out, string_view key, string_view text) {
  append_key(out, key);
  append_json_string(out, text);
}

void append_number(std::string& out, string_view key, std::uint64_t number) {
  append_key(out, key);
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void append_flag(std::string& out, string_view key, bool value) {
  append_key(out, key);
  out += value ? "true" : "false";
}

std::string begin_entity_changed(entity_kind kind, change_op op, string_view id, std::uint64_t revision) {
  static constexpr std::array<string_view, 3> names{"created", "updated", "deleted"};
  auto out = begin("entity/changed");
  append_member(out, "kind", kind_name(kind));
  append_member(out, "op", names[static_cast<std::size_t>(op)]);
  append_member(out, "id", id);
  append_number(out, "revision", revision);
  return out;
}

/// `{"a":…,"b":…}` of a list whose items have ids.
template <class Item, class Append>
void append_map(std::string& out, std::span<const Item> items, Append append) {
  out += '{';
  for (const auto& one : items) {
    if (&one != items.data()) out += ',';
    append_json_string(out, one.id);
    out += ':';
    append(one);
  }
  out += '}';
}

void append_write(std::string& out, const write_site& site, const write_report& report) {
  out += "{\"nodeId\":";
  append_json_string(out, site.node_id);
  out += ",\"selection\":[";
  for (const auto& id : site.selection) {
    if (&id != site.selection.data()) out += ',';
    append_json_string(out, id);
  }
  out += "],\"bundle\":";
  append_bundle(out, report.mask, report.values);
  out += ",\"priority\":";
  append_fixed5(out, report.priority);
  if (report.varying) out += ",\"varying\":true";
  out += '}';
}

/// Takes the reports of its writes from the front of `reports`.
void append_instance(std::string& out, const instance_site& site, std::span<const write_report>& reports) {
  static const write_report none;
  out += "{\"id\":";
  append_json_string(out, site.graph_id);
  append_member(out, "graphId", site.graph_id);
  append_flag(out, "enabled", site.enabled);
  if (!site.last_error.empty()) append_member(out, "lastError", site.last_error);
  append_number(out, "errorCount", site.error_count);
  append_key(out, "writes");
  out += '[';
  for (const auto& write : site.writes) {
    if (&write != site.writes.data()) out += ',';
    append_write(out, write, reports.empty() ? none : reports.front());
    if (!reports.empty()) reports = reports.subspan(1);
  }
  out += "]}";
}

} // namespace

std::string error_message(const error& what, const json::value& request_id) {
  auto out = begin("error");
  append_member(out, "message", what.message);
  append_member(out, "code", code_name(what.code));
  if (!what.details.empty()) {
    append_key(out, "details");
    append_json(out, what.details);
  }
  if (!request_id.is_null()) {
    append_key(out, "requestId");
    append_json(out, request_id);
  }
  return out += '}';
}

std::string pong_message(const ping& asked, std::int64_t time_ms) {
  auto out = begin("pong");
  if (asked.nonce) {
    append_key(out, "nonce");
    append_json(out, *asked.nonce);
  }
  append_key(out, "time");
  fmt::format_to(std::back_inserter(out), "{}", time_ms);
  return out += '}';
}

std::string history_changed_message(std::uint64_t position, string_view operator_name, std::uint64_t undo,
                                    std::uint64_t redo) {
  auto out = begin("history/changed");
  append_number(out, "position", position);
  append_member(out, "operator", operator_name);
  append_number(out, "undo", undo);
  append_number(out, "redo", redo);
  return out += '}';
}

std::string show_changed_message(string_view show) {
  auto out = begin("show/changed");
  append_member(out, "show", show);
  return out += '}';
}

std::string entity_changed_message(change_op op, const entity_record& entity) {
  auto out = begin_entity_changed(entity.kind(), op, entity.id, entity.revision);
  out.reserve(out.size() + entity.json.size() + 16);
  append_key(out, "entity");
  out += entity.json;
  return out += '}';
}

std::string entity_deleted_message(entity_kind kind, string_view id, std::uint64_t revision) {
  return begin_entity_changed(kind, change_op::deleted, id, revision) + '}';
}

std::string entity_resync_message(entity_kind kind) {
  auto out = begin("entity/resync");
  append_member(out, "kind", kind_name(kind));
  return out += '}';
}

std::string compile_result_message(string_view graph_id, std::uint64_t revision,
                                   const compile_result& outcome) {
  auto out = begin("compile/result");
  append_member(out, "graphId", graph_id);
  append_number(out, "revision", revision);
  append_flag(out, "ok", outcome.ok);
  append_key(out, "errors");
  out += '[';
  for (const auto& one : outcome.errors) {
    if (&one != outcome.errors.data()) out += ',';
    append_json(out, to_json_value(one));
  }
  return out += "]}";
}

std::string input_changed_message(std::span<const fader_value> faders,
                                  std::span<const button_value> buttons) {
  auto out = begin("input/changed");
  append_key(out, "faders");
  append_map(out, faders,
             [&](const fader_value& one) { append_json_number(out, shortest_decimal(one.value)); });
  append_key(out, "buttons");
  append_map(out, buttons, [&](const button_value& one) { out += one.down ? "true" : "false"; });
  return out += '}';
}

std::string runtime_status_message(const frame_layout* layout, std::span<const write_report> writes,
                                   const tick_time& time, double tick_hz, std::optional<double> wanted_hz) {
  auto out = begin("runtime/status");
  append_key(out, "tickHz");
  append_json_number(out, tick_hz);
  if (wanted_hz) {
    append_key(out, "targetHz");
    append_json_number(out, *wanted_hz);
  }
  append_key(out, "t");
  append_seconds(out, time.t_ns);
  append_number(out, "frameNumber", time.frame_number);
  append_key(out, "instances");
  out += '[';
  if (layout) {
    for (const auto& site : layout->instances) {
      if (&site != layout->instances.data()) out += ',';
      append_instance(out, site, writes);
    }
  }
  return out += "]}";
}

} // namespace troupe::ws
