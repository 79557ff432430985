// Section 3: what was answered 2xx survives kill -9. The long form is tests/soak.
#include "tests/conformance/support/kill_rounds.hpp"
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

TEST_CASE(
    "kill: at any moment under many writers nothing acknowledged is lost, nothing is half there, and the "
    "chain holds",
    "[conformance][durability]") {
  const auto tally = kill_rounds(6, 16, 20'261, std::chrono::milliseconds{300});
  for (const auto& one : tally.faults) UNSCOPED_INFO(one);
  CHECK(tally.faults.empty());
  CHECK(tally.rounds == 6);
  CHECK(tally.acknowledged > 0);
}
