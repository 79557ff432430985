#include "actors/input/network_input_options.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace troupe::actors {
namespace {

template <class Input>
loss_rule loss_of(const Input& one) {
  static_assert(static_cast<int>(loss_mode::zero) == static_cast<int>(storage::input_loss::zero));
  return {static_cast<loss_mode>(one.on_loss), std::llround(one.fade_seconds * 1e9)};
}

} // namespace

std::optional<network_input_options> network_input_of(const storage::config& settings,
                                                      const std::shared_ptr<artnet_listener>& listener) {
  const auto& wanted = settings.inputs;
  if (wanted.sacn.empty() && wanted.artnet.empty() && !wanted.timecode) return std::nullopt;
  network_input_options made;
  std::map<std::uint16_t, universe_rules> rules; // both protocols may bring the same universe
  for (const auto& one : wanted.sacn)
    for (const auto number : one.universes) {
      const auto address = static_cast<std::uint16_t>(number - one.first_universe);
      rules[address].sacn_loss = loss_of(one);
      made.listened.sacn.emplace_back(number, address);
      made.sacn.groups.push_back({number, one.interface});
    }
  for (const auto& one : wanted.artnet)
    for (const auto address : one.universes) {
      auto& rule = rules[address];
      rule.artnet_loss = loss_of(one);
      rule.artnet_priority = one.priority;
      rule.artnet_ltp = one.merge == storage::artnet_merge::ltp;
      made.listened.artnet.push_back(address);
    }
  for (auto& [address, rule] : rules) {
    rule.address = address;
    made.universes.push_back(rule);
  }
  std::sort(made.listened.sacn.begin(), made.listened.sacn.end());
  std::sort(made.listened.artnet.begin(), made.listened.artnet.end());
  made.sacn.port = wanted.sacn_port;
  made.timecode = wanted.timecode;
  if (!wanted.artnet.empty() || wanted.timecode) made.artnet = listener;
  return made;
}

} // namespace troupe::actors
