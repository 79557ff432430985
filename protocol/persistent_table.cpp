#include "protocol/persistent_table.hpp"

#include <cassert>
#include <functional>

namespace troupe {

namespace {

std::uint32_t hash_of(std::string_view id) noexcept {
  const std::uint64_t wide = std::hash<std::string_view>{}(id);
  return static_cast<std::uint32_t>(wide ^ wide >> 32);
}

/// Below this a table is small enough for holes not to matter.
constexpr std::uint32_t least_to_compact = 64;

} // namespace

record_ptr persistent_table::find(std::string_view id) const {
  const auto* place = places_.find(hash_of(id), id);
  return place ? records_.at(place->position) : nullptr;
}

const entity_record* persistent_table::find_raw(std::string_view id) const noexcept {
  const auto* place = places_.find(hash_of(id), id);
  return place ? place->record : nullptr;
}

void persistent_table::put(record_ptr record) {
  assert(record);
  const auto* raw = record.get();
  const auto hash = hash_of(raw->id);
  if (const auto* place = places_.find(hash, raw->id)) {
    auto& in_order = records_.own(place->position);
    places_.own(hash, raw->id).record = raw;
    in_order = std::move(record);
    return;
  }
  records_.push_back(std::move(record));
  try {
    places_.insert({raw, records_.size() - 1, hash});
  } catch (...) {
    records_.pop_back();
    throw;
  }
  ++live_;
}

void persistent_table::remove(std::string_view id) {
  const auto hash = hash_of(id);
  const auto* place = places_.find(hash, id);
  if (!place) return;
  auto& in_order = records_.own(place->position);
  const record_ptr gone = in_order; // `id` may be a view into it
  places_.erase(hash, id);
  in_order.reset();
  --live_;
  while (records_.size() > 0 && !records_.at(records_.size() - 1)) records_.pop_back();
  if (records_.size() >= least_to_compact && records_.size() - live_ > records_.size() / 2) compact();
}

/// Each compaction is paid for by the removals before it, so that removing stays cheap on average.
void persistent_table::compact() {
  persistent_table dense;
  each([&](const record_ptr& record) { dense.put(record); });
  *this = std::move(dense);
}

} // namespace troupe
