#pragma once
// Streaming ACN packets, as in ANSI E1.31-2018: data, synchronisation and universe discovery, out and in.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

namespace troupe::sacn {

inline constexpr std::uint16_t udp_port = 5568;             ///< ACN_SDT_MULTICAST_PORT (Appendix A)
inline constexpr std::uint16_t discovery_universe = 64'214; ///< E131_DISCOVERY_UNIVERSE (Appendix A)
inline constexpr std::size_t max_levels = 512;              ///< of a universe; the START Code comes before
inline constexpr std::size_t data_header_size = 126;        ///< up to and with the START Code (4.1)
inline constexpr std::size_t data_packet_size = data_header_size + max_levels; ///< 638
inline constexpr std::size_t sync_packet_size = 49;                            ///< (4.2)
inline constexpr std::size_t discovery_header_size = 120;                      ///< (4.3)
inline constexpr std::size_t discovery_page_universes = 512;                   ///< on one page, at most (8.5)
inline constexpr std::size_t discovery_max_size = discovery_header_size + 2 * discovery_page_universes;
inline constexpr std::size_t name_size = 64;          ///< Source Name with its zero (6.2.2)
inline constexpr std::uint8_t highest_priority = 200; ///< (6.2.3)

/// Component Identifier: a UUID that stays the same for one source (5.6).
using component_id = std::array<std::uint8_t, 16>;

/// From `01234567-89ab-cdef-0123-456789abcdef`, in small or capital letters. @returns nothing for other text,
/// and for the UUID of zeros, which identifies nobody
std::optional<component_id> component_id_from(std::string_view text) noexcept;

/// START Code, the slot before the levels (E1.11).
enum class start_code : std::uint8_t {
  levels = 0x00,              ///< Null START Code: dimmer levels
  per_address_priority = 0xdd ///< a priority for each slot, as several makers have agreed
};

/// Bits of Options (6.2.6).
struct option {
  static constexpr std::uint8_t preview = 0x80;           ///< Preview_Data: not for live output
  static constexpr std::uint8_t stream_terminated = 0x40; ///< the source stops sending this universe
  static constexpr std::uint8_t force_synchronization = 0x20;
};

/// The number of a universe that may hold data: 1..63999 (6.2.7).
class universe {
 public:
  static constexpr std::uint16_t lowest = 1, highest = 63'999;

  /// @returns nothing out of range
  static constexpr std::optional<universe> from(std::uint32_t number) noexcept {
    if (number < lowest || number > highest) return std::nullopt;
    return universe{static_cast<std::uint16_t>(number)};
  }
  constexpr std::uint16_t number() const noexcept { return number_; }
  friend constexpr auto operator<=>(const universe&, const universe&) = default;

 private:
  explicit constexpr universe(std::uint16_t number) noexcept : number_(number) {}
  std::uint16_t number_;
};

/// The IPv4 group of a universe (9.3.1): 239.255.high.low.
constexpr std::array<std::uint8_t, 4> multicast_group(std::uint16_t universe_number) noexcept {
  return {239, 255, static_cast<std::uint8_t>(universe_number >> 8),
          static_cast<std::uint8_t>(universe_number & 0xff)};
}

// -- out ---------------------------------------------------------------------------------------------------

using data_out = std::span<std::uint8_t, data_packet_size>;
using sync_out = std::span<std::uint8_t, sync_packet_size>;
using discovery_out = std::span<std::uint8_t, discovery_max_size>;
using dmx_levels = std::span<const std::uint8_t, max_levels>;

/// Who sends. What is the same in all packets of a source.
struct source {
  component_id id{};
  std::string_view name;             ///< UTF-8; what doesn't fit in 63 bytes is left out, by characters
  std::uint8_t priority = 100;       ///< 0..200
  std::uint16_t synchronization = 0; ///< Synchronization Address (6.2.4): 1..63999, or 0 for none
};

/// The Sequence Number after this one: 0..255 and again 0 (6.7.2).
constexpr std::uint8_t next_sequence(std::uint8_t sequence) noexcept {
  return static_cast<std::uint8_t>(sequence + 1);
}

/// Fills in everything of a data packet with 512 slots (4.1). @param options bits of `option`
void encode_data(data_out out, const source& from, universe where, std::uint8_t sequence,
                 std::uint8_t options, start_code code, dmx_levels levels) noexcept;

/// All of a data packet that comes before its levels.
using data_header_out = std::span<std::uint8_t, data_header_size>;

/// Changes the Sequence Number of an encoded data packet.
inline void update_sequence(data_header_out packet, std::uint8_t sequence) noexcept {
  packet[111] = sequence;
}

/// Changes the Options of an encoded data packet.
inline void update_options(data_header_out packet, std::uint8_t options) noexcept {
  packet[112] = options;
}

/// Changes the levels of an encoded data packet.
inline void update_levels(data_out packet, dmx_levels levels) noexcept {
  std::copy(levels.begin(), levels.end(), packet.begin() + data_header_size);
}

/// The levels of an encoded data packet.
inline dmx_levels levels_of(std::span<const std::uint8_t, data_packet_size> packet) noexcept {
  return packet.subspan<data_header_size>();
}

/// Fills in everything of a synchronisation packet (4.2).
void encode_sync(sync_out out, const component_id& id, std::uint8_t sequence,
                 universe synchronization) noexcept;

/// How many packets tell of so many universes: 1..256; none are told of by one empty packet (8.5).
constexpr std::size_t discovery_pages(std::size_t universes) noexcept {
  return std::max<std::size_t>(1, (universes + discovery_page_universes - 1) / discovery_page_universes);
}

/// Fills in one page of universe discovery (4.3). @param universes all of them, ascending, without repetition
/// @param page 0..discovery_pages(universes.size()) - 1 @returns the size of the packet, 120..1144
std::size_t encode_discovery(discovery_out out, const component_id& id, std::string_view name,
                             std::span<const std::uint16_t> universes, std::uint8_t page) noexcept;

// -- what comes in -----------------------------------------------------------------------------------------
// Spans and strings point into the packet that was parsed.

/// A data packet.
struct data_packet {
  component_id id{};
  std::string_view name; ///< up to 63 bytes; UTF-8 is not checked
  std::uint8_t priority = 0;
  std::uint16_t synchronization = 0; ///< 0..63999; 0: not synchronised
  std::uint8_t sequence = 0;
  std::uint8_t options = 0;             ///< bits of `option`
  std::uint16_t universe_number = 0;    ///< 1..63999
  std::uint8_t start_code = 0;          ///< any: receivers skip those they don't know
  std::span<const std::uint8_t> levels; ///< 0..512

  bool preview() const noexcept { return (options & option::preview) != 0; }
  bool terminated() const noexcept { return (options & option::stream_terminated) != 0; }
};

/// A synchronisation packet: show now what came before.
struct sync_packet {
  component_id id{};
  std::uint8_t sequence = 0;
  std::uint16_t synchronization = 0; ///< 1..63999
};

/// One page of universe discovery.
struct discovery_packet {
  component_id id{};
  std::string_view name; ///< up to 63 bytes; UTF-8 is not checked
  std::uint8_t page = 0, last_page = 0;
  std::span<const std::uint8_t> list; ///< two bytes for each universe, high byte first

  std::size_t size() const noexcept { return list.size() / 2; }
  /// @pre index < size(). Any number: whether they ascend isn't checked.
  std::uint16_t operator[](std::size_t index) const noexcept {
    return static_cast<std::uint16_t>(list[2 * index] << 8 | list[2 * index + 1]);
  }
};

using packet = std::variant<data_packet, sync_packet, discovery_packet>;

/// Why a packet is ignored.
enum class parse_error : std::uint8_t {
  too_short,      ///< its fields don't fit in it
  wrong_id,       ///< no ACN over UDP: preamble, postamble or packet identifier (5.1 to 5.3)
  bad_length,     ///< Flags and Length of a layer: other flags than 7, or not the length that its content has
  unknown_vector, ///< another protocol, or an extension that isn't known
  bad_property,   ///< DMP: other than what section 7 prescribes
  bad_value       ///< a priority, universe, address or page out of range
};

/// `too_short` and so on, for logs and counters.
std::string_view parse_error_name(parse_error what) noexcept;

/// Reads one UDP payload. What follows the outermost layer is ignored.
tl::expected<packet, parse_error> parse_packet(std::span<const std::uint8_t> bytes) noexcept;

} // namespace troupe::sacn
