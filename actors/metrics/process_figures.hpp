#pragma once
// What this process uses of the machine.

#include <cstdint>
#include <string_view>

namespace troupe::actors {

struct process_figures {
  double cpu_seconds = 0; ///< of all threads, in user and kernel
  std::uint64_t resident_bytes = 0, virtual_bytes = 0;
  std::uint64_t open_files = 0, max_files = 0;
};

/// Sizes from the text of /proc/self/statm; zeros if it isn't that.
void read_memory(process_figures& into, std::string_view statm, std::uint64_t page_bytes);

/// As the kernel tells now; what it doesn't tell is 0.
process_figures read_process_figures();

} // namespace troupe::actors
