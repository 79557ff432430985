#pragma once
// The stored things of a show, as values (protocol, sections 1 and 4). Parsing and checking them is
// `entity_codec.hpp`; holding many of them is `show_state.hpp`.

#include "protocol/bundle.hpp"

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe {

enum class entity_kind : std::uint8_t { model, fixture, group, input, preset, graph };
inline constexpr std::size_t entity_kind_count = 6;

/// `model`, `fixture`, …: as in every message, query, path and event.
std::string_view kind_name(entity_kind kind) noexcept;

// -- limits (protocol, section 1) ---------------------------------------------------------------------
inline constexpr std::size_t max_id_bytes = 128;
inline constexpr std::size_t max_name_characters = 200; ///< Unicode code points
inline constexpr std::size_t max_string_bytes = 64 * 1024;
inline constexpr std::size_t max_nesting = 32;
inline constexpr std::size_t default_max_entities = 100'000; ///< per kind
inline constexpr std::uint32_t max_universe = 32'767;        ///< the 15-bit Art-Net Port-Address
inline constexpr std::uint32_t dmx_channels = 512;

/// How a model with a white emitter derives it from the colour.
enum class white_mode : std::uint8_t {
  copy,   ///< white = min(red, green, blue); the colour stays (default)
  extract ///< the same, and white is subtracted from the colour
};

/// What an attribute does when no graph writes it any more (protocol, section 6 "Release").
enum class release_mode : std::uint8_t {
  dark, ///< back to its unwritten value; pan, tilt and zoom stay (default)
  hold, ///< everything stays
  zero  ///< everything goes back to its unwritten value
};

/// What the run of a model's cells does at the end of a universe (protocol, section 6 "Pixels").
enum class span_mode : std::uint8_t {
  aligned, ///< a cell stays whole: one that doesn't fit begins the next universe (default)
  packed   ///< a cell may straddle the border
};

struct channel {
  std::string name;
  std::uint16_t offset = 1; ///< 1..512, from the fixture's start channel
};

struct fixture_model {
  std::string brand;
  std::string model;
  std::vector<channel> channels;                              ///< in the order of the file
  std::vector<std::pair<std::string, std::uint8_t>> defaults; ///< DMX value by channel name
  white_mode white = white_mode::copy;
  std::optional<release_mode> release;     ///< absent: the server's configured default
  bool white_named = false;                ///< `whiteMode` was given, and so is written again, also as `copy`
  std::optional<std::uint32_t> cells = {}; ///< 1..65536; absent: 1. `channels` describe one cell
  std::optional<std::uint16_t> cell_footprint = {}; ///< from one cell to the next; absent: the highest offset
  std::optional<span_mode> span = {};               ///< absent: aligned

  std::uint32_t cell_count() const noexcept { return cells.value_or(1); }
  /// The highest offset, which is the number of DMX channels one cell takes; 0 without channels.
  std::uint16_t footprint() const noexcept;
};

struct fixture {
  std::string name;
  std::string model_id;
  std::uint16_t universe = 0;      ///< 0..32767
  std::uint16_t start_channel = 1; ///< 1..512
};

struct group {
  std::string name;
  std::vector<std::string> fixture_ids; ///< without duplicates, in order
};

enum class input_type : std::uint8_t { fader, button };

struct input {
  std::string name;
  input_type type = input_type::fader;
};

enum class preset_type : std::uint8_t { color, position, beam, full };

struct preset {
  std::string name;
  preset_type type = preset_type::full;
  bundle attributes;
  boost::json::object unknown_attributes; ///< members of `attributes` that Troupe doesn't know, kept
  boost::json::object unknown_color;      ///< the same of `attributes.color`
};

struct graph_node {
  std::string id;
  std::string type;
  double x = 0, y = 0; ///< position in the editor
  boost::json::object params;
  boost::json::object further;          ///< members that Troupe doesn't know, kept
  boost::json::object position_further; ///< the same of `position`
};

struct port_ref {
  std::string node_id;
  std::string port;
  friend bool operator==(const port_ref&, const port_ref&) = default;
};

struct graph_edge {
  std::string id;
  port_ref from;
  port_ref to;
  boost::json::object further;                  ///< members that Troupe doesn't know, kept
  boost::json::object from_further, to_further; ///< the same of `from` and `to`
};

struct graph {
  std::string name;
  bool enabled = true;
  std::vector<graph_node> nodes;
  std::vector<graph_edge> edges;
};

using entity_value = std::variant<fixture_model, fixture, group, input, preset, graph>; // as entity_kind

/// Where in a show file an entity begins; line 0 for one that came over the network. Both count from 1.
struct file_place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// One entity as it is stored and served. Immutable once made: a change makes a new one.
struct entity_record {
  std::string id;
  std::uint64_t revision = 1;
  entity_value value;
  boost::json::object unknown; ///< top-level members that Troupe doesn't know, kept
  std::string json;            ///< canonical JSON text of the whole entity, as served
  file_place origin;

  entity_kind kind() const noexcept { return static_cast<entity_kind>(value.index()); }
  template <class T>
  const T& as() const {
    return std::get<T>(value);
  }
};

using record_ptr = std::shared_ptr<const entity_record>;

} // namespace troupe
