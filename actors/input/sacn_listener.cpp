#include "actors/input/sacn_listener.hpp"

#include "actors/system/log.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::actors {
namespace {

constexpr auto first_back_off = std::chrono::milliseconds{250};
constexpr auto longest_back_off = std::chrono::milliseconds{8'000};
constexpr int receive_buffer = 4 * 1024 * 1024;
constexpr std::uint32_t most_per_second =
    200'000; // of any kind, so that a flood costs a bounded share of a core

std::string group_text(std::uint16_t universe) {
  const auto parts = sacn::multicast_group(universe);
  return fmt::format("{}.{}.{}.{}", parts[0], parts[1], parts[2], parts[3]);
}

} // namespace

result<void> sacn_listener::open_receiver() {
  net::udp_receiver_options how;
  how.port = options_.port;
  how.receive_buffer = receive_buffer;
  how.most_per_second = most_per_second;
  auto opened = net::udp_receiver::open(how, on_batch_);
  if (!opened) return failure{opened.error()};
  receivers_.push_back(std::move(*opened));
  return {};
}

/// On the last socket; if that has no room for more groups, on one more.
result<void> sacn_listener::join(const sacn_listener_options::group& group) {
  const auto address = group_text(group.universe);
  if (receivers_.back()->join(address, group.interface)) return {};
  if (const auto opened = open_receiver(); !opened) return opened;
  auto joined = receivers_.back()->join(address, group.interface);
  if (!joined) receivers_.pop_back(); // it wasn't for want of room
  return joined;
}

/// @returns the first failure; everything else is tried all the same
result<void> sacn_listener::try_all() {
  if (receivers_.empty())
    if (auto opened = open_receiver(); !opened) return opened;
  result<void> outcome;
  for (auto& one : groups_) {
    if (one.joined) continue;
    auto joined = join(one.what);
    one.joined = joined.has_value();
    if (!joined && outcome) outcome = std::move(joined);
  }
  return outcome;
}

void sacn_listener::tend(time now) {
  if (!started_) {
    for (const auto& one : options_.groups) groups_.push_back({one, false});
    started_ = true;
  } else if (!retry_at_ || now < *retry_at_) {
    return;
  }
  const auto outcome = try_all();
  if (outcome) {
    if (!problem_.empty()) log::info("network_input", "sACN is received again");
    problem_.clear();
    retry_at_.reset();
    back_off_ = first_back_off;
    return;
  }
  auto problem = "sACN isn't received: " + outcome.error().message;
  if (problem != problem_) log::warn("network_input", problem);
  problem_ = std::move(problem);
  retry_at_ = now + back_off_;
  back_off_ = std::min(back_off_ * 2, longest_back_off);
}

void sacn_listener::want_sync(std::uint16_t address, time now) {
  const auto known = std::find(sync_addresses_.begin(), sync_addresses_.end(), address);
  if (known != sync_addresses_.end() || sync_addresses_.size() >= max_sync_groups) return;
  sync_addresses_.push_back(address);
  std::vector<std::string> interfaces;
  for (const auto& one : options_.groups)
    if (std::find(interfaces.begin(), interfaces.end(), one.interface) == interfaces.end())
      interfaces.push_back(one.interface);
  for (const auto& one : interfaces) {
    const sacn_listener_options::group group{address, one};
    const auto there =
        std::any_of(groups_.begin(), groups_.end(), [&](const auto& g) { return g.what == group; });
    if (!there) groups_.push_back({group, false});
  }
  if (!retry_at_) retry_at_ = now;
  tend(now);
}

network_listener_report sacn_listener::report() const {
  network_listener_report told;
  told.protocol = "sacn";
  told.address = fmt::format("0.0.0.0:{}", options_.port);
  told.problem = problem_;
  for (const auto& one : receivers_) {
    const auto sums = one->totals();
    told.packets += sums.received;
    told.kernel_drops += sums.kernel_drops;
  }
  return told;
}

} // namespace troupe::actors
