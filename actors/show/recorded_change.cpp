#include "actors/show/recorded_change.hpp"

#include "protocol/json_text.hpp"
#include "storage/journal/fact_events.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::actors {
namespace {

namespace json = boost::json;
using operation = recorded_change::operation;

std::optional<operation> operation_named(std::string_view name) {
  for (const auto op : {operation::created, operation::updated, operation::deleted})
    if (name == operation_name(op)) return op;
  return std::nullopt;
}

/// `fixture_updated` → updated; external_edit says it in its details.
std::optional<operation> operation_of(const storage::journal_event& event, const json::object& details) {
  if (event.type == storage::event_type::graph_enabled_set) return operation::updated;
  if (event.type == storage::event_type::external_edit) {
    const auto* op = details.if_contains("op");
    if (!op || !op->is_string()) return std::nullopt;
    return operation_named({op->get_string().data(), op->get_string().size()});
  }
  const auto border = event.type.rfind('_');
  return border == std::string::npos ? std::nullopt
                                     : operation_named(std::string_view{event.type}.substr(border + 1));
}

failure damaged(const storage::journal_event& event, std::string_view what) {
  return fail(ec::internal_error, fmt::format("event {} of the journal {}", event.position, what));
}

} // namespace

std::string_view operation_name(operation op) noexcept {
  switch (op) {
  case operation::created:
    return "created";
  case operation::updated:
    return "updated";
  case operation::deleted:
    return "deleted";
  }
  return "updated";
}

std::vector<std::string_view> recorded_change::fields() const {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : before) out.emplace_back(key.data(), key.size());
  for (const auto& key : added) out.emplace_back(key);
  return out;
}

json::object members_of(std::string_view entity_json) {
  auto parsed = parse_json(entity_json);
  return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object{};
}

result<std::optional<recorded_change>> read_change(const storage::journal_event& event) {
  const auto kind = storage::kind_named(event.stream.kind);
  if (!kind) return std::nullopt;
  auto details = parse_json(event.details);
  if (!details || !details->is_object()) return damaged(event, "has details that are no JSON object");
  auto& told = details->get_object();
  const auto op = operation_of(event, told);
  if (!op) return damaged(event, "doesn't say what it did");

  recorded_change made;
  made.op = *op;
  made.kind = *kind;
  made.id = event.stream.id;
  made.run_state = event.type == storage::event_type::graph_enabled_set;
  if (auto* before = told.if_contains("before"); before && before->is_object())
    made.before = std::move(before->get_object());
  if (const auto* added = told.if_contains("added"); added && added->is_array())
    for (const auto& one : added->get_array())
      if (one.is_string()) made.added.emplace_back(one.get_string());
  if (event.entity) made.after = members_of(*event.entity);
  if (*op != operation::deleted && made.after.empty()) return damaged(event, "has no entity");
  if (*op == operation::deleted && made.before.empty()) return damaged(event, "doesn't say what was deleted");
  if (*op == operation::updated) {
    made.before.erase("revision");
    std::erase(made.added, "revision");
    if (made.run_state && made.before.empty())
      if (const auto* enabled = made.after.if_contains("enabled"); enabled && enabled->is_bool())
        made.before["enabled"] = !enabled->get_bool();
  }
  return made;
}

bool overlaps(const recorded_change& one, const recorded_change& other) {
  if (one.op != operation::updated || other.op != operation::updated) return true;
  const auto mine = one.fields();
  const auto theirs = other.fields();
  return std::any_of(mine.begin(), mine.end(), [&](std::string_view field) {
    return std::find(theirs.begin(), theirs.end(), field) != theirs.end();
  });
}

std::string reference_in(std::string_view details, std::string_view key) {
  if (details.find(key) == std::string_view::npos) return {};
  const auto parsed = parse_json(details);
  const auto* members = parsed ? parsed->if_object() : nullptr;
  const auto* found = members ? members->if_contains(key) : nullptr;
  return found && found->is_string() ? std::string{found->get_string()} : std::string{};
}

} // namespace troupe::actors
