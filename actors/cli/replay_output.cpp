#include "actors/cli/replay_output.hpp"

#include <chrono>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace troupe::cli {

namespace {

using actors::universe_schedule;
using phase = universe_schedule::phase;

struct way {
  net::udp_sender socket;
  net::udp_endpoint destination; ///< empty for multicast
};

result<way> open_way(const std::string& destination, std::uint16_t port, net::udp_options how) {
  net::udp_endpoint where;
  if (!destination.empty()) {
    const auto resolved = net::resolve_udp(destination, port);
    if (!resolved) return failure{resolved.error()};
    where = *resolved;
  }
  auto socket = net::udp_sender::open(!destination.empty() && where.v6(), how);
  if (!socket) return failure{socket.error()};
  return way{std::move(*socket), where};
}

class artnet_replay final : public replay_output {
 public:
  artnet_replay(const actors::artnet_output_options& options, way to)
      : schedule_(options.timing), sync_(options.sync), hold_(options.hold), to_(std::move(to)) {}

  void send(const std::shared_ptr<const dmx_data>& dmx, std::int64_t now_ns) override {
    schedule_.offer(dmx);
    repeat(now_ns);
  }
  void repeat(std::int64_t now_ns) override { flush(schedule_.due(std::chrono::nanoseconds{now_ns})); }
  void darken() override { flush(schedule_.last(!hold_)); }
  const net::udp_counters& totals() const noexcept override { return to_.socket.totals(); }

 private:
  void flush(std::span<const universe_schedule::due_universe> due) {
    static const auto sync = artnet::encode_artsync();
    batch_.clear();
    for (const auto& one : due) {
      const auto packet = schedule_.make(*one.which);
      batch_.push_back({packet.header, &to_.destination, packet.levels});
    }
    if (sync_ && !batch_.empty()) batch_.push_back({sync, &to_.destination});
    to_.socket.send_batch(batch_);
  }

  actors::artnet_schedule schedule_;
  bool sync_, hold_;
  way to_;
  std::vector<net::datagram> batch_;
};

class sacn_replay final : public replay_output {
 public:
  sacn_replay(const actors::sacn_output_options& options, way to)
      : schedule_(options.source, options.timing), synchronization_(options.source.synchronization),
        multicast_(options.destination.empty()), hold_(options.hold), to_(std::move(to)) {}

  void send(const std::shared_ptr<const dmx_data>& dmx, std::int64_t now_ns) override {
    schedule_.offer(dmx);
    repeat(now_ns);
  }
  void repeat(std::int64_t now_ns) override {
    const std::chrono::nanoseconds now{now_ns};
    flush(schedule_.due(now), schedule_.priorities(now));
    for (const auto& page : schedule_.discovery(now))
      batch_.push_back({page, endpoint(sacn::discovery_universe)});
    send_batch();
  }
  void darken() override {
    flush(schedule_.last(!hold_), {});
    for (unsigned i = 0; i < actors::sacn_schedule::terminations; ++i) {
      for (const auto& one : schedule_.terminate()) add(schedule_.make(*one.which, one.as));
      send_batch();
    }
  }
  const net::udp_counters& totals() const noexcept override { return to_.socket.totals(); }

 private:
  void flush(std::span<const universe_schedule::due_universe> due,
             std::span<const actors::sacn_schedule::packet> priorities) {
    bool levels = false; // that receivers are to be told to show
    for (const auto& one : due) {
      add(schedule_.make(*one.which, one.as));
      levels |= one.as != phase::ending;
    }
    for (const auto& one : priorities) add(one);
    if (const auto* sync = levels ? schedule_.next_sync() : nullptr)
      batch_.push_back({*sync, endpoint(synchronization_->number())});
    send_batch();
  }
  void add(const actors::sacn_schedule::packet& one) {
    batch_.push_back({one.header, endpoint(one.universe), one.levels});
  }
  void send_batch() {
    to_.socket.send_batch(batch_);
    batch_.clear();
  }
  const net::udp_endpoint* endpoint(std::uint16_t universe) {
    if (!multicast_) return &to_.destination;
    return &groups_
                .try_emplace(universe,
                             net::udp_endpoint::from_ipv4(sacn::multicast_group(universe), sacn::udp_port))
                .first->second;
  }

  actors::sacn_schedule schedule_;
  std::optional<sacn::universe> synchronization_;
  bool multicast_, hold_;
  way to_;
  std::map<std::uint16_t, net::udp_endpoint> groups_; // by universe
  std::vector<net::datagram> batch_;
};

struct opening {
  result<std::unique_ptr<replay_output>> operator()(const actors::artnet_output_options& options) const {
    net::udp_options how;
    how.broadcast = options.broadcast;
    how.segments = options.pacing.burst;
    auto to = open_way(options.destination, artnet::udp_port, how);
    if (!to) return failure{to.error()};
    return std::make_unique<artnet_replay>(options, std::move(*to));
  }
  result<std::unique_ptr<replay_output>> operator()(const actors::sacn_output_options& options) const {
    net::udp_options how;
    if (options.destination.empty()) {
      how.multicast_interface = options.interface;
      how.multicast_ttl = options.ttl;
    } else {
      how.segments = options.pacing.burst;
    }
    auto to = open_way(options.destination, sacn::udp_port, how);
    if (!to) return failure{to.error()};
    return std::make_unique<sacn_replay>(options, std::move(*to));
  }
};

} // namespace

result<std::unique_ptr<replay_output>> open_replay_output(const actors::output_options& options) {
  return std::visit(opening{}, options);
}

} // namespace troupe::cli
