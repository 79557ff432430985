#pragma once
// How many messages a client may send (protocol, section 7 "Inputs"). Pure.

#include <chrono>
#include <cstdint>

namespace troupe::actors {

class client_budget {
 public:
  using time = std::chrono::nanoseconds; ///< since any fixed moment
  enum class kind : std::uint8_t { button, other };
  enum class verdict : std::uint8_t {
    pass,
    drop_and_tell, ///< the first one over the budget in this second
    drop
  };
  static constexpr unsigned per_second = 1'000; ///< of each kind

  verdict spend(kind what, time now) noexcept {
    if (!started_ || now - start_ >= std::chrono::seconds{1}) {
      started_ = true;
      start_ = now;
      spent_[0] = spent_[1] = 0;
      told_ = false;
    }
    if (++spent_[static_cast<unsigned>(what)] <= per_second) return verdict::pass;
    ++dropped_;
    if (told_) return verdict::drop;
    told_ = true;
    return verdict::drop_and_tell;
  }

  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  bool started_ = false, told_ = false;
  time start_{0};
  unsigned spent_[2] = {0, 0};
  std::uint64_t dropped_ = 0;
};

} // namespace troupe::actors
