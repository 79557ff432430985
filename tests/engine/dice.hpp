#pragma once
// Randomness that is the same on every platform: the engine of the standard library is exactly defined, its
// distributions are not.

#include <cstdint>
#include <random>
#include <vector>

namespace troupe::test {

class dice {
 public:
  explicit dice(std::uint64_t seed) : bits_(seed) {}

  /// 0..n-1; n at least 1. The bias of the remainder doesn't matter here.
  std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>((bits_() >> 16) % n); }

  int between(int least, int most) {
    return least + static_cast<int>(below(static_cast<std::size_t>(most - least + 1)));
  }

  bool chance(unsigned percent) { return below(100) < percent; }

  /// least..most, 24 random bits.
  double real(double least, double most) {
    return least + (most - least) * (static_cast<double>(bits_() >> 40) / 16'777'216.0);
  }

  template <class Container>
  const auto& pick(const Container& from) {
    return from[below(std::size(from))];
  }

  template <class T>
  void shuffle(std::vector<T>& list) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[below(i)]);
  }

 private:
  std::mt19937_64 bits_;
};

} // namespace troupe::test
