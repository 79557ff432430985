#pragma once
// Folders and files, as the suite calls them.

#include "tests/support/temp_dir.hpp"

#include <cstddef>

namespace troupe::conformance {

using test::read_text;
using test::temp_dir;
using test::write_text;

/// How many files of the folder have names that begin so.
inline std::size_t count_files(const std::filesystem::path& folder, std::string_view prefix) {
  std::size_t n = 0;
  for (const auto& each : std::filesystem::directory_iterator(folder))
    if (each.path().filename().string().starts_with(prefix)) ++n;
  return n;
}

} // namespace troupe::conformance
