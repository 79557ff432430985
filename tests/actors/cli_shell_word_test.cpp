#include "actors/cli/shell_word.hpp"

#include <catch2/catch.hpp>

using troupe::cli::shell_word;

TEST_CASE("shell words: what a shell would take apart is quoted", "[actors][cli]") {
  CHECK(shell_word("data/tour-2_x.yaml") == "data/tour-2_x.yaml");
  CHECK(shell_word("my shows") == "'my shows'");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("it's") == R"('it'\''s')");
  CHECK(shell_word("$(x)") == "'$(x)'");
  CHECK(shell_word("~/x") == "'~/x'");
}
