#pragma once
// The sources of one universe, merged. Pure.

#include "actors/input/network_packet.hpp"
#include "protocol/network_report.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

/// E131_NETWORK_DATA_LOSS_TIMEOUT (E1.31, Appendix A), also of sync packets and per-address priorities.
inline constexpr std::int64_t sacn_loss_ns = 2'500'000'000;
/// Of Art-Net nodes that merge ("ArtDmx", data merging).
inline constexpr std::int64_t artnet_loss_ns = 10'000'000'000;
/// Levels that fade are told this often.
inline constexpr std::int64_t fade_step_ns = 20'000'000;

inline constexpr std::size_t max_sacn_sources = 8;   ///< of one universe
inline constexpr std::size_t max_artnet_sources = 2; ///< as the Art-Net specification has it

/// What becomes of a universe when its last source is lost.
enum class loss_mode : std::uint8_t { hold, fade, zero };
struct loss_rule {
  loss_mode mode = loss_mode::hold;
  std::int64_t fade_ns = 0; ///< of fade
};

/// How one universe is received, by either protocol.
struct universe_rules {
  std::uint16_t address = 0; ///< Port-Address
  loss_rule sacn_loss, artnet_loss;
  std::uint8_t artnet_priority = 100; ///< Art-Net has none of its own
  bool artnet_ltp = false;            ///< two sources of Art-Net: who changed a channel last has it
};

class universe_sources {
 public:
  using levels = std::array<std::uint8_t, 512>;
  /// A sender, and the universe or synchronisation address it is known by.
  using place = std::pair<sender_id, std::uint16_t>;

  explicit universe_sources(const universe_rules& rules);

  /// Of this universe: levels or priorities. @returns whether the sender has a place here
  bool take(const network_packet& packet);
  /// Shows what waited for this packet. @returns whether a source here waits for such packets
  bool synchronise(const network_packet& packet);
  /// Losses, fades, and sync packets that fail to come.
  void advance(std::int64_t now_ns);
  std::optional<std::int64_t> next_event(std::int64_t now_ns) const;

  /// Whether the results have changed since the last call.
  bool take_moved() noexcept { return std::exchange(moved_, false); }
  const levels& merged() const noexcept { return merged_; }
  /// dmx_inputs::nobody where no source is.
  const levels& priorities() const noexcept { return priorities_; }

  std::vector<place> take_gone() noexcept { return std::exchange(gone_, {}); }
  network_universe_report report(std::int64_t now_ns) const;
  std::uint16_t address() const noexcept { return rules_.address; }

 private:
  enum class phase : std::uint8_t { silent, live, held, fading, lost };

  /// What a source says, whether it is shown already or waits for a sync packet.
  struct slots {
    levels values{};
    std::uint16_t size = 0;
  };
  struct source {
    sender_id id;
    net::udp_endpoint from;
    std::array<char, sacn::name_size> name{};
    std::uint8_t tag = 0; ///< its number among the sources here, for LTP
    std::uint8_t priority = 100;
    std::uint8_t sequence = 0;
    bool has_levels = false; ///< false while only its priorities have come
    slots shown;
    std::optional<slots> waiting;
    std::uint16_t synchronization = 0;
    bool force = false; ///< Force_Synchronization: without sync packets the levels flow again
    std::optional<std::int64_t> synchronised_ns; ///< of the last sync packet for its address
    std::optional<std::int64_t> priorities_ns;   ///< when its per-address priorities last came
    levels priorities{};
    std::int64_t heard_ns = 0;
    std::uint64_t packets = 0, advance = 0, late = 0;

    bool artnet() const noexcept { return id.artnet; }
    std::int64_t patience() const noexcept { return artnet() ? artnet_loss_ns : sacn_loss_ns; }
    /// Whether levels wait for a sync packet: from the first one on, and as long as they come, or for good.
    bool locked(std::int64_t now_ns) const noexcept;
  };

  source* find(const sender_id& id);
  source* admit(const network_packet& packet);
  bool in_order(source& from, const network_packet& packet);
  void show(source& from, const slots& next);
  void leave(std::size_t index);
  void lose(const loss_rule& rule, std::int64_t now_ns);
  void merge();
  void fade(std::int64_t now_ns);
  void publish(const levels& values, const levels& priorities);

  universe_rules rules_;
  std::vector<source> sources_; // max_sacn_sources + max_artnet_sources at most
  levels merged_{}, priorities_{}, last_by_{};
  phase phase_ = phase::silent;
  levels fade_from_{};
  std::int64_t fade_start_ns_ = 0, fade_ns_ = 0;
  std::uint64_t exceeded_ = 0;
  std::uint8_t tags_ = 0;
  std::vector<place> gone_;
  bool moved_ = true;
};

} // namespace troupe::actors
