#include "actors/output/artnet_responder.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace troupe::actors {
namespace {

constexpr std::uint16_t oem_unknown = 0x00ff;
constexpr std::uint16_t esta_prototype = 0x7ff0; // 0x7ff0 to 0x7fff are free for all
constexpr std::uint8_t wide_addresses = 0x08;    // Status2: 15-bit Port-Addresses

/// `0.1.0` as 0x0001.
std::uint16_t firmware_of(const std::string& version) {
  unsigned major = 0, minor = 0;
  const auto* const end = version.data() + version.size();
  const auto [at, code] = std::from_chars(version.data(), end, major);
  if (code == std::errc{} && at != end) std::from_chars(at + 1, end, minor);
  return static_cast<std::uint16_t>((major & 0xff) << 8 | (minor & 0xff));
}

/// Ours in the network of whoever asks; else any that others can reach.
net::interface_address nearest(const std::array<std::uint8_t, 4>& asker) {
  net::interface_address best;
  for (const auto& one : net::interface_addresses()) {
    if (one.holds(asker)) return one;
    if (best.interface.empty() || best.loopback) best = one;
  }
  return best;
}

} // namespace

bool poll_limit::admit(const std::array<std::uint8_t, 4>& source, std::int64_t now_ns) {
  const auto at = std::find_if(askers_.begin(), askers_.end(),
                               [&](const asker& one) { return one.used && one.address == source; });
  const bool too_soon = at != askers_.end() && now_ns - at->at_ns < per_source_ns;
  if (too_soon || free_at_ns_ - now_ns > burst * per_answer_ns) {
    ++refused_;
    return false;
  }
  free_at_ns_ = std::max(free_at_ns_, now_ns) + per_answer_ns;
  auto& place = at != askers_.end() ? *at : askers_[next_++ % askers_.size()];
  place = {source, now_ns, true};
  return true;
}

artnet_responder::artnet_responder(std::shared_ptr<artnet_listener> listener, const std::string& version)
    : listener_(std::move(listener)), long_name_("Troupe " + version), firmware_(firmware_of(version)) {
  artnet_hooks hooks;
  hooks.on_poll = [this](const artnet_origin& from, const artnet::artpoll& poll) { answer(from, poll); };
  hearing_ = listener_->listen(std::move(hooks));
}

void artnet_responder::answer(const artnet_origin& from, const artnet::artpoll& poll) {
  // Who asks for certain universes asks for ports, and we have none.
  if (from.source.v6() || poll.targeted() || !limit_.admit(from.source.ipv4(), from.arrival_ns)) return;
  const auto ours = nearest(from.source.ipv4());
  const auto report = fmt::format("#0001 [{:04}] controller, sending", ++answered_ % 10'000);
  artnet::artpollreply reply;
  reply.ip = reply.bind_ip = ours.address;
  reply.mac = ours.mac;
  reply.firmware_version = firmware_;
  reply.oem = oem_unknown;
  reply.esta_manufacturer = esta_prototype;
  reply.port_name = "Troupe";
  reply.long_name = long_name_;
  reply.node_report = report;
  reply.style = static_cast<std::uint8_t>(artnet::style_code::controller);
  reply.bind_index = 1;
  reply.status2 = wide_addresses;
  // To the port that was asked from: a controller's is 6454, as the standard wants it.
  listener_->send(artnet::encode_artpollreply(reply), from.source);
}

} // namespace troupe::actors
