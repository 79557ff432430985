#include "actors/output/artnet_discovery.hpp"

#include <fmt/format.h>

namespace troupe::actors {

artnet_discovery::artnet_discovery(std::shared_ptr<artnet_listener> listener, net::udp_endpoint poll_to)
    : listener_(std::move(listener)), poll_to_(poll_to) {
  artnet_hooks hooks;
  hooks.on_poll_reply = [this](const artnet_origin& from, const artnet::artpollreply& reply) {
    if (from.source.v6()) return;
    const std::lock_guard guard{lock_};
    changed_ |= table_.take(from.source.ipv4(), reply, from.arrival_ns);
  };
  hearing_ = listener_->listen(std::move(hooks));
}

void artnet_discovery::tend(time now) {
  listener_->tend();
  if (polled_at_ && now - *polled_at_ < poll_interval) return;
  polled_at_ = now;
  {
    const std::lock_guard guard{lock_};
    changed_ |= table_.poll();
  }
  artnet::artpoll poll;
  poll.flags = artnet::artpoll::flag_reply_on_change;
  unsent_ = !listener_->send(artnet::encode_artpoll(poll), poll_to_);
}

std::optional<artnet_routes> artnet_discovery::changes() {
  const std::lock_guard guard{lock_};
  if (!std::exchange(changed_, false)) return std::nullopt;
  return artnet_routes{table_};
}

std::vector<output_node> artnet_discovery::nodes() const {
  std::vector<output_node> out;
  const std::lock_guard guard{lock_};
  for (const auto& [address, node] : table_.all())
    out.push_back({node.name, net::udp_endpoint::from_ipv4(address, poll_to_.port()).text(), node.universes(),
                   node.seen_ns});
  return out;
}

std::vector<std::string> artnet_discovery::notes() const {
  std::vector<std::string> out;
  if (auto problem = listener_->problem(); !problem.empty()) out.push_back(std::move(problem));
  if (unsent_) out.push_back("the last ArtPoll to " + poll_to_.text() + " couldn't be sent");
  const std::lock_guard guard{lock_};
  if (table_.refused() > 0)
    out.push_back(fmt::format("{} replies of nodes for which the table has no place", table_.refused()));
  return out;
}

} // namespace troupe::actors
