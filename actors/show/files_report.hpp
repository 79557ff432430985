#pragma once
// How the YAML files stand, for those who may not wait for the disk: health and metrics.

#include "storage/show_files.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

struct files_standing {
  std::uint64_t position = 0;            ///< of the journal, up to which the files show everything
  std::uint64_t wanted = 0;              ///< the same, of what has been published
  std::int64_t behind_since_ns = 0;      ///< steady clock; 0: they are up to date
  std::int64_t last_write_ns = 0;        ///< how long the last write took
  std::string failure;                   ///< why the last write failed; empty: it didn't
  std::vector<storage::live_edit> edits; ///< made by hand while the server runs, and not settled yet
};

/// Written by the file_keeper, read by everyone.
class files_report {
 public:
  std::shared_ptr<const files_standing> now() const noexcept { return slot_.load(std::memory_order_acquire); }
  void publish(files_standing next) {
    slot_.store(std::make_shared<const files_standing>(std::move(next)), std::memory_order_release);
  }

 private:
  std::atomic<std::shared_ptr<const files_standing>> slot_{std::make_shared<const files_standing>()};
};

} // namespace troupe::actors
