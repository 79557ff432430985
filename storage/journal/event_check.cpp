#include "storage/journal/event_check.hpp"

namespace troupe::storage {

namespace {

/// Whether a text is one JSON object by its brackets. The hash is over entity and details one behind the
/// other, so that somebody could move text from one column to the other; but then the first would end early.
bool is_one_object(std::string_view text) noexcept {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && (depth == 0 || --depth == 0)) {
      return i + 1 == text.size();
    }
  }
  return false;
}

bool may_be_cut_elsewhere(const journal_event& event) noexcept {
  constexpr std::string_view seam = ",\"details\":";
  if (!event.entity) return false;
  return (event.entity->find(seam) != std::string::npos || event.details.find(seam) != std::string::npos) &&
         !is_one_object(*event.entity);
}

} // namespace

bool event_check::sound(const journal_event& event) {
  return event.hash == hash_(event) && !may_be_cut_elsewhere(event);
}

} // namespace troupe::storage
