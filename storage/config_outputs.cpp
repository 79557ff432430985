#include "storage/config_outputs.hpp"

#include "protocol/sacn.hpp"
#include "protocol/utf8.hpp"
#include "storage/config_inputs.hpp"
#include "storage/config_reader.hpp"
#include "storage/yaml_reader.hpp"
#include "storage/yaml_scalar.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

constexpr std::array<std::string_view, 11> artnet_keys{"destination", "broadcast",    "discovery", "pollTo",
                                                       "maxHz",       "constantRate", "sync",      "pacing",
                                                       "burst",       "fast",         "merge"};
constexpr std::array<std::string_view, 13> sacn_keys{
    "destination", "interface",  "ttl",    "priority", "maxHz", "firstUniverse", "syncUniverse",
    "syncLoss",    "priorities", "pacing", "burst",    "fast",  "merge"};
constexpr std::array<std::string_view, 5> priority_keys{"universe", "lastUniverse", "channel", "lastChannel",
                                                        "priority"};
constexpr int largest_burst = 64;
constexpr std::string_view multicast = "multicast";
constexpr double slowest_output = 0.1;
constexpr double fastest_output = 240;

/// The value of a key; null if it isn't there or has none.
const yaml_node* value_of(const yaml_node& map, std::string_view key) {
  const auto* found = find_member(map, key);
  return found && found->shape != yaml_shape::null ? found : nullptr;
}

std::string check_keys(const yaml_node& node, std::span<const std::string_view> keys,
                       std::string_view what = "output") {
  if (node.shape != yaml_shape::map)
    return fmt::format("each {} is a map with {}", what, fmt::join(keys, ", "));
  for (std::size_t i = 0; i + 1 < node.items.size(); i += 2)
    if (std::find(keys.begin(), keys.end(), node.items[i].text) == keys.end())
      return fmt::format("an {} has no key {}", what, excerpt(node.items[i].text));
  return {};
}

std::string read_rate(std::optional<double>& into, const yaml_node& output) {
  const auto* max_hz = value_of(output, "maxHz");
  if (!max_hz) return {};
  const auto number = number_of(*max_hz);
  if (!number || *number < slowest_output || *number > fastest_output)
    return fmt::format("maxHz is a number from {} to {}", slowest_output, fastest_output);
  into = *number;
  return {};
}

/// A key that may be missing.
std::string read_truth(bool& into, const yaml_node& output, std::string_view key) {
  const auto* node = value_of(output, key);
  if (!node) return {};
  const auto value = node->shape == yaml_shape::plain ? resolve_plain(node->text) : std::nullopt;
  const auto* truth = value ? value->if_bool() : nullptr;
  if (!truth) return fmt::format("{} is true or false", key);
  into = *truth;
  return {};
}

/// A key that may be missing.
template <class Number>
std::string read_whole(Number& into, const yaml_node& output, std::string_view key, std::int64_t lowest,
                       std::int64_t highest) {
  const auto* node = value_of(output, key);
  if (!node) return {};
  const auto value = node->shape == yaml_shape::plain ? resolve_integer(node->text) : std::nullopt;
  const auto* number = value ? value->if_int64() : nullptr;
  if (!number || *number < lowest || *number > highest)
    return fmt::format("{} is an integer from {} to {}", key, lowest, highest);
  if constexpr (requires { typename Number::value_type; })
    into = static_cast<typename Number::value_type>(*number);
  else
    into = static_cast<Number>(*number);
  return {};
}

std::string read_pacing(pacing_settings& into, const yaml_node& output) {
  if (const auto* pacing = value_of(output, "pacing")) {
    const auto share = number_of(*pacing);
    if (!share || *share < 0 || *share > 1) return "pacing is a number from 0 to 1";
    into.share = *share;
  }
  if (auto wrong = read_truth(into.fast, output, "fast"); !wrong.empty()) return wrong;
  if (into.fast && (value_of(output, "pacing") || value_of(output, "burst")))
    return "a fast receiver is sent bursts of 64 without pacing: pacing and burst are for others";
  return read_whole(into.burst, output, "burst", 1, largest_burst);
}

/// Either a destination, or whom to ask for nodes.
std::string read_destination(artnet_output_settings& into, const yaml_node& node) {
  bool discovery = false;
  if (auto wrong = read_truth(discovery, node, "discovery"); !wrong.empty()) return wrong;
  const auto* text = value_of(node, discovery ? "pollTo" : "destination");
  const auto where = text && text->scalar() ? parse_destination(text->text, into.port) : std::nullopt;
  if (discovery && value_of(node, "destination")) return "with discovery there is no destination, but pollTo";
  if (!discovery && value_of(node, "pollTo")) return "pollTo is for discovery: true";
  if (!where)
    return discovery ? "discovery needs pollTo: host or host:port, as the broadcast address of the network"
                     : "an output needs a destination: host or host:port";
  into.host = discovery ? "" : where->host;
  into.poll_host = discovery ? where->host : "";
  (discovery ? into.poll_port : into.port) = where->port;
  return read_truth(into.broadcast, node, "broadcast");
}

std::string read_output(artnet_output_settings& into, const yaml_node& node) {
  if (auto wrong = check_keys(node, artnet_keys); !wrong.empty()) return wrong;
  if (auto wrong = read_destination(into, node); !wrong.empty()) return wrong;
  if (auto wrong = read_pacing(into.pacing, node); !wrong.empty()) return wrong;
  if (auto wrong = read_truth(into.constant_rate, node, "constantRate"); !wrong.empty()) return wrong;
  if (auto wrong = read_truth(into.sync, node, "sync"); !wrong.empty()) return wrong;
  if (auto wrong = read_merge(into.merge, node); !wrong.empty()) return wrong;
  return read_rate(into.max_hz, node);
}

std::string read_destination(sacn_output_settings& into, const yaml_node& output) {
  const auto* text = find_member(output, "destination");
  const bool to_groups = text && text->scalar() && text->text == multicast;
  const auto destination =
      !to_groups && text && text->scalar() ? parse_destination(text->text, into.port) : std::nullopt;
  // "multicast:5568" would be a machine of that name, which nobody means.
  if (!to_groups && (!destination || destination->host == multicast))
    return "an output needs a destination: multicast, host or host:port";
  if (destination) {
    into.host = destination->host;
    into.port = destination->port;
  }
  const auto* interface = value_of(output, "interface");
  if (destination && (interface || value_of(output, "ttl"))) return "interface and ttl are for multicast";
  if (!interface) return {};
  in_addr parsed{};
  if (!interface->scalar() || inet_pton(AF_INET, interface->text.c_str(), &parsed) != 1)
    return "interface is the IPv4 address of one of this machine's";
  into.interface = interface->text;
  return {};
}

std::string read_priority(sacn_slot_priority_settings& into, const yaml_node& node) {
  constexpr auto lowest = sacn::universe::lowest, highest = sacn::universe::highest;
  auto wrong = check_keys(node, priority_keys, "entry of priorities");
  if (wrong.empty() && (!value_of(node, "universe") || !value_of(node, "priority")))
    wrong = "an entry of priorities needs a universe and a priority";
  if (wrong.empty()) wrong = read_whole(into.universe, node, "universe", lowest, highest);
  into.last_universe = into.universe;
  if (wrong.empty()) wrong = read_whole(into.last_universe, node, "lastUniverse", into.universe, highest);
  if (wrong.empty()) wrong = read_whole(into.channel, node, "channel", 1, sacn::max_levels);
  if (wrong.empty() && value_of(node, "channel")) into.last_channel = into.channel;
  if (wrong.empty())
    wrong = read_whole(into.last_channel, node, "lastChannel", into.channel, sacn::max_levels);
  if (wrong.empty()) wrong = read_whole(into.priority, node, "priority", 0, sacn::highest_priority);
  return wrong;
}

std::string read_priorities(sacn_output_settings& into, const yaml_node& output) {
  const auto* list = value_of(output, "priorities");
  if (!list) return {};
  if (list->shape != yaml_shape::sequence) return "priorities is a list";
  for (const auto& one : list->items)
    if (auto wrong = read_priority(into.priorities.emplace_back(), one); !wrong.empty()) return wrong;
  return {};
}

std::string read_sync_loss(sacn_output_settings& into, const yaml_node& output) {
  const auto* node = value_of(output, "syncLoss");
  if (!node) return {};
  if (!node->scalar() || (node->text != "hold" && node->text != "run")) return "syncLoss is hold or run";
  into.hold_on_sync_loss = node->text == "hold";
  return {};
}

std::string read_output(sacn_output_settings& into, const yaml_node& node) {
  constexpr auto lowest = sacn::universe::lowest, highest = sacn::universe::highest;
  auto wrong = check_keys(node, sacn_keys);
  if (wrong.empty()) wrong = read_destination(into, node);
  if (wrong.empty()) wrong = read_whole(into.ttl, node, "ttl", 1, 255);
  if (wrong.empty()) wrong = read_whole(into.priority, node, "priority", 0, sacn::highest_priority);
  if (wrong.empty()) wrong = read_rate(into.max_hz, node);
  if (wrong.empty()) wrong = read_whole(into.first_universe, node, "firstUniverse", lowest, highest);
  if (wrong.empty()) wrong = read_whole(into.sync_universe, node, "syncUniverse", lowest, highest);
  if (wrong.empty()) wrong = read_merge(into.merge, node);
  if (wrong.empty()) wrong = read_sync_loss(into, node);
  if (wrong.empty()) wrong = read_priorities(into, node);
  if (wrong.empty()) wrong = read_pacing(into.pacing, node);
  return wrong;
}

template <class Output>
std::string read_outputs(std::vector<Output>& into, const yaml_node& node) {
  if (node.shape != yaml_shape::sequence) return "a list of outputs is wanted";
  std::vector<Output> outputs(node.items.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (auto complaint = read_output(outputs[i], node.items[i]); !complaint.empty()) return complaint;
  into = std::move(outputs);
  return {};
}

} // namespace

std::string read_artnet_outputs(std::vector<artnet_output_settings>& into, const yaml_node& node) {
  return read_outputs(into, node);
}

std::string read_sacn_outputs(std::vector<sacn_output_settings>& into, const yaml_node& node) {
  return read_outputs(into, node);
}

std::span<const std::string_view> artnet_output_keys() noexcept {
  return artnet_keys;
}

std::span<const std::string_view> sacn_output_keys() noexcept {
  return sacn_keys;
}

std::optional<double> number_of(const yaml_node& node) {
  if (node.shape != yaml_shape::plain) return std::nullopt;
  auto value = resolve_integer(node.text);
  if (!value) value = resolve_float(node.text);
  if (!value) return std::nullopt;
  return value->to_number<double>();
}

} // namespace troupe::storage
