#pragma once
// Art-Net 4 packets, as in "Art-Net 4 Protocol Release", Artistic Licence: what goes out, and whatever comes
// in. "Art-Net 4" in these comments is that document; its sections have the names of the packets.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

namespace troupe::artnet {

inline constexpr std::uint16_t udp_port = 0x1936;     ///< 6454
inline constexpr std::uint16_t protocol_version = 14; ///< ProtVer; receivers refuse older ones
inline constexpr std::size_t id_size = 8;             ///< "Art-Net" and a zero
inline constexpr std::size_t artdmx_header_size = 18;
inline constexpr std::size_t artdmx_max_levels = 512;
inline constexpr std::size_t artdmx_packet_size = artdmx_header_size + artdmx_max_levels; ///< 530

/// OpCode, little-endian on the wire.
enum class op_code : std::uint16_t {
  poll = 0x2000,       ///< OpPoll: ArtPoll
  poll_reply = 0x2100, ///< OpPollReply: ArtPollReply
  dmx = 0x5000,        ///< OpOutput / OpDmx: ArtDmx
  sync = 0x5200,       ///< OpSync: ArtSync
  time_code = 0x9700,  ///< OpTimeCode: ArtTimeCode
};

/// The 15-bit Port-Address: Net (7 bits), Sub-Net (4 bits), Universe (4 bits).
class port_address {
 public:
  static constexpr std::uint16_t highest = 0x7fff;

  constexpr port_address() = default;

  /// @returns nothing above 32767
  static constexpr std::optional<port_address> from(std::uint32_t number) noexcept {
    if (number > highest) return std::nullopt;
    return port_address{static_cast<std::uint16_t>(number)};
  }

  /// @returns nothing when a part has bits that it can't have
  static constexpr std::optional<port_address> from(unsigned net, unsigned sub_net,
                                                    unsigned universe) noexcept {
    if (net > 0x7f || sub_net > 0xf || universe > 0xf) return std::nullopt;
    return port_address{static_cast<std::uint16_t>(net << 8 | sub_net << 4 | universe)};
  }

  constexpr std::uint16_t number() const noexcept { return number_; }
  constexpr std::uint8_t net() const noexcept { return static_cast<std::uint8_t>(number_ >> 8); }
  constexpr std::uint8_t sub_net() const noexcept { return number_ >> 4 & 0xf; }
  constexpr std::uint8_t universe() const noexcept { return number_ & 0xf; }

  friend constexpr auto operator<=>(const port_address&, const port_address&) = default;

 private:
  explicit constexpr port_address(std::uint16_t number) noexcept : number_(number) {}
  std::uint16_t number_ = 0;
};

// -- ArtDmx out --------------------------------------------------------------------------------------------

using artdmx_out = std::span<std::uint8_t, artdmx_packet_size>;
using dmx_levels = std::span<const std::uint8_t, artdmx_max_levels>;
inline constexpr std::size_t artsync_packet_size = 14;
using artsync_packet = std::array<std::uint8_t, artsync_packet_size>;

/// The Sequence after this one: 1..255 and again 1. 0 would switch reordering off at the receiver.
constexpr std::uint8_t next_sequence(std::uint8_t sequence) noexcept {
  return sequence == 255 ? 1 : static_cast<std::uint8_t>(sequence + 1);
}

using artdmx_header_out = std::span<std::uint8_t, artdmx_header_size>;

/// Fills in all that comes before the levels of an ArtDmx packet with 512 of them.
/// @param sequence 1..255 @param physical the input port the levels come from, for information
void encode_artdmx_header(artdmx_header_out out, port_address address, std::uint8_t sequence,
                          std::uint8_t physical) noexcept;

/// Fills in everything of an ArtDmx packet with all 512 levels.
/// @param sequence 1..255 @param physical the input port the levels come from, for information
void encode_artdmx(artdmx_out out, port_address address, std::uint8_t sequence, std::uint8_t physical,
                   dmx_levels levels) noexcept;

/// ArtSync: receivers show at once what they were sent before it. It holds nothing that changes.
artsync_packet encode_artsync() noexcept;

/// Changes the Sequence of an encoded packet.
inline void update_sequence(artdmx_header_out packet, std::uint8_t sequence) noexcept {
  packet[12] = sequence;
}

// -- what comes in -----------------------------------------------------------------------------------------
// Spans and strings point into the packet that was parsed.

/// ArtDmx: the levels of one universe.
struct artdmx {
  std::uint16_t version = protocol_version;
  std::uint8_t sequence = 0; ///< 0: the sender doesn't count
  std::uint8_t physical = 0;
  port_address address;
  std::span<const std::uint8_t> levels; ///< 2..512, an even number
};

/// ArtPoll (Art-Net 4, "ArtPoll"): a controller looks for nodes.
struct artpoll {
  static constexpr std::uint8_t flag_reply_on_change = 0x02, flag_targeted = 0x20;

  std::uint16_t version = protocol_version;
  std::uint8_t flags = 0;               ///< Flags, formerly TalkToMe
  std::uint8_t diagnostic_priority = 0; ///< DiagPriority
  /// TargetPortAddressBottom and -Top, in targeted mode (bit 5 of the flags); else all addresses.
  port_address bottom;
  port_address top = *port_address::from(port_address::highest);
  std::uint16_t esta_manufacturer = 0, oem = 0; ///< of the asker; 0 from those before Art-Net 4

  bool reply_on_change() const noexcept { return (flags & flag_reply_on_change) != 0; }
  bool targeted() const noexcept { return (flags & flag_targeted) != 0; }
};

/// Style of an ArtPollReply (Art-Net 4, "Table 4 - Style Codes").
enum class style_code : std::uint8_t {
  node = 0,
  controller = 1,
  media = 2,
  route = 3,
  backup = 4,
  config = 5,
  visual = 6
};

/// ArtPollReply (Art-Net 4, "ArtPollReply"): a node, or one page of up to four of its ports.
struct artpollreply {
  struct port {
    std::uint8_t type = 0;                                          ///< PortTypes
    std::uint8_t good_input = 0;                                    ///< GoodInput
    std::uint8_t good_output = 0;                                   ///< GoodOutputA
    std::uint8_t good_output_b = 0;                                 ///< GoodOutputB
    port_address input;                                             ///< NetSwitch, SubSwitch, SwIn
    port_address output;                                            ///< NetSwitch, SubSwitch, SwOut
    bool can_output() const noexcept { return (type & 0x80) != 0; } ///< from Art-Net to the world
    bool can_input() const noexcept { return (type & 0x40) != 0; }  ///< from the world to Art-Net
  };
  std::array<std::uint8_t, 4> ip{};
  std::uint16_t udp_port = artnet::udp_port;
  std::uint16_t firmware_version = 0; ///< VersInfo
  std::uint16_t oem = 0;
  std::uint8_t ubea_version = 0;
  std::uint16_t esta_manufacturer = 0; ///< EstaMan
  std::uint8_t status1 = 0, status2 = 0, status3 = 0;
  std::string_view port_name;   ///< PortName (ShortName before), up to 17 bytes, in no certain encoding
  std::string_view long_name;   ///< LongName, up to 63 bytes
  std::string_view node_report; ///< NodeReport, up to 63 bytes
  std::uint8_t port_count = 0;  ///< NumPorts, at most 4
  std::array<port, 4> ports{};
  std::uint8_t acn_priority = 0, macros = 0, remotes = 0; ///< AcnPriority, SwMacro, SwRemote
  std::uint8_t style = 0;                                 ///< a `style_code`
  std::array<std::uint8_t, 6> mac{};
  std::array<std::uint8_t, 4> bind_ip{};
  std::uint8_t bind_index = 0;                     ///< 0 and 1 are both the root device
  std::array<std::uint8_t, 6> default_responder{}; ///< DefaultRespUID, of RDMnet
  std::uint16_t user = 0;                          ///< free for the maker
  std::uint16_t refresh_rate = 0;                  ///< the fastest it takes, in Hz; 0: that of DMX512
  std::uint8_t background_queue_policy = 0;        ///< BackgroundQueuePolicy
};

/// ArtSync: show now what came before.
struct artsync {
  std::uint16_t version = protocol_version;
};

/// ArtTimeCode (Art-Net 4, "ArtTimeCode").
struct arttimecode {
  enum class rate : std::uint8_t { film = 0, ebu = 1, drop_frame = 2, smpte = 3 }; ///< 24, 25, 29.97, 30

  std::uint16_t version = protocol_version;
  std::uint8_t stream = 0; ///< StreamId: 0 is the master stream
  std::uint8_t hours = 0, minutes = 0, seconds = 0, frames = 0;
  rate type = rate::film;
};

/// Any other OpCode.
struct other_packet {
  std::uint16_t op = 0;
  std::span<const std::uint8_t> body; ///< what follows the OpCode
};

using packet = std::variant<artdmx, artpoll, artpollreply, artsync, arttimecode, other_packet>;

/// Why a packet is ignored.
enum class parse_error : std::uint8_t {
  too_short,     ///< its fields don't fit in it
  wrong_id,      ///< no Art-Net
  wrong_version, ///< ProtVer below 14
  bad_length,    ///< Length of an ArtDmx: odd, 0, above 512, or more than there is
  bad_address,   ///< a Port-Address with bit 15 set, or a target range upside down
  bad_value,     ///< an ArtTimeCode that is no time
};

/// `too_short` and so on, for logs and counters.
std::string_view parse_error_name(parse_error what) noexcept;

/// Reads one UDP payload. What follows the fields of a packet is ignored, as the specification asks: later
/// revisions append fields.
tl::expected<packet, parse_error> parse(std::span<const std::uint8_t> bytes) noexcept;

// -- ArtPoll and ArtPollReply out --------------------------------------------------------------------------

inline constexpr std::size_t artpoll_packet_size = 22;
inline constexpr std::size_t artpollreply_packet_size = 239;
using artpoll_packet = std::array<std::uint8_t, artpoll_packet_size>;
using artpollreply_packet = std::array<std::uint8_t, artpollreply_packet_size>;

/// All fields; the range only if `poll` is targeted (else receivers reply whatever they have).
artpoll_packet encode_artpoll(const artpoll& poll) noexcept;

/// All fields. NetSwitch and SubSwitch are those of the first port's output, for all ports; names that don't
/// fit are cut.
artpollreply_packet encode_artpollreply(const artpollreply& reply) noexcept;

} // namespace troupe::artnet
