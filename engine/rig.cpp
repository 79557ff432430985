#include "engine/rig.hpp"

#include "engine/patch.hpp"

#include <algorithm>

namespace troupe::engine {

slot_table::slot_table(std::vector<std::string> ids) : ids_(std::move(ids)) {
  by_id_.reserve(ids_.size());
  for (std::uint32_t slot = 0; slot < ids_.size(); ++slot)
    if (!ids_[slot].empty()) by_id_.emplace(ids_[slot], slot);
}

std::optional<std::uint32_t> slot_table::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

namespace {

struct placed {
  std::shared_ptr<const slot_table> table;
  std::vector<std::uint32_t> order; ///< by fixture of the show
};

/// Fixtures that were there keep their slots; the others take the lowest free ones.
placed place_fixtures(const std::vector<record_ptr>& fixtures, const rig* previous) {
  std::vector<std::uint32_t> order(fixtures.size());
  std::vector<std::size_t> homeless;
  std::vector<std::string> ids;
  if (previous) ids.resize(previous->slots->ids().size());
  for (std::size_t i = 0; i < fixtures.size(); ++i) {
    const auto slot = previous ? previous->slots->find(fixtures[i]->id) : std::nullopt;
    if (!slot) {
      homeless.push_back(i);
      continue;
    }
    order[i] = *slot;
    ids[*slot] = fixtures[i]->id;
  }
  std::size_t free = 0;
  for (const auto i : homeless) {
    while (free < ids.size() && !ids[free].empty()) ++free;
    if (free == ids.size()) ids.emplace_back();
    order[i] = static_cast<std::uint32_t>(free);
    ids[free] = fixtures[i]->id;
  }
  while (!ids.empty() && ids.back().empty()) ids.pop_back();
  if (previous && previous->slots->ids() == ids) return {previous->slots, std::move(order)};
  return {std::make_shared<const slot_table>(std::move(ids)), std::move(order)};
}

} // namespace

std::shared_ptr<const rig> make_rig(const show_state& show, const rig_options& options, const rig* previous) {
  std::vector<record_ptr> records;
  records.reserve(show.count(entity_kind::fixture));
  show.each(entity_kind::fixture, [&](const record_ptr& record) { records.push_back(record); });
  auto where = place_fixtures(records, previous);

  auto made = std::make_shared<rig>();
  made->slots = std::move(where.table);
  std::vector<patched_fixture> patched;
  patched.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& patch = records[i]->as<fixture>();
    patched.push_back(
        {where.order[i], &patch, show.find_as<fixture_model>(entity_kind::model, patch.model_id)});
    made->addresses.push_back(patch.universe);
  }
  std::sort(made->addresses.begin(), made->addresses.end());
  made->addresses.erase(std::unique(made->addresses.begin(), made->addresses.end()), made->addresses.end());
  if (previous && made->slots == previous->slots && previous->fixtures->order == where.order)
    made->fixtures = previous->fixtures;
  else
    made->fixtures =
        std::make_shared<const fixture_layout>(fixture_layout{made->slots->ids(), std::move(where.order)});
  made->patch = make_patch_plan(patched, made->addresses, made->slots->ids().size(), options.release);
  return made;
}

} // namespace troupe::engine
