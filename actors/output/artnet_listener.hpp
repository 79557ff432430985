#pragma once
// What comes in as Art-Net. One per process, shared by everything here that wants to hear it: outputs
// (polls), inputs (levels, time code). No CAF: hooks run on the listener's thread.

#include "net/interfaces.hpp"
#include "net/udp_receiver.hpp"
#include "protocol/artnet.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// Where a packet comes from, and when it was taken from the kernel (steady clock).
struct artnet_origin {
  const net::udp_endpoint& source;
  std::int64_t arrival_ns = 0;
};

/// What somebody wants to hear; unset ones aren't called. Each must be short, mustn't wait for an actor,
/// throw, or call the listener, except `send`. Spans and strings in the packets end with the call. Whoever
/// passes news on to a mailbox has to bound it: a slot in which the newest wins, or a counted drop.
struct artnet_hooks {
  std::function<void(const artnet_origin&, const artnet::artpoll&)> on_poll;
  std::function<void(const artnet_origin&, const artnet::artpollreply&)> on_poll_reply;
  std::function<void(const artnet_origin&, const artnet::artdmx&)> on_dmx;
  std::function<void(const artnet_origin&, const artnet::artsync&)> on_sync;
  std::function<void(const artnet_origin&, const artnet::arttimecode&)> on_timecode;
};

struct artnet_listener_options {
  std::string bind_address = "0.0.0.0"; ///< never one address alone: broadcast wouldn't arrive
  std::uint16_t port = artnet::udp_port;
  int receive_buffer = 4 * 1024 * 1024;
  std::uint32_t most_per_second = 200'000; ///< of any kind; 0: no bound
};

struct artnet_arrivals {
  net::udp_arrivals datagrams; ///< bytes, drops of the kernel, pauses in a flood
  std::uint64_t malformed = 0; ///< no Art-Net, cut, or with lengths that lie
  std::uint64_t own = 0;       ///< sent by this process
  std::uint64_t polls = 0, poll_replies = 0, dmx = 0, syncs = 0, time_codes = 0;
  std::uint64_t other = 0; ///< of OpCodes that nobody here wants
};

/// The port is open while anybody listens. If it can't be opened that is no damage to the show: `problem`
/// says why, and `tend` tries again. All members may be called from any thread.
class artnet_listener : public std::enable_shared_from_this<artnet_listener> {
 public:
  /// Ends what `listen` began, and waits for a hook that runs.
  class subscription {
   public:
    subscription() = default;
    subscription(std::shared_ptr<artnet_listener> where, std::uint64_t id)
        : where_(std::move(where)), id_(id) {}
    subscription(subscription&& other) noexcept : where_(std::move(other.where_)), id_(other.id_) {}
    subscription& operator=(subscription&& other) noexcept {
      std::swap(where_, other.where_);
      std::swap(id_, other.id_);
      return *this;
    }
    ~subscription() {
      if (where_) where_->forget(id_);
    }
    explicit operator bool() const noexcept { return where_ != nullptr; }

   private:
    std::shared_ptr<artnet_listener> where_;
    std::uint64_t id_ = 0;
  };

  /// @param options of the port, which isn't opened yet
  static std::shared_ptr<artnet_listener> make(artnet_listener_options options = {});
  ~artnet_listener();

  /// From now on. Opens the port if it isn't yet. To be kept as long as packets are wanted.
  [[nodiscard]] subscription listen(artnet_hooks hooks);

  /// Tries to open the port again if that failed, at most every 2 s. For whoever has a timer anyway.
  void tend(std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());

  /// Packets from this port of this machine are our own: they are counted and dropped. From the port that is
  /// listened on only what we send there is (polls, and a controller's replies): another program may share
  /// it.
  void own_port(std::uint16_t port) noexcept;

  /// From the port that is listened on, where answers arrive: polls and replies. Never waits.
  /// @returns whether it went out; false while the port isn't open
  bool send(std::span<const std::uint8_t> bytes, const net::udp_endpoint& destination);

  bool open() const;
  std::uint16_t local_port() const; ///< 0 while it isn't open
  std::string problem() const;      ///< why it isn't; empty: it is, or nobody listens
  artnet_arrivals totals() const;

 private:
  struct listening {
    std::uint64_t id;
    artnet_hooks hooks;
  };
  struct counters {
    std::atomic<std::uint64_t> malformed{0}, own{0}, polls{0}, poll_replies{0}, dmx{0}, syncs{0},
        time_codes{0}, other{0};
  };

  explicit artnet_listener(artnet_listener_options options) : options_(std::move(options)) {}

  void try_open(std::chrono::steady_clock::time_point now);
  void forget(std::uint64_t id);
  void take(std::span<const net::udp_arrival> batch);
  void dispatch(const artnet_origin& from, const artnet::packet& what);
  bool is_own(const net::udp_arrival& one, const artnet::packet& what);

  artnet_listener_options options_;
  mutable std::mutex port_lock_; ///< of what opens and closes; taken before hooks_lock_
  std::unique_ptr<net::udp_receiver> receiver_;
  std::atomic<net::udp_receiver*> answering_{nullptr}; ///< the same, for hooks: they run on its thread
  std::string problem_;
  std::optional<std::chrono::steady_clock::time_point> tried_at_;
  net::udp_arrivals before_; ///< counts of ports that were open earlier

  std::mutex hooks_lock_; ///< held while hooks run
  std::vector<listening> hooks_;
  std::uint64_t next_id_ = 1;

  std::array<std::atomic<std::uint64_t>, 1024> own_ports_{}; ///< one bit for each port
  std::vector<net::interface_address> addresses_;            ///< of the receiver's thread
  std::int64_t addresses_at_ns_ = 0;
  counters counts_;
};

} // namespace troupe::actors
