#include "actors/show/restore_rules.hpp"

#include "protocol/entity_codec.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace troupe::actors {
namespace {

namespace json = boost::json;

json::object contents(const entity_record& record) {
  auto members = entity_members(record);
  members.erase("revision");
  return members;
}

result<record_ptr> with_revision(const entity_record& was, std::uint64_t revision) {
  return parse_entity(was.kind(), was.id, revision, entity_members(was), entity_source::file, was.origin);
}

using named = std::pair<entity_kind, std::string>;

/// Whether there is, or was, such an entity of one of the kinds.
bool known(const std::set<named>& then, const show_state& state, const restore_filter& filter,
           const std::string& id) {
  for (std::size_t i = 0; i < entity_kind_count; ++i) {
    const auto kind = static_cast<entity_kind>(i);
    if (filter.wants(kind, id) && (then.contains({kind, id}) || state.find(kind, id))) return true;
  }
  return false;
}

/// What was there then and is something else now.
result<std::vector<wanted_entity>> returning(const std::vector<past_entity>& past, const show_state& state,
                                             const restore_filter& filter) {
  std::vector<wanted_entity> wanted;
  for (const auto& one : past) {
    const auto kind = one.entity->kind();
    const auto& id = one.entity->id;
    if (!filter.wants(kind, id)) continue;
    const auto current = state.find(kind, id);
    if (current && contents(*current) == contents(*one.entity)) continue;
    if (!current && one.last_revision == 0)
      return failure{
          error{ec::conflict,
                fmt::format("the {} \"{}\" has been deleted just now; try again", kind_name(kind), id),
                {{"reason", "busy"}}}};
    const auto last = current ? current->revision : std::max(one.last_revision, one.entity->revision);
    auto record = with_revision(*one.entity, last + 1);
    if (!record) return failure{record.error()};
    wanted.push_back({kind, id, std::move(*record)});
  }
  return wanted;
}

/// What is there now and wasn't then.
void leaving(const std::set<named>& then, const show_state& state, const restore_filter& filter,
             std::vector<wanted_entity>& wanted) {
  for (std::size_t i = 0; i < entity_kind_count; ++i) {
    const auto kind = static_cast<entity_kind>(i);
    if (kind == entity_kind::model) continue;
    state.each(kind, [&](const record_ptr& record) {
      if (filter.wants(kind, record->id) && !then.contains({kind, record->id}))
        wanted.push_back({kind, record->id, nullptr});
    });
  }
}

/// Groups that aren't restored themselves lose the fixtures that go.
void leave_groups(const show_state& state, std::vector<wanted_entity>& wanted) {
  std::set<std::string, std::less<>> gone, settled;
  for (const auto& one : wanted) {
    if (one.kind == entity_kind::fixture && !one.entity) gone.insert(one.id);
    if (one.kind == entity_kind::group) settled.insert(one.id);
  }
  if (gone.empty()) return;
  state.each(entity_kind::group, [&](const record_ptr& record) {
    if (settled.contains(record->id)) return;
    auto ids = record->as<group>().fixture_ids;
    if (std::erase_if(ids, [&](const std::string& id) { return gone.contains(id); }) > 0)
      wanted.push_back(
          {entity_kind::group, record->id, with_fixture_ids(*record, std::move(ids), record->revision + 1)});
  });
}

failure dangling(const std::vector<broken_rule>& broken) {
  const auto& first = broken.front();
  auto what = error{
      ec::validation_error,
      fmt::format("the {} \"{}\" can't be restored: {}", kind_name(first.kind), first.id, first.what.message),
      {{"field", "position"}}};
  json::array list;
  for (const auto& one : broken) {
    json::object entry{{"kind", kind_name(one.kind)}, {"id", one.id}, {"reason", one.what.message}};
    if (const auto* field = one.what.details.if_contains("field")) entry["field"] = *field;
    list.push_back(std::move(entry));
  }
  what.details["references"] = std::move(list);
  return failure{std::move(what)};
}

} // namespace

result<std::vector<fact>> decide_restore(const std::vector<past_entity>& past, const show_state& state,
                                         const restore_filter& filter, std::size_t max_entities) {
  std::set<named> then;
  for (const auto& one : past) then.insert({one.entity->kind(), one.entity->id});
  if (filter.ids)
    for (const auto& id : *filter.ids)
      if (!known(then, state, filter, id)) return not_found("entity", id);
  auto wanted = returning(past, state, filter);
  if (!wanted) return failure{wanted.error()};
  leaving(then, state, filter, *wanted);
  leave_groups(state, *wanted);
  auto made = facts_of(state, std::move(*wanted), max_entities);
  if (!made.broken.empty()) return dangling(made.broken);
  return std::move(made.facts);
}

} // namespace troupe::actors
