#pragma once
// How long a test waits for what must come.

#include <chrono>
#include <stdexcept>
#include <thread>

namespace troupe::conformance {

/// Nothing takes this long unless it is broken. Never an interval that is waited out.
inline constexpr std::chrono::milliseconds patience{10'000};

/// The moment at which patience ends.
class deadline {
 public:
  explicit deadline(std::chrono::milliseconds from_now = patience)
      : end_(std::chrono::steady_clock::now() + from_now) {}

  bool over() const { return std::chrono::steady_clock::now() >= end_; }
  /// At least 1 ms.
  std::chrono::milliseconds left() const {
    const auto rest =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return rest.count() > 0 ? rest : std::chrono::milliseconds{1};
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

/// Asks again and again until it holds; throws when patience ends. For what nothing announces: files that
/// follow, health that changes.
template <class Condition>
void eventually(Condition&& holds) {
  for (const deadline end; !holds(); std::this_thread::sleep_for(std::chrono::milliseconds{20}))
    if (end.over()) throw std::runtime_error("what was waited for didn't come");
}

} // namespace troupe::conformance
