#include "actors/output/output_options.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace troupe::actors {
namespace {

std::string host_port(const std::string& host, std::uint16_t port) {
  const bool v6_literal = host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(v6_literal ? "[{}]:{}" : "{}:{}"), host, port);
}

output_timing timing_of(const std::optional<double>& max_hz) {
  output_timing made;
  if (max_hz) made.min_interval = std::chrono::nanoseconds{std::llround(1e9 / *max_hz)};
  return made;
}

pacing_rules pacing_of(const storage::pacing_settings& one) {
  constexpr unsigned fast_burst = 64; // the most that every kernel takes in one call
  pacing_rules made;
  made.share = one.fast ? 0 : one.share;
  made.burst = one.fast ? fast_burst : one.burst;
  return made;
}

output_merge_options merge_of(const storage::merge_settings& one) {
  static_assert(static_cast<int>(merge_rule::priority) ==
                static_cast<int>(storage::merge_settings::rule::priority));
  return {one.universes, static_cast<merge_rule>(one.mode), one.show_priority};
}

bool may_be_realtime(const storage::config& settings) {
  return settings.realtime != storage::realtime_mode::off;
}

artnet_output_options as_options(const storage::artnet_output_settings& one, storage::exit_mode blackout,
                                 const std::shared_ptr<artnet_listener>& listener) {
  artnet_output_options made;
  made.listener = listener;
  if (one.host.empty()) {
    made.poll_to = host_port(one.poll_host, one.poll_port);
  } else {
    made.destination = host_port(one.host, one.port);
  }
  made.broadcast = one.broadcast;
  made.pacing = pacing_of(one.pacing);
  made.merge = merge_of(one.merge);
  made.timing = timing_of(one.max_hz);
  made.timing.constant_rate = one.constant_rate;
  made.sync = one.sync;
  made.hold = blackout == storage::exit_mode::hold;
  return made;
}

/// The entries of the settings, laid over each other: one table for each universe that any of them names.
std::vector<sacn_slot_priorities> priorities_of(const storage::sacn_output_settings& one) {
  std::map<std::uint16_t, sacn_slot_priorities> made;
  for (const auto& entry : one.priorities)
    for (std::uint32_t number = entry.universe; number <= entry.last_universe; ++number) {
      const auto [at, added] = made.try_emplace(static_cast<std::uint16_t>(number));
      auto& [universe, slots] = at->second;
      if (added) slots.fill(one.priority);
      universe = static_cast<std::uint16_t>(number);
      std::fill(slots.begin() + entry.channel - 1, slots.begin() + entry.last_channel, entry.priority);
    }
  std::vector<sacn_slot_priorities> out;
  for (auto& [number, each] : made) out.push_back(each);
  return out;
}

sacn_output_options as_options(const storage::sacn_output_settings& one, const storage::sacn_settings& all,
                               const sacn::component_id& id) {
  sacn_output_options made;
  made.source.id = id;
  made.source.name = all.source_name;
  made.source.priority = one.priority;
  made.source.first_universe = one.first_universe;
  if (one.sync_universe) made.source.synchronization = sacn::universe::from(*one.sync_universe);
  made.source.force_synchronization = !one.hold_on_sync_loss;
  made.source.priorities = priorities_of(one);
  made.pacing = pacing_of(one.pacing);
  made.merge = merge_of(one.merge);
  if (!one.host.empty()) made.destination = host_port(one.host, one.port);
  made.interface = one.interface;
  made.ttl = one.ttl.value_or(0);
  made.timing = timing_of(one.max_hz);
  made.hold = all.blackout == storage::exit_mode::hold;
  return made;
}

} // namespace

std::vector<output_options> outputs_of(const storage::config& settings, const sacn::component_id& id,
                                       const std::shared_ptr<artnet_listener>& listener) {
  std::vector<output_options> made;
  if (settings.artnet.enabled)
    for (const auto& one : settings.artnet.outputs)
      made.emplace_back(as_options(one, settings.artnet.blackout, listener));
  if (settings.sacn.enabled)
    for (const auto& one : settings.sacn.outputs) made.emplace_back(as_options(one, settings.sacn, id));
  for (auto& any : made) std::visit([&](auto& one) { one.realtime = may_be_realtime(settings); }, any);
  return made;
}

std::string output_refusal(const storage::config& settings, std::span<const net::interface_address> here) {
  constexpr std::uint8_t shortest_network = 0xfc; // a netmask of 31 or 32 bits has no broadcast address
  if (!settings.artnet.enabled) return {};
  for (const auto& one : settings.artnet.outputs) {
    const auto literal = net::udp_endpoint::parse(one.host.empty() ? one.poll_host : one.host, one.port);
    if (one.broadcast || one.host.empty() || !literal || literal->v6())
      continue; // polls are asked for by pollTo
    const auto network = std::find_if(here.begin(), here.end(), [&](const net::interface_address& ours) {
      return ours.netmask[3] <= shortest_network && ours.broadcast() == literal->ipv4();
    });
    if (network == here.end() && !literal->limited_broadcast()) continue;
    return fmt::format(
        "the Art-Net destination {} is the broadcast address of {}: every device there would get "
        "every packet. If that is wanted, set broadcast: true for this output",
        one.host, network == here.end() ? "all networks" : network->interface);
  }
  return {};
}

bool answers_polls(const storage::config& settings) {
  const auto& artnet = settings.artnet;
  if (!artnet.enabled) return false;
  if (artnet.answer_polls) return *artnet.answer_polls;
  return std::any_of(artnet.outputs.begin(), artnet.outputs.end(), [](const auto& one) {
    return !storage::is_loopback_host(one.host.empty() ? one.poll_host : one.host);
  });
}

} // namespace troupe::actors
