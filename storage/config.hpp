#pragma once
// Every setting of the server. Each is documented, with its default, in configs/troupe.yaml.

#include "protocol/entities.hpp"
#include "storage/problem.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace troupe::storage {

/// What clients may cost.
struct http_limits {
  std::uint64_t body_bytes = 4 * 1024 * 1024; ///< of a request; above: 413
  std::uint64_t header_bytes = 16 * 1024;     ///< all header lines together; above: 431
  std::uint64_t uri_bytes = 8 * 1024;         ///< above: 414
  std::chrono::milliseconds request_timeout{
      10'000};                                     ///< from the first byte of a request to its last; then 408
  std::chrono::milliseconds idle_timeout{60'000};  ///< of a kept-alive connection between two requests
  std::chrono::milliseconds write_timeout{10'000}; ///< a socket that takes nothing for this long is closed
  std::uint32_t max_connections = 4'096;           ///< open sockets of any kind; further ones are closed
  std::uint32_t max_clients = 2'048;               ///< WebSockets; further ones get 503
  std::uint32_t max_event_streams = 1'024;         ///< readers of events; further ones get 429
};

struct http_settings {
  std::string host = "localhost";           ///< `localhost` is both 127.0.0.1 and ::1
  std::uint16_t port = 3001;                ///< 0 picks a free one
  std::string token;                        ///< empty: none
  bool open = false;                        ///< a host that isn't loopback may be served without a token
  std::vector<std::string> allowed_hosts;   ///< Host names that count as this server
  std::vector<std::string> allowed_origins; ///< `https://console.example:8443`
  std::uint32_t threads = 0;                ///< I/O threads; 0: one for every two cores, at most 4
  http_limits limits;
};

struct ticker_settings {
  double hz = 60;         ///< 1..240
  bool immediate = false; ///< an input between two ticks starts an extra one
};

enum class exit_mode : std::uint8_t {
  zero, ///< a frame of zeros is the last one (default)
  hold  ///< the nodes keep the last frame
};

/// What comes in by the network, merged into what one output sends.
struct merge_settings {
  enum class rule : std::uint8_t { htp, ltp, priority };
  std::vector<std::uint16_t> universes; ///< Port-Addresses, ascending; empty: nothing is merged
  rule mode = rule::htp;
  std::uint8_t show_priority = 100; ///< with priority: 0..200
};

/// How the packets of one tick to one receiver are spread.
struct pacing_settings {
  double share = 0.5;      ///< of a tick: 0..1; 0: they leave as one burst
  std::uint8_t burst = 16; ///< packets that leave together, 1..64
  bool fast = false;       ///< a receiver that takes 64 at once, and isn't paced
};

/// One receiver of Art-Net, or the nodes of one network.
struct artnet_output_settings {
  std::string host = "127.0.0.1"; ///< IP literal or name; empty: the nodes that answer polls
  std::uint16_t port = 6454;
  std::string poll_host; ///< who is asked for nodes: IP literal or name, of a node or a network
  std::uint16_t poll_port = 6454;
  bool broadcast = false; ///< the destination may be a broadcast address
  pacing_settings pacing;
  std::optional<double> max_hz; ///< absent: the tick rate
  bool constant_rate = false;   ///< every tick, changed or not
  bool sync = false;            ///< ArtSync after the last packet of a tick
  merge_settings merge;
};

struct artnet_settings {
  bool enabled = true;
  exit_mode blackout = exit_mode::zero; ///< what is sent on shutdown
  /// Whether polls of others are answered; absent: if an output goes to another machine.
  std::optional<bool> answer_polls;
  std::vector<artnet_output_settings> outputs{artnet_output_settings{}};
};

/// A priority for some slots of some universes.
struct sacn_slot_priority_settings {
  std::uint16_t universe = 1, last_universe = 1; ///< numbers of sACN
  std::uint16_t channel = 1, last_channel = 512;
  std::uint8_t priority = 100; ///< 0..200
};

/// One way out as sACN (E1.31).
struct sacn_output_settings {
  std::string host;           ///< IP literal or name; empty: multicast, each universe to its own group
  std::uint16_t port = 5'568; ///< with a host
  std::string interface;      ///< for multicast: the interface's IPv4 address; empty: by the routing table
  std::optional<std::uint8_t> ttl;            ///< for multicast: 1..255; absent: that of the system, 1
  std::uint8_t priority = 100;                ///< 0..200
  std::optional<double> max_hz;               ///< absent: the tick rate
  std::uint16_t first_universe = 1;           ///< which universe Port-Address 0 becomes; 1..63999
  std::optional<std::uint16_t> sync_universe; ///< 1..63999; absent: no synchronisation
  merge_settings merge;
  bool hold_on_sync_loss = true;                       ///< else receivers go on without synchronisation
  std::vector<sacn_slot_priority_settings> priorities; ///< later ones count where they overlap
  pacing_settings pacing;
};

struct sacn_settings {
  bool enabled = false;
  std::string source_name = "Troupe";   ///< what receivers show: 1..63 bytes of UTF-8
  exit_mode blackout = exit_mode::zero; ///< what is sent on shutdown
  std::vector<sacn_output_settings> outputs{sacn_output_settings{}};
};

/// What becomes of a universe that comes in when its last source is lost.
enum class input_loss : std::uint8_t {
  hold, ///< the levels stay (default)
  fade, ///< they go to zero in some seconds
  zero
};

/// Universes that are received as sACN.
struct sacn_input_settings {
  std::string name;                     ///< for people
  std::vector<std::uint16_t> universes; ///< as sACN numbers them, ascending
  std::uint16_t first_universe = 1;     ///< which of them becomes Port-Address 0
  std::string interface;                ///< the interface's IPv4 address; empty: by the routing table
  input_loss on_loss = input_loss::hold;
  double fade_seconds = 2;
};

enum class artnet_merge : std::uint8_t { htp, ltp };

/// Universes that are received as Art-Net.
struct artnet_input_settings {
  std::string name;
  std::vector<std::uint16_t> universes;   ///< Port-Addresses, ascending
  artnet_merge merge = artnet_merge::htp; ///< of two sources
  std::uint8_t priority = 100;            ///< beside sACN, and against the show
  input_loss on_loss = input_loss::hold;
  double fade_seconds = 2;
};

struct input_settings {
  std::vector<sacn_input_settings> sacn;
  std::vector<artnet_input_settings> artnet;
  bool timecode = false; ///< ArtTimeCode
  std::uint16_t sacn_port = 5'568, artnet_port = 6'454;
};

enum class log_level : std::uint8_t { trace, debug, info, warn, error, off };
enum class log_format : std::uint8_t { text, json };
struct log_settings {
  log_level level = log_level::info;
  log_format format = log_format::text;
};

/// Whether the threads that keep time ask for a real-time priority.
enum class realtime_mode : std::uint8_t {
  automatic, ///< if permitted (default)
  on,        ///< refuse to start without
  off
};

/// What a show does, written down to be replayed.
struct run_log_settings {
  bool enabled = true;
  std::string folder;                ///< empty: `.troupe/runlog` in the data folder
  std::uint32_t max_megabytes = 256; ///< in MiB, 16..1048576; a sixteenth of it makes a segment
  std::uint32_t max_days = 0;        ///< 0: any
  std::uint32_t max_segments = 1000; ///< 10..100000
};

inline constexpr std::uint16_t max_stages = 32;

struct config {
  http_settings http;
  ticker_settings ticker;
  artnet_settings artnet;
  sacn_settings sacn;
  input_settings inputs;
  std::filesystem::path data = "data";                                           ///< DATA_DIR
  std::string show = "default";                                                  ///< the show that is started
  std::uint32_t max_entities = static_cast<std::uint32_t>(default_max_entities); ///< per kind
  release_mode release = release_mode::dark; ///< for models that name none
  log_settings log;
  realtime_mode realtime = realtime_mode::automatic;
  std::optional<std::uint16_t> stages; ///< 1..max_stages; absent: by the number of processors
  bool metrics = true;                 ///< whether GET /metrics is served
  run_log_settings run_log;
  std::string journal_url; ///< empty: SQLite in the data folder; may hold a password
};

/// What the command line may say; absent: not given.
struct config_flags {
  std::optional<std::string> port, host, data, show;
  std::optional<std::string> artnet; ///< `host[:port]`, or `on`, `off`
};

/// By name; what isn't there or empty isn't set. Names that are no setting are ignored.
using environment = std::map<std::string, std::string, std::less<>>;

template <class T>
using config_result = tl::expected<T, std::vector<problem>>;

/// Defaults, overridden by the file, by the environment (PORT, HOST, DATA_DIR, SHOW, ARTNET_ENABLED,
/// ARTNET_DESTINATION, JOURNAL_URL), by the flags. Ends with `validate`.
/// @returns every unknown key, wrong type and value out of range, each with file, line and column, its key
/// path
///          in the reason; environment and flags are named in `file` (`PORT`, `--port`), without a place
config_result<config> load_config(const std::optional<std::filesystem::path>& file,
                                  const environment& variables, const config_flags& flags);

/// The same with the file's text in memory. @param file_name what problems call it
config_result<config> parse_config(std::string_view yaml, std::string_view file_name,
                                   const environment& variables, const config_flags& flags);

/// The rules between settings: a host that isn't loopback needs a token or `http.open`.
std::vector<problem> validate(const config& value);

/// `localhost`, 127.0.0.0/8 and ::1 (also in brackets).
bool is_loopback_host(std::string_view host) noexcept;

/// Every key path a settings file may hold (`http.limits.bodyBytes`), in the order of configs/troupe.yaml;
/// `[]` stands for the items of a list.
std::vector<std::string> config_keys();

} // namespace troupe::storage
