#include "protocol/show_state.hpp"

#include <atomic>

namespace troupe {

namespace {

/// Versions of different states never meet by chance, whatever shows they belong to.
std::uint64_t next_version() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

} // namespace

void show_state::put(record_ptr record) {
  const auto at = index(record->kind());
  tables_[at].put(std::move(record));
  versions_[at] = next_version();
}

void show_state::remove(entity_kind kind, std::string_view id) {
  auto& from = tables_[index(kind)];
  if (!from.find_raw(id)) return;
  from.remove(id);
  versions_[index(kind)] = next_version();
}

} // namespace troupe
