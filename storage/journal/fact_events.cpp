#include "storage/journal/fact_events.hpp"

#include "protocol/entity_codec.hpp"
#include "protocol/json_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

struct member_text {
  std::string_view name;  ///< with its quotes
  std::string_view value; ///< as written
  bool operator==(const member_text&) const = default;
};

/// The end of the JSON value that begins at `at`: the comma or brace behind it.
std::size_t value_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        quoted = false;
      continue;
    }
    if (c == '"')
      quoted = true;
    else if (c == '{' || c == '[')
      ++depth;
    else if (c == '}' || c == ']') {
      if (depth == 0) break;
      --depth;
    } else if (c == ',' && depth == 0)
      break;
  }
  return at;
}

/// Goes through the members of an object in canonical JSON (no blanks), which is cheaper than parsing it:
/// every command passes here.
class member_scan {
 public:
  explicit member_scan(std::string_view object) : text_(object) {}

  bool next(member_text& into) {
    if (at_ + 1 >= text_.size()) return false;
    auto name_end = at_ + 1;
    for (; name_end < text_.size() && text_[name_end] != '"'; ++name_end)
      if (text_[name_end] == '\\') ++name_end;
    const auto value = name_end + 2; // behind quote and colon
    if (value >= text_.size()) return false;
    const auto end = value_end(text_, value);
    into = {text_.substr(at_, name_end + 1 - at_), text_.substr(value, end - value)};
    at_ = end + 1;
    return true;
  }

  /// Whether the next member is that of another object, which is quicker to tell than to take it apart; then
  /// it is passed.
  bool pass(const member_text& one) {
    const std::string_view whole{one.name.data(), one.name.size() + 1 + one.value.size()};
    const auto end = at_ + whole.size();
    if (end >= text_.size() || (text_[end] != ',' && text_[end] != '}')) return false;
    if (text_.substr(at_, whole.size()) != whole) return false;
    at_ = end + 1;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 1;
};

const member_text* named(const std::vector<member_text>& members, std::string_view name) {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& one) { return one.name == name; });
  return found == members.end() ? nullptr : &*found;
}

void append_list(std::string& out, std::string_view name, const std::string& list) {
  if (list.empty()) return;
  if (!out.empty()) out += ',';
  out += name;
  out += list;
}

struct fact_visitor {
  std::string_view operator()(const entity_created&) const { return "created"; }
  std::string_view operator()(const entity_updated&) const { return "updated"; }
  std::string_view operator()(const entity_deleted&) const { return "deleted"; }
  std::string_view operator()(const graph_enabled_set&) const { return "enabled_set"; }
};

const entity_record* entity_of(const fact& happened) {
  return std::visit(
      [](const auto& one) -> const entity_record* {
        if constexpr (requires { one.entity; })
          return one.entity.get();
        else
          return nullptr;
      },
      happened);
}

} // namespace

event_stream stream_of(entity_kind kind, std::string_view id, std::string_view show) {
  return {kind == entity_kind::model ? std::string{} : std::string{show}, std::string{kind_name(kind)},
          std::string{id}};
}

std::string change_details(std::string_view before, std::string_view after) {
  member_scan old_scan{before}, new_scan{after};
  std::vector<member_text> old_members, new_members; // from where they no longer go side by side
  std::string changed, added, removed;
  const auto item = [](std::string& list, std::string_view text) {
    if (!list.empty()) list += ',';
    list += text;
  };
  const auto change = [&](const member_text& was) {
    if (was.name == R"("id")" || was.name == R"("revision")") return false;
    item(changed, was.name);
    changed += ':';
    changed += was.value;
    return true;
  };
  for (member_text was, now; old_scan.next(was);) {
    if (new_scan.pass(was)) continue;
    const bool more = new_scan.next(now);
    if (more && now.name == was.name) {
      change(was);
      continue;
    }
    old_members.push_back(was);
    if (more) new_members.push_back(now);
    break;
  }
  for (member_text one; old_scan.next(one);) old_members.push_back(one);
  for (member_text one; new_scan.next(one);) new_members.push_back(one);
  for (const auto& was : old_members) {
    const auto* now = named(new_members, was.name);
    if (now && now->value == was.value) continue;
    if (change(was) && !now) item(removed, was.name);
  }
  for (const auto& one : new_members)
    if (!named(old_members, one.name)) item(added, one.name);
  std::string out;
  append_list(out, R"("before":)", changed.empty() ? changed : '{' + changed + '}');
  append_list(out, R"("added":)", added.empty() ? added : '[' + added + ']');
  append_list(out, R"("removed":)", removed.empty() ? removed : '[' + removed + ']');
  return out;
}

new_event event_of(const recorded_fact& recorded, std::string_view show) {
  const auto& happened = recorded.happened;
  const auto kind = kind_of(happened);
  const auto op = std::visit(fact_visitor{}, happened);
  new_event out;
  out.stream = stream_of(kind, id_of(happened), show);
  out.author = recorded.origin->author;
  out.client = recorded.origin->client;
  out.correlation_id = recorded.origin->correlation_id;
  std::string details;
  if (const auto* entity = entity_of(happened)) {
    out.entity = entity->json;
    if (recorded.before) details = change_details(recorded.before->json, entity->json);
  } else if (recorded.before) {
    details = R"("before":)" + recorded.before->json;
  }
  if (recorded.origin->external_edit) {
    out.type = event_type::external_edit;
    append_list(details, R"("op":)", '"' + std::string(op) + '"');
  } else {
    out.type = kind_name(kind);
    out.type += '_';
    out.type += op;
  }
  for (const auto& note : recorded.origin->notes) {
    if (!details.empty()) details += ',';
    append_json_string(details, note.key());
    details += ':';
    append_json(details, note.value());
  }
  out.details = '{' + details + '}';
  return out;
}

std::optional<entity_kind> kind_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < entity_kind_count; ++i)
    if (kind_name(static_cast<entity_kind>(i)) == name) return static_cast<entity_kind>(i);
  return std::nullopt;
}

result<record_ptr> record_of(const view_row& row) {
  const auto kind = kind_named(row.kind);
  if (!kind) return invalid("kind", fmt::format("there is no kind \"{}\"", row.kind));
  auto parsed = parse_json(row.entity);
  if (!parsed) return failure{parsed.error()};
  if (!parsed->is_object()) return invalid("entity", "an object is wanted");
  const auto& members = parsed->get_object();
  const auto* revision = members.if_contains("revision");
  boost::system::error_code inexact;
  const auto number =
      revision && revision->is_number() ? revision->to_number<std::uint64_t>(inexact) : std::uint64_t{0};
  if (!revision || !revision->is_number() || inexact) return invalid("revision", "an integer is wanted");
  return parse_entity(*kind, row.id, number, members, entity_source::file);
}

result<show_state> state_of(std::string_view show, std::span<const view_row> models,
                            std::span<const view_row> entities) {
  show_state state{std::string{show}};
  for (const auto rows : {models, entities})
    for (const auto& row : rows) {
      auto record = record_of(row);
      if (!record) {
        auto what = std::move(record.error());
        what.message = fmt::format("{} {}: {}", row.kind, row.id, what.message);
        return failure{std::move(what)};
      }
      state.put(std::move(*record));
    }
  return state;
}

} // namespace troupe::storage
