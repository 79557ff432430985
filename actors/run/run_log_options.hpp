#pragma once
// From the settings to the recording of a run.

#include "actors/run/run_recording.hpp"
#include "storage/config.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe::actors {

/// @returns null if runs aren't to be recorded
std::shared_ptr<run_recording> run_recording_of(const storage::config& settings, std::string version,
                                                std::function<std::int64_t()> wall_ms,
                                                std::shared_ptr<runtime_metrics> metrics);

} // namespace troupe::actors
