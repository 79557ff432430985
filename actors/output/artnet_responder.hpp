#pragma once
// Answers ArtPoll: tells other controllers and tools that we are here (Art-Net 4, "ArtPollReply").

#include "actors/output/artnet_listener.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace troupe::actors {

/// How often who is answered. Pure; a poll that isn't answered is counted.
class poll_limit {
 public:
  static constexpr std::int64_t per_source_ns = 500'000'000; ///< controllers ask every 2.5 s
  static constexpr std::int64_t per_answer_ns = 20'000'000;  ///< to all together: 50 a second,
  static constexpr std::int64_t burst = 25;                  ///< and so many at once

  bool admit(const std::array<std::uint8_t, 4>& source, std::int64_t now_ns);
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  struct asker {
    std::array<std::uint8_t, 4> address{};
    std::int64_t at_ns = 0;
    bool used = false;
  };
  std::array<asker, 64> askers_{}; ///< the latest
  std::size_t next_ = 0;
  std::int64_t free_at_ns_ = 0; ///< when all that was answered so far is paid for
  std::uint64_t refused_ = 0;
};

/// Answers as long as it lives.
class artnet_responder {
 public:
  /// @param version of this program
  artnet_responder(std::shared_ptr<artnet_listener> listener, const std::string& version);

 private:
  void answer(const artnet_origin& from, const artnet::artpoll& poll);

  std::shared_ptr<artnet_listener> listener_;
  std::string long_name_;
  std::uint16_t firmware_;
  poll_limit limit_;
  std::uint32_t answered_ = 0;
  artnet_listener::subscription hearing_; // last: ends before what its hook needs
};

} // namespace troupe::actors
