#include "actors/output/output_options.hpp"

#include <cmath>
#include <fmt/format.h>

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

artnet_output_options as_options(const storage::artnet_output_settings& one, storage::exit_mode blackout) {
  artnet_output_options made;
  made.destination = host_port(one.host, one.port);
  made.timing = timing_of(one.max_hz);
  made.timing.constant_rate = one.constant_rate;
  made.sync = one.sync;
  made.hold = blackout == storage::exit_mode::hold;
  return made;
}

sacn_output_options as_options(const storage::sacn_output_settings& one, const storage::sacn_settings& all,
                               const sacn::component_id& id) {
  sacn_output_options made;
  made.source.id = id;
  made.source.name = all.source_name;
  made.source.priority = one.priority;
  made.source.first_universe = one.first_universe;
  if (one.sync_universe) made.source.synchronization = sacn::universe::from(*one.sync_universe);
  if (!one.host.empty()) made.destination = host_port(one.host, one.port);
  made.interface = one.interface;
  made.ttl = one.ttl.value_or(0);
  made.timing = timing_of(one.max_hz);
  made.hold = all.blackout == storage::exit_mode::hold;
  return made;
}

} // namespace

std::vector<output_options> outputs_of(const storage::config& settings, const sacn::component_id& id) {
  std::vector<output_options> made;
  if (settings.artnet.enabled)
    for (const auto& one : settings.artnet.outputs)
      made.emplace_back(as_options(one, settings.artnet.blackout));
  if (settings.sacn.enabled)
    for (const auto& one : settings.sacn.outputs) made.emplace_back(as_options(one, settings.sacn, id));
  return made;
}

} // namespace troupe::actors
