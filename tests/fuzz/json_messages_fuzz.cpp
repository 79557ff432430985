// Any text is either refused or read; what was read is written as text that reads as the same again.

#include "protocol/entity_codec.hpp"
#include "protocol/ws_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace troupe;

void insist(bool holds) {
  if (!holds) std::abort();
}

/// An error must have a message, and be one that can be sent.
void check_error(const error& problem, const boost::json::value& request_id) {
  insist(!problem.message.empty());
  const auto sent = parse_json(ws::error_message(problem, request_id));
  insist(sent && sent->as_object().begin()->key() == "type");
}

void check_text(std::string_view text, const boost::json::value& value) {
  const auto canonical = to_json(value);
  const auto again = parse_json(canonical);
  insist(again && to_json(*again) == canonical);
  insist(canonical.size() <= text.size() * 8); // \u0000 for one byte is the worst a string can do
}

void check_entity(entity_kind kind, const boost::json::object& members, entity_source source) {
  const auto record = parse_entity(kind, "id", 7, members, source);
  if (!record) {
    insist(record.error().code == ec::validation_error);
    return check_error(record.error(), nullptr);
  }
  const auto& text = (*record)->json;
  const auto document = parse_json(text);
  insist(document.has_value());
  const auto again = parse_entity(kind, "id", 7, document->as_object(), source);
  insist(again && (*again)->json == text);
  const auto updated = update_entity(**record, document->as_object());
  if (source == entity_source::network) insist(updated && (*updated)->revision == 8);
}

void check_entities(const boost::json::object& members) {
  for (std::uint8_t i = 0; i < entity_kind_count; ++i)
    for (const auto source : {entity_source::network, entity_source::file})
      check_entity(static_cast<entity_kind>(i), members, source);
}

void check_message(std::string_view text) {
  const auto parsed = ws::parse_client_message(text);
  insist(parsed.request_id.is_null() || parsed.request_id.is_string() || parsed.request_id.is_number());
  if (!parsed.message) return check_error(parsed.message.error(), parsed.request_id);
  if (const auto* moved = std::get_if<ws::fader_moved>(&*parsed.message))
    insist(moved->value >= 0 && moved->value <= 1 && check_id(moved->fader_id, "faderId"));
  if (const auto* asked = std::get_if<ws::ping>(&*parsed.message))
    insist(parse_json(ws::pong_message(*asked, 1)).has_value());
  if (const auto* wanted = std::get_if<ws::subscribe_frames>(&*parsed.message))
    insist(wanted->fixture_ids.empty() || wanted->universes.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_message(text);
  const auto value = parse_json(text);
  if (!value) {
    insist(value.error().code == ec::parse_error || value.error().code == ec::validation_error);
    check_error(value.error(), nullptr);
    return 0;
  }
  check_text(text, *value);
  if (const auto* members = value->if_object()) check_entities(*members);
  return 0;
}
