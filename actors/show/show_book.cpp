#include "actors/show/show_book.hpp"

#include "actors/show/reference_rules.hpp"
#include "protocol/entity_codec.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace troupe::actors {
namespace {

failure conflict(const entity_record& current, std::uint64_t seen) {
  error what{ec::conflict, fmt::format("revision {} is not current: {} is", seen, current.revision), {}};
  what.details["current"] = entity_members(current);
  return failure{std::move(what)};
}

} // namespace

result<void> show_book::writable(entity_kind kind) const {
  const auto& damage = read_only_[static_cast<std::size_t>(kind)];
  if (!damage) return {};
  error what{ec::storage_unavailable,
             fmt::format("{}:{}:{}: {}; mend the file and activate the show again", damage->file,
                         damage->line, damage->column, damage->reason),
             {}};
  what.details["file"] = damage->file;
  what.details["line"] = damage->line;
  what.details["column"] = damage->column;
  return failure{std::move(what)};
}

result<void> show_book::writable(const std::vector<fact>& facts) const {
  for (const auto& one : facts)
    if (auto ok = writable(kind_of(one)); !ok) return ok;
  return {};
}

result<decision> show_book::decide(const show_state& state, const create_entity& command) const {
  if (auto ok = writable(command.kind); !ok) return failure{ok.error()};
  auto record = parse_entity(command.kind, options_.new_id(), 1, command.members, entity_source::network);
  if (!record) return failure{record.error()};
  if (state.count(command.kind) >= options_.max_entities)
    return invalid("id", fmt::format("a show holds {} entities of kind {} at most", options_.max_entities,
                                     kind_name(command.kind)));
  if (auto ok = check_references(state, **record, nullptr); !ok) return failure{ok.error()};
  return decision{{entity_created{*record}}, *record};
}

result<decision> show_book::decide(const show_state& state, const update_entity_command& command) const {
  const auto current = state.find(command.kind, command.id);
  if (!current) return not_found(kind_name(command.kind), command.id);
  if (current->revision != command.revision) return conflict(*current, command.revision);
  if (auto ok = writable(command.kind); !ok) return failure{ok.error()};
  auto record = update_entity(*current, command.changes);
  if (!record) return failure{record.error()};
  if (auto ok = check_references(state, **record, current.get()); !ok) return failure{ok.error()};
  return decision{{entity_updated{*record}}, *record};
}

result<decision> show_book::decide(const show_state& state, const delete_entity& command) const {
  const auto current = state.find(command.kind, command.id);
  if (!current) return not_found(kind_name(command.kind), command.id);
  if (auto ok = writable(command.kind); !ok) return failure{ok.error()};
  if (auto ok = check_unused(state, command.kind, command.id); !ok) return failure{ok.error()};

  decision made{{entity_deleted{command.kind, command.id, current->revision}}, nullptr};
  if (command.kind == entity_kind::fixture) {
    for (auto& changed : groups_without(state, command.id)) made.facts.push_back(entity_updated{changed});
    if (made.facts.size() > 1)
      if (auto ok = writable(entity_kind::group); !ok) return failure{ok.error()};
  }
  return made;
}

result<decision> show_book::decide(const show_state& state, const set_graph_enabled& command) const {
  const auto current = state.find(entity_kind::graph, command.graph_id);
  if (!current) return not_found(kind_name(entity_kind::graph), command.graph_id);
  if (current->as<graph>().enabled == command.enabled) return decision{{}, current};
  auto record = with_enabled(*current, command.enabled);
  return decision{{graph_enabled_set{record}}, record};
}

} // namespace troupe::actors
