#pragma once
// What a person types who steps through a replay.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::cli {

/// Lines from a terminal or a pipe.
class key_lines {
 public:
  explicit key_lines(int descriptor) noexcept : descriptor_(descriptor) {}

  /// Waits for the next line. @param idle called about once a second meanwhile; returns whether to go on
  /// waiting
  /// @returns nothing at the end of the input, on an error, or if `idle` says so
  std::optional<std::string> next(const std::function<bool()>& idle);

 private:
  int descriptor_;
  std::string read_; // and not yet handed out
};

/// Empty is one frame, a number so many. @returns nothing for anything else: that ends the replay
std::optional<std::uint64_t> steps_from(std::string_view line);

} // namespace troupe::cli
