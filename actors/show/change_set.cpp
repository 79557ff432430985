#include "actors/show/change_set.hpp"

#include "actors/show/reference_rules.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::actors {
namespace {

constexpr std::size_t named_faults = 20; // an answer stays readable

/// Creations first, then updates, then deletions; of those in the order of the kinds, each of which names
/// only earlier ones. Deletions go the other way round.
int rank(const show_state& state, const wanted_entity& one) {
  const auto kind = static_cast<int>(one.kind);
  constexpr int kinds = static_cast<int>(entity_kind_count);
  if (!one.entity) return 3 * kinds - kind;
  return state.find(one.kind, one.id) ? kinds + kind : kind;
}

result<void> check_groups(const show_state& state, std::string_view fixture_id) {
  const auto holders = groups_without(state, fixture_id);
  if (holders.empty()) return {};
  return invalid("id", fmt::format("the fixture is in the group \"{}\" ({})",
                                   holders.front()->as<group>().name, holders.front()->id));
}

result<void> check_one(const show_state& before, const show_state& after, const wanted_entity& one) {
  if (one.entity) {
    const auto was = before.find(one.kind, one.id);
    return check_references(after, *one.entity, was.get());
  }
  if (one.kind == entity_kind::fixture) return check_groups(after, one.id);
  return check_unused(after, one.kind, one.id);
}

fact fact_of(const show_state& state, const wanted_entity& one) {
  const auto now = state.find(one.kind, one.id);
  if (!one.entity) return entity_deleted{one.kind, one.id, now->revision};
  if (now) return entity_updated{one.entity};
  return entity_created{one.entity};
}

} // namespace

change_outcome facts_of(const show_state& state, std::vector<wanted_entity> wanted,
                        std::size_t max_entities) {
  std::erase_if(wanted,
                [&](const wanted_entity& one) { return !one.entity && !state.find(one.kind, one.id); });
  std::stable_sort(wanted.begin(), wanted.end(), [&](const wanted_entity& a, const wanted_entity& b) {
    return rank(state, a) < rank(state, b);
  });
  change_outcome made;
  auto after = state;
  for (const auto& one : wanted) {
    made.facts.push_back(fact_of(after, one));
    troupe::apply(after, made.facts.back());
  }
  for (const auto& one : wanted) {
    if (made.broken.size() >= named_faults) break;
    auto fits = check_one(state, after, one);
    if (fits && one.entity && after.count(one.kind) > max_entities &&
        after.count(one.kind) > state.count(one.kind))
      fits = invalid("id", fmt::format("a show holds {} entities of kind {} at most", max_entities,
                                       kind_name(one.kind)));
    if (!fits) made.broken.push_back({one.kind, one.id, std::move(fits.error())});
  }
  return made;
}

} // namespace troupe::actors
