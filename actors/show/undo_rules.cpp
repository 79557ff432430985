#include "actors/show/undo_rules.hpp"

#include "protocol/entity_codec.hpp"
#include "protocol/json_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace troupe::actors {
namespace {

namespace json = boost::json;
using operation = recorded_change::operation;

/// Who did what, as an operator reads it.
std::string told(const storage::journal_event& event) {
  return fmt::format("{} by {} (event {})", event.type, event.author, event.position);
}

error obstacle(std::string_view reason, const undo_step& step, const event_ptr& event) {
  const auto name = fmt::format("the {} \"{}\"", kind_name(step.change.kind), step.change.id);
  const auto since = event ? ": " + told(*event) : std::string{};
  std::string message;
  if (reason == "deleted")
    message = name + " has been deleted since" + since;
  else if (reason == "exists")
    message = name + " is there again" + since;
  else
    message = name + " has been changed since" + since;
  auto what = undo_conflict(reason, std::move(message), event);
  what.details["kind"] = kind_name(step.change.kind);
  what.details["id"] = step.change.id;
  return what;
}

/// Run state is nobody's edit: it neither hinders an undo nor is it one.
bool is_run_state(entity_kind kind, std::string_view field) {
  return kind == entity_kind::graph && field == "enabled";
}

/// Whether the entity still is what the change made of it, as far as the change touched it.
bool still_so(const recorded_change& change, const entity_record& current) {
  const auto now = members_of(current.json);
  const auto same = [&](std::string_view field) {
    if (field == "revision" || field == "id" || is_run_state(change.kind, field)) return true;
    const auto* left = change.after.if_contains(field);
    const auto* right = now.if_contains(field);
    return (!left && !right) || (left && right && *left == *right);
  };
  if (change.op == operation::updated) {
    const auto fields = change.fields();
    return std::all_of(fields.begin(), fields.end(), same);
  }
  const auto all_same = [&](const json::object& members) {
    return std::all_of(members.begin(), members.end(), [&](const auto& one) { return same(one.key()); });
  };
  return all_same(now) && all_same(change.after);
}

result<record_ptr> with_fields_back(const recorded_change& change, const entity_record& current) {
  auto members = entity_members(current);
  for (const auto& [key, value] : change.before) members.insert_or_assign(key, value);
  for (const auto& key : change.added) members.erase(key);
  return parse_entity(change.kind, change.id, current.revision + 1, members, entity_source::file,
                      current.origin);
}

std::uint64_t revision_in(const json::object& members) {
  const auto* found = members.if_contains("revision");
  if (!found || !found->is_number()) return 0;
  boost::system::error_code inexact;
  const auto number = found->to_number<std::uint64_t>(inexact);
  return inexact ? 0 : number;
}

result<record_ptr> as_it_was(const recorded_change& change) {
  return parse_entity(change.kind, change.id, revision_in(change.before) + 1, change.before,
                      entity_source::file);
}

/// Why the step can't be reversed; nothing if it can.
std::optional<error> hindered(const undo_step& step, const record_ptr& current) {
  if (step.change.op == operation::deleted) {
    if (current) return obstacle("exists", step, step.conflict ? step.conflict : step.latest);
    return std::nullopt;
  }
  if (!current) return obstacle("deleted", step, step.latest ? step.latest : step.conflict);
  if (step.conflict) return obstacle("changed", step, step.conflict);
  if (!still_so(step.change, *current)) return obstacle("changed", step, step.latest);
  return std::nullopt;
}

result<wanted_entity> reversed(const undo_step& step, const record_ptr& current) {
  wanted_entity one{step.change.kind, step.change.id, nullptr};
  if (step.change.op == operation::created) return one;
  auto record =
      step.change.op == operation::deleted ? as_it_was(step.change) : with_fields_back(step.change, *current);
  if (!record) {
    auto what = undo_conflict("rule", record.error().message, step.latest);
    what.details["field"] = record.error().details["field"];
    return failure{std::move(what)};
  }
  one.entity = std::move(*record);
  return one;
}

/// A group that only followed the coming or going of a fixture.
bool follows_fixture(const undo_plan& plan, const undo_step& step) {
  return step.change.kind == entity_kind::group && step.change.op == operation::updated &&
         std::any_of(plan.steps.begin(), plan.steps.end(), [](const undo_step& other) {
           return other.change.kind == entity_kind::fixture && other.change.op != operation::updated;
         });
}

error rule_broken(const undo_plan& plan, const broken_rule& broken) {
  const auto step = std::find_if(plan.steps.begin(), plan.steps.end(), [&](const undo_step& one) {
    return one.change.kind == broken.kind && one.change.id == broken.id;
  });
  const auto found = step != plan.steps.end();
  auto what =
      undo_conflict("rule", broken.what.message, found ? (step->user ? step->user : step->latest) : nullptr);
  what.details["kind"] = kind_name(broken.kind);
  what.details["id"] = broken.id;
  if (const auto* field = broken.what.details.if_contains("field")) what.details["field"] = *field;
  return what;
}

} // namespace

error undo_conflict(std::string_view reason, std::string message, const event_ptr& in_the_way) {
  error what{ec::conflict, std::move(message), {{"reason", reason}}};
  if (!in_the_way) return what;
  std::string text;
  storage::append_event_json(text, *in_the_way);
  if (auto event = parse_json(text)) what.details["event"] = std::move(*event);
  return what;
}

result<std::vector<fact>> decide_undo(const undo_plan& plan, const show_state& state,
                                      std::size_t max_entities) {
  std::vector<wanted_entity> wanted;
  for (const auto& step : plan.steps) {
    const auto current = state.find(step.change.kind, step.change.id);
    if (auto why = hindered(step, current)) {
      if (follows_fixture(plan, step)) continue;
      return failure{std::move(*why)};
    }
    auto one = reversed(step, current);
    if (!one) return failure{one.error()};
    wanted.push_back(std::move(*one));
  }
  auto made = facts_of(state, std::move(wanted), max_entities);
  if (!made.broken.empty()) return failure{rule_broken(plan, made.broken.front())};
  return std::move(made.facts);
}

} // namespace troupe::actors
