#pragma once
// What a fresh DATA_DIR starts with (protocol, section 2). Internal to storage.

#include <string>
#include <utility>
#include <vector>

namespace troupe::storage {

/// The text of `fixture-models.yaml` with the four models every installation knows.
std::string standard_models();

/// The files of the demo show, by name: four fixtures, three groups, eight faders, four buttons, and a graph
/// that pulses without anybody touching anything.
std::vector<std::pair<std::string, std::string>> demo_files();

} // namespace troupe::storage
