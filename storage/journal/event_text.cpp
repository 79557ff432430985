#include "protocol/json_text.hpp"
#include "storage/journal/event.hpp"

#include <charconv>

namespace troupe::storage {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_hex(std::string& out, const sha256_digest& digest) {
  std::array<char, 2 * std::tuple_size_v<sha256_digest>> text;
  auto* at = text.data();
  for (const auto byte : digest) {
    *at++ = hex_digits[byte >> 4];
    *at++ = hex_digits[byte & 15];
  }
  out.append(text.data(), text.size());
}

int nibble(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

template <class Integer>
void member(std::string& out, std::string_view name, Integer number) {
  out += ",\"";
  out += name;
  out += "\":";
  append_integer(out, number);
}

void text_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

/// The members of `details`, and `entity` if there is one, in one object.
void append_payload(std::string& out, const journal_event& event) {
  if (!event.entity) {
    out += event.details;
    return;
  }
  out += "{\"entity\":";
  out += *event.entity;
  if (event.details.size() > 2) { // not {}
    out += ',';
    out.append(event.details, 1, std::string::npos);
  } else {
    out += '}';
  }
}

} // namespace

void append_chained_text(std::string& out, const journal_event& event) {
  out += "{\"position\":";
  append_integer(out, event.position);
  text_member(out, "show", event.stream.show);
  text_member(out, "kind", event.stream.kind);
  text_member(out, "id", event.stream.id);
  member(out, "sequence", event.sequence);
  text_member(out, "eventId", event.event_id);
  text_member(out, "type", event.type);
  member(out, "version", event.version);
  member(out, "time", event.time_ms);
  text_member(out, "author", event.author);
  text_member(out, "client", event.client);
  text_member(out, "correlationId", event.correlation_id);
  out += ",\"entity\":";
  out += event.entity ? std::string_view(*event.entity) : std::string_view("null");
  out += ",\"details\":";
  out += event.details;
  out += ",\"prevHash\":\"";
  append_hex(out, event.previous);
  out += "\"}";
}

void append_event_json(std::string& out, const journal_event& event) {
  out += "{\"position\":";
  append_integer(out, event.position);
  if (event.stream.show.empty())
    out += ",\"show\":null";
  else
    text_member(out, "show", event.stream.show);
  text_member(out, "kind", event.stream.kind);
  text_member(out, "id", event.stream.id);
  member(out, "sequence", event.sequence);
  text_member(out, "eventId", event.event_id);
  text_member(out, "type", event.type);
  member(out, "version", event.version);
  text_member(out, "time", iso_time(event.time_ms));
  text_member(out, "author", event.author);
  text_member(out, "client", event.client);
  text_member(out, "correlationId", event.correlation_id);
  out += ",\"payload\":";
  append_payload(out, event);
  out += ",\"prevHash\":\"";
  append_hex(out, event.previous);
  out += "\",\"hash\":\"";
  append_hex(out, event.hash);
  out += "\"}";
}

std::string to_hex(const sha256_digest& digest) {
  std::string out;
  out.reserve(2 * digest.size());
  append_hex(out, digest);
  return out;
}

std::optional<sha256_digest> parse_digest(std::string_view hex) {
  sha256_digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return digest;
}

} // namespace troupe::storage
