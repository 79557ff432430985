#pragma once
// A show file that somebody changed while the server runs.

#include "protocol/entities.hpp"

#include <cstdint>
#include <string>

namespace troupe::storage {

/// Not taken in and not lost: the file itself until it is written over, then the copy.
struct live_edit {
  entity_kind kind = entity_kind::model;
  std::string file;               ///< relative to DATA_DIR: `tour/fixtures.yaml`
  std::string copy;               ///< where it is kept since it was written over; empty: still in place
  std::uint64_t position = 0;     ///< journal position that the file had shown before it was edited
  std::int64_t noticed_at_ms = 0; ///< wall time, milliseconds since 1970
  friend bool operator==(const live_edit&, const live_edit&) = default;
};

} // namespace troupe::storage
