#include "actors/show/show_diff.hpp"

#include "protocol/json_text.hpp"

#include <map>
#include <string_view>
#include <utility>

namespace troupe::actors {
namespace {

namespace json = boost::json;
using operation = recorded_change::operation;
using storage::view_row;

bool counts(std::string_view field) {
  return field != "id" && field != "revision";
}

std::vector<field_difference> between(const json::object& from, const json::object& to) {
  std::vector<field_difference> found;
  for (const auto& [key, before] : from) {
    if (!counts(key)) continue;
    const auto* after = to.if_contains(key);
    if (after && *after == before) continue;
    found.push_back({std::string{key}, before, after ? *after : json::value{}});
  }
  for (const auto& [key, after] : to)
    if (counts(key) && !from.contains(key)) found.push_back({std::string{key}, nullptr, after});
  return found;
}

using named_rows = std::map<std::pair<std::string_view, std::string_view>, const view_row*>;

named_rows by_name(std::span<const view_row> rows) {
  named_rows out;
  for (const auto& row : rows)
    out.emplace(std::pair{std::string_view{row.kind}, std::string_view{row.id}}, &row);
  return out;
}

} // namespace

std::vector<entity_difference> difference(std::span<const view_row> from, std::span<const view_row> to) {
  const auto earlier = by_name(from), later = by_name(to);
  std::vector<entity_difference> found;
  for (const auto& row : to) {
    const auto was = earlier.find({row.kind, row.id});
    const bool is_new = was == earlier.end();
    if (!is_new && was->second->entity == row.entity) continue;
    auto fields = between(is_new ? json::object{} : members_of(was->second->entity), members_of(row.entity));
    if (!is_new && fields.empty()) continue;
    found.push_back({row.kind, row.id, is_new ? operation::created : operation::updated, std::move(fields)});
  }
  for (const auto& row : from)
    if (!later.contains({row.kind, row.id}))
      found.push_back({row.kind, row.id, operation::deleted, between(members_of(row.entity), {})});
  return found;
}

void append_json(std::string& out, std::span<const entity_difference> differences) {
  out += '[';
  for (const auto& one : differences) {
    if (out.back() != '[') out += ',';
    out += R"({"kind":)";
    append_json_string(out, one.kind);
    out += R"(,"id":)";
    append_json_string(out, one.id);
    out += R"(,"op":)";
    append_json_string(out, operation_name(one.op));
    out += R"(,"fields":{)";
    for (const auto& field : one.fields) {
      if (out.back() != '{') out += ',';
      append_json_string(out, field.name);
      out += ":[";
      troupe::append_json(out, field.before);
      out += ',';
      troupe::append_json(out, field.after);
      out += ']';
    }
    out += "}}";
  }
  out += ']';
}

} // namespace troupe::actors
