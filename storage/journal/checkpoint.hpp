#pragma once
// A signature under the head of a journal: whoever cuts events off its end, or makes the whole chain anew,
// would have to sign again.

#include "storage/journal/event.hpp"

#include <array>

namespace troupe::storage {

struct signed_checkpoint {
  std::uint64_t position = 0;
  sha256_digest hash{}; ///< of the event there
  std::int64_t time_ms = 0;
  std::string key_id; ///< which key has signed it
  std::array<std::uint8_t, 64> signature{};
  friend bool operator==(const signed_checkpoint&, const signed_checkpoint&) = default;
};

/// What is signed: canonical JSON with journal, position, hash, time and key.
std::string checkpoint_text(std::string_view journal_id, const signed_checkpoint& checkpoint);

} // namespace troupe::storage
