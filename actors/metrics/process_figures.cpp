#include "actors/metrics/process_figures.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace troupe::actors {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t open_files() {
  std::error_code failed;
  std::uint64_t found = 0;
  for (std::filesystem::directory_iterator at{"/proc/self/fd", failed}, end; !failed && at != end;
       at.increment(failed))
    ++found;
  return found > 0 ? found - 1 : 0; // one was open for looking
}

} // namespace

void read_memory(process_figures& into, std::string_view statm, std::uint64_t page_bytes) {
  std::uint64_t pages[2] = {0, 0};
  const auto* at = statm.data();
  const auto* const end = at + statm.size();
  for (auto& each : pages) {
    const auto [next, failed] = std::from_chars(at, end, each);
    if (failed != std::errc{}) return;
    at = next < end ? next + 1 : end;
  }
  into.virtual_bytes = pages[0] * page_bytes;
  into.resident_bytes = pages[1] * page_bytes;
}

process_figures read_process_figures() {
  process_figures found;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    found.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  std::string statm;
  if (std::ifstream file{"/proc/self/statm"}; file) std::getline(file, statm);
  const auto page = sysconf(_SC_PAGESIZE);
  read_memory(found, statm, page > 0 ? static_cast<std::uint64_t>(page) : 0);
  found.open_files = open_files();
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) found.max_files = files.rlim_cur;
  return found;
}

} // namespace troupe::actors
