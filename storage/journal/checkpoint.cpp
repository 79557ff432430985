#include "storage/journal/checkpoint.hpp"

#include <fmt/format.h>

namespace troupe::storage {

std::string checkpoint_text(std::string_view journal_id, const signed_checkpoint& checkpoint) {
  return fmt::format(R"({{"journal":"{}","position":{},"hash":"{}","time":{},"key":"{}"}})", journal_id,
                     checkpoint.position, to_hex(checkpoint.hash), checkpoint.time_ms, checkpoint.key_id);
}

} // namespace troupe::storage
