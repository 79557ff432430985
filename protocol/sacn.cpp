#include "protocol/sacn.hpp"

namespace troupe::sacn {

namespace {

using bytes_view = std::span<const std::uint8_t>;
using bytes_out = std::span<std::uint8_t>;

/// Preamble Size, Post-amble Size and ACN Packet Identifier (5.1 to 5.3).
constexpr std::array<std::uint8_t, 16> preamble{0x00, 0x10, 0x00, 0x00, 'A', 'S', 'C', '-',
                                                'E',  '1',  '.',  '1',  '7', 0,   0,   0};

// Where the layers and their fields begin (tables 4-1 to 4-3).
constexpr std::size_t root_layer = 16, root_vector = 18, cid_at = 22;
constexpr std::size_t framing_layer = 38, framing_vector = 40;
constexpr std::size_t name_at = 44, priority_at = 108, data_sync_at = 109, options_at = 112,
                      universe_at = 113;
constexpr std::size_t dmp_layer = 115, start_code_at = 125;
constexpr std::size_t sync_sequence_at = 44, sync_address_at = 45;
constexpr std::size_t list_layer = 112, list_vector = 114, page_at = 118, last_page_at = 119;

// Appendix A.
constexpr std::uint32_t root_data = 0x00000004, root_extended = 0x00000008;
constexpr std::uint32_t framing_data = 0x00000002;
constexpr std::uint32_t extended_sync = 0x00000001, extended_discovery = 0x00000002;
constexpr std::uint32_t universe_list = 0x00000001;

/// Vector, Address and Data Type, First Property Address, Address Increment (7.2 to 7.5).
constexpr std::array<std::uint8_t, 6> set_property{0x02, 0xa1, 0x00, 0x00, 0x00, 0x01};

constexpr std::uint16_t length_flags = 0x7000; // the high four bits of every Flags and Length

void put16(bytes_out out, std::size_t at, std::size_t value) noexcept {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

void put32(bytes_out out, std::size_t at, std::uint32_t value) noexcept {
  put16(out, at, value >> 16);
  put16(out, at + 2, value & 0xffff);
}

/// A layer reaches from its Flags and Length to the end of the packet.
void put_length(bytes_out out, std::size_t layer) noexcept {
  put16(out, layer, length_flags | (out.size() - layer));
}

void put_root(bytes_out out, std::uint32_t vector, const component_id& id) noexcept {
  std::copy(preamble.begin(), preamble.end(), out.begin());
  put_length(out, root_layer);
  put32(out, root_vector, vector);
  std::copy(id.begin(), id.end(), out.begin() + cid_at);
  put_length(out, framing_layer);
}

/// Source Name: as many whole characters as fit, and zeros.
void put_name(bytes_out out, std::string_view name) noexcept {
  auto size = std::min(name.size(), name_size - 1);
  const auto continues = [&](std::size_t at) {
    return at < name.size() && (static_cast<std::uint8_t>(name[at]) & 0xc0) == 0x80;
  };
  while (size > 0 && continues(size)) --size;
  const auto field = out.subspan(name_at, name_size);
  std::copy_n(name.begin(), size, field.begin());
  std::fill(field.begin() + static_cast<std::ptrdiff_t>(size), field.end(), std::uint8_t{0});
}

std::uint16_t get16(bytes_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t get32(bytes_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint32_t>(get16(bytes, at)) << 16 | get16(bytes, at + 2);
}

component_id get_id(bytes_view bytes) noexcept {
  component_id id;
  std::copy_n(bytes.begin() + cid_at, id.size(), id.begin());
  return id;
}

/// Should end with a zero; a sender that forgets it loses the last byte.
std::string_view get_name(bytes_view bytes) noexcept {
  const auto field = bytes.subspan(name_at, name_size - 1);
  const auto end = std::find(field.begin(), field.end(), std::uint8_t{0});
  return {reinterpret_cast<const char*>(field.data()), static_cast<std::size_t>(end - field.begin())};
}

/// Whether the layer that begins here ends where the packet does.
bool layer_fits(bytes_view bytes, std::size_t layer) noexcept {
  return get16(bytes, layer) == (length_flags | (bytes.size() - layer));
}

using parsed = tl::expected<packet, parse_error>;

parsed failed(parse_error what) noexcept {
  return tl::unexpected<parse_error>{what};
}

// All of these get the packet without what follows its root layer, at least up to the framing vector.

parsed parse_data(bytes_view bytes) noexcept {
  if (get32(bytes, framing_vector) != framing_data) return failed(parse_error::unknown_vector);
  if (bytes.size() < data_header_size) return failed(parse_error::too_short);
  if (!layer_fits(bytes, dmp_layer)) return failed(parse_error::bad_length);
  if (!std::equal(set_property.begin(), set_property.end(), bytes.begin() + dmp_layer + 2))
    return failed(parse_error::bad_property);
  const std::size_t values = bytes.size() - start_code_at; // with the START Code
  if (values > max_levels + 1 || get16(bytes, start_code_at - 2) != values)
    return failed(parse_error::bad_property);
  data_packet out;
  out.id = get_id(bytes);
  out.name = get_name(bytes);
  out.priority = bytes[priority_at];
  out.synchronization = get16(bytes, data_sync_at);
  out.sequence = bytes[111];
  out.options = bytes[options_at];
  out.universe_number = get16(bytes, universe_at);
  out.start_code = bytes[start_code_at];
  out.levels = bytes.subspan(data_header_size);
  if (out.priority > highest_priority || out.synchronization > universe::highest ||
      !universe::from(out.universe_number))
    return failed(parse_error::bad_value);
  return out;
}

parsed parse_sync(bytes_view bytes) noexcept {
  if (bytes.size() < sync_packet_size) return failed(parse_error::too_short);
  if (bytes.size() > sync_packet_size) return failed(parse_error::bad_length);
  sync_packet out;
  out.id = get_id(bytes);
  out.sequence = bytes[sync_sequence_at];
  out.synchronization = get16(bytes, sync_address_at);
  // 0 would synchronise nothing (6.3.3).
  if (!universe::from(out.synchronization)) return failed(parse_error::bad_value);
  return out;
}

parsed parse_discovery(bytes_view bytes) noexcept {
  if (bytes.size() < discovery_header_size) return failed(parse_error::too_short);
  if (bytes.size() > discovery_max_size || bytes.size() % 2 != 0 || !layer_fits(bytes, list_layer))
    return failed(parse_error::bad_length);
  if (get32(bytes, list_vector) != universe_list) return failed(parse_error::unknown_vector);
  discovery_packet out;
  out.id = get_id(bytes);
  out.name = get_name(bytes);
  out.page = bytes[page_at];
  out.last_page = bytes[last_page_at];
  out.list = bytes.subspan(discovery_header_size);
  if (out.page > out.last_page) return failed(parse_error::bad_value);
  return out;
}

std::optional<std::uint8_t> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

} // namespace

std::optional<component_id> component_id_from(std::string_view text) noexcept {
  constexpr std::size_t length = 36;
  if (text.size() != length) return std::nullopt;
  component_id id{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto digit = hex_digit(text[i]);
    if (!digit) return std::nullopt;
    auto& byte = id[digits++ / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | *digit);
  }
  if (id == component_id{}) return std::nullopt;
  return id;
}

std::string_view parse_error_name(parse_error what) noexcept {
  switch (what) {
  case parse_error::too_short:
    return "too_short";
  case parse_error::wrong_id:
    return "wrong_id";
  case parse_error::bad_length:
    return "bad_length";
  case parse_error::unknown_vector:
    return "unknown_vector";
  case parse_error::bad_property:
    return "bad_property";
  case parse_error::bad_value:
    return "bad_value";
  }
  return "unknown";
}

void encode_data(data_out out, const source& from, universe where, std::uint8_t sequence,
                 std::uint8_t options, start_code code, dmx_levels levels) noexcept {
  put_root(out, root_data, from.id);
  put32(out, framing_vector, framing_data);
  put_name(out, from.name);
  out[priority_at] = from.priority;
  put16(out, data_sync_at, from.synchronization);
  update_sequence(out.first<data_header_size>(), sequence);
  update_options(out.first<data_header_size>(), options);
  put16(out, universe_at, where.number());
  put_length(out, dmp_layer);
  std::copy(set_property.begin(), set_property.end(), out.begin() + dmp_layer + 2);
  put16(out, start_code_at - 2, max_levels + 1); // Property value count (7.6)
  out[start_code_at] = static_cast<std::uint8_t>(code);
  update_levels(out, levels);
}

void encode_sync(sync_out out, const component_id& id, std::uint8_t sequence,
                 universe synchronization) noexcept {
  put_root(out, root_extended, id);
  put32(out, framing_vector, extended_sync);
  out[sync_sequence_at] = sequence;
  put16(out, sync_address_at, synchronization.number());
  put16(out, sync_address_at + 2, 0); // Reserved (6.3.4)
}

std::size_t encode_discovery(discovery_out out, const component_id& id, std::string_view name,
                             std::span<const std::uint16_t> universes, std::uint8_t page) noexcept {
  const auto first = std::min(universes.size(), page * discovery_page_universes);
  const auto listed = universes.subspan(first, std::min(universes.size() - first, discovery_page_universes));
  const auto whole = out.first(discovery_header_size + 2 * listed.size());
  put_root(whole, root_extended, id);
  put32(whole, framing_vector, extended_discovery);
  put_name(whole, name);
  put32(whole, name_at + name_size, 0); // Reserved (6.4.3)
  put_length(whole, list_layer);
  put32(whole, list_vector, universe_list);
  whole[page_at] = page;
  whole[last_page_at] = static_cast<std::uint8_t>(discovery_pages(universes.size()) - 1);
  for (std::size_t i = 0; i < listed.size(); ++i) put16(whole, discovery_header_size + 2 * i, listed[i]);
  return whole.size();
}

parsed parse_packet(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() < root_layer) return failed(parse_error::too_short);
  if (!std::equal(preamble.begin(), preamble.end(), bytes.begin())) return failed(parse_error::wrong_id);
  if (bytes.size() < framing_vector + 4) return failed(parse_error::too_short);
  const std::size_t field = get16(bytes, root_layer);
  const std::size_t length = field & 0xfff;
  if ((field & 0xf000) != length_flags || length > bytes.size() - root_layer)
    return failed(parse_error::bad_length);
  const auto root = get32(bytes, root_vector);
  if (root != root_data && root != root_extended) return failed(parse_error::unknown_vector);
  const auto whole = bytes.first(root_layer + length);
  if (whole.size() < framing_vector + 4) return failed(parse_error::too_short);
  if (!layer_fits(whole, framing_layer)) return failed(parse_error::bad_length);
  if (root == root_data) return parse_data(whole);
  switch (get32(whole, framing_vector)) {
  case extended_sync:
    return parse_sync(whole);
  case extended_discovery:
    return parse_discovery(whole);
  default:
    return failed(parse_error::unknown_vector);
  }
}

} // namespace troupe::sacn
