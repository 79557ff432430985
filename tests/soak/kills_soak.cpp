// kill -9 at many random moments under 16 writers: the long form of tests/conformance/kill_test.cpp.
//
//   soak_kills [ROUNDS, default 1000] [SEED, default: of the clock]

#include "tests/conformance/support/kill_rounds.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) {
  try {
    const auto rounds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000;
    const auto seed =
        argc > 2 ? static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10))
                 : static_cast<std::uint32_t>(std::chrono::system_clock::now().time_since_epoch().count());
    std::printf("soak_kills: %llu rounds, seed %u\n", static_cast<unsigned long long>(rounds), seed);
    const auto tally = troupe::conformance::kill_rounds(
        rounds, 16, seed, std::chrono::milliseconds{400}, [](const troupe::conformance::kill_tally& so_far) {
          if (so_far.rounds % 50 == 49)
            std::printf("  %llu rounds, %llu changes acknowledged\n",
                        static_cast<unsigned long long>(so_far.rounds + 1),
                        static_cast<unsigned long long>(so_far.acknowledged));
          std::fflush(stdout);
        });
    for (const auto& one : tally.faults) std::printf("FAULT: %s\n", one.c_str());
    std::printf("%llu kills, %llu changes acknowledged, %zu faults\n",
                static_cast<unsigned long long>(tally.rounds),
                static_cast<unsigned long long>(tally.acknowledged), tally.faults.size());
    return tally.faults.empty() ? 0 : 1;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "soak_kills: %s\n", problem.what());
    return 2;
  }
}
