#pragma once
// The program as anybody runs it.

#include <filesystem>
#include <string>
#include <vector>

namespace troupe::test {

struct process_outcome {
  int code = -1; ///< exit code; 128 + the signal that ended it
  std::string out, err;
};

/// Runs the built binary to its end with these arguments.
/// @param folder where it runs @param variables `NAME=value`, besides those of this process
process_outcome run_troupe(const std::vector<std::string>& arguments,
                           const std::filesystem::path& folder = ".",
                           const std::vector<std::string>& variables = {});

} // namespace troupe::test
