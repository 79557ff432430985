#include "actors/show/past_reader.hpp"

#include "actors/show/show_diff.hpp"
#include "protocol/json_text.hpp"
#include "storage/journal/fact_events.hpp"

#include <array>
#include <fmt/format.h>
#include <iterator>
#include <set>
#include <utility>

namespace troupe::actors {
namespace {

using storage::history_query;
using storage::past_view;
using storage::view_row;

/// The members of a past show, as the paths of the present one are named.
struct named_list {
  std::string_view member;
  entity_kind kind;
};
constexpr std::array lists{
    named_list{"fixtures", entity_kind::fixture}, named_list{"groups", entity_kind::group},
    named_list{"inputs", entity_kind::input},     named_list{"presets", entity_kind::preset},
    named_list{"graphs", entity_kind::graph},     named_list{"models", entity_kind::model}};
static_assert(lists.size() == entity_kind_count);

void append_rows(std::string& out, const std::vector<view_row>& rows, std::string_view kind) {
  out += '[';
  for (const auto& row : rows) {
    if (row.kind != kind) continue;
    if (out.back() != '[') out += ',';
    out += row.entity;
  }
  out += ']';
}

std::string time_text(const past_view& view) {
  return view.position == 0 ? "null" : fmt::format("\"{}\"", storage::iso_time(view.time_ms));
}

} // namespace

result<std::string> past_reader::answer(const past_question& question) {
  return std::visit([this](const auto& one) { return tell(one); }, question.what);
}

result<std::string> past_reader::tell(const find_events& asked) {
  const auto page = history_.find(asked.query);
  if (!page) return failure{page.error()};
  std::string out = R"({"data":[)";
  for (const auto& event : page->events) {
    if (out.back() != '[') out += ',';
    storage::append_event_json(out, event);
  }
  out += page->next ? fmt::format(R"(],"next":{}}})", page->next) : R"(],"next":null})";
  return out;
}

result<std::string> past_reader::tell(const one_event& asked) {
  const auto position = resolve(asked.at, "position");
  if (!position) return failure{position.error()};
  const auto event = history_.event(*position);
  if (!event) return failure{event.error()};
  std::string out = R"({"data":)";
  storage::append_event_json(out, *event);
  return out + '}';
}

result<std::string> past_reader::tell(const show_then& asked) {
  const auto position = resolve(asked.at, "position");
  if (!position) return failure{position.error()};
  if (auto known = know(asked.show); !known) return failure{known.error()};
  const auto view = history_.view_at(asked.show, *position);
  if (!view) return failure{view.error()};
  const auto models = history_.view_at({}, *position);
  if (!models) return failure{models.error()};
  std::string out = fmt::format(R"({{"data":{{"position":{},"time":{})", *position, time_text(*view));
  for (const auto& list : lists) {
    out += fmt::format(R"(,"{}":)", list.member);
    append_rows(out, list.kind == entity_kind::model ? models->rows : view->rows, kind_name(list.kind));
  }
  return out + "}}";
}

result<std::string> past_reader::tell(const entity_then& asked) {
  const auto position = resolve(asked.at, "position");
  if (!position) return failure{position.error()};
  if (auto known = know(asked.show); !known) return failure{known.error()};
  const auto found = history_.entity_at(storage::stream_of(asked.kind, asked.id, asked.show), *position);
  if (!found) return failure{found.error()};
  if (!*found) return not_found(kind_name(asked.kind), asked.id);
  return R"({"data":)" + (*found)->entity + '}';
}

result<std::string> past_reader::tell(const compare_moments& asked) {
  const auto from = resolve(asked.from, "from");
  if (!from) return failure{from.error()};
  const auto to = resolve(asked.to, "to");
  if (!to) return failure{to.error()};
  if (auto known = know(asked.show); !known) return failure{known.error()};
  std::vector<entity_difference> found;
  for (const auto& part :
       {std::string_view{asked.show}, std::string_view{}}) { // the models, as `at` tells them
    const auto earlier = history_.view_at(part, *from);
    if (!earlier) return failure{earlier.error()};
    const auto later = history_.view_at(part, *to);
    if (!later) return failure{later.error()};
    auto differ = difference(earlier->rows, later->rows);
    std::move(differ.begin(), differ.end(), std::back_inserter(found));
  }
  std::string out = R"({"data":)";
  append_json(out, found);
  return out + '}';
}

result<std::string> past_reader::tell(const list_checkpoints&) {
  history_query query;
  query.kind = "checkpoint";
  query.type = storage::event_type::checkpoint_named;
  query.limit = 1'000;
  const auto page = history_.find(query);
  if (!page) return failure{page.error()};
  std::string out = R"({"data":[)";
  for (const auto& event : page->events) {
    if (out.back() != '[') out += ',';
    out += R"({"name":)";
    append_json_string(out, event.stream.id);
    out += fmt::format(R"(,"position":{},"time":"{}","author":)", event.position,
                       storage::iso_time(event.time_ms));
    append_json_string(out, event.author);
    out += '}';
  }
  return out + "]}";
}

result<past_show> past_reader::show_at(std::string_view show, const past_moment& at, std::string_view field) {
  const auto position = resolve(at, field);
  if (!position) return failure{position.error()};
  if (auto known = know(show); !known) return failure{known.error()};
  past_show made;
  made.position = *position;
  const auto head = history_.head();
  if (!head) return failure{head.error()};
  for (const auto& part : {std::string_view{}, show}) {
    const auto then = history_.view_at(part, *position);
    if (!then) return failure{then.error()};
    const auto now = history_.view_at(part, head->position);
    if (!now) return failure{now.error()};
    std::set<std::pair<std::string_view, std::string_view>> there;
    for (const auto& row : now->rows) there.emplace(row.kind, row.id);
    for (const auto& row : then->rows) {
      auto record = storage::record_of(row);
      if (!record) return failure{record.error()};
      past_entity one{std::move(*record), 0};
      if (!there.contains({row.kind, row.id})) {
        const auto last = last_revision(part, row);
        if (!last) return failure{last.error()};
        one.last_revision = *last;
      }
      made.entities.push_back(std::move(one));
    }
    if (show.empty()) break;
  }
  return made;
}

result<std::uint64_t> past_reader::resolve(const past_moment& at, std::string_view field) {
  if (const auto* time = std::get_if<wall_time>(&at)) return history_.position_at(time->ms);
  if (const auto* checkpoint = std::get_if<checkpoint_name>(&at)) {
    history_query query;
    query.type = storage::event_type::checkpoint_named;
    query.id = checkpoint->name;
    query.limit = 1;
    const auto page = history_.find(query);
    if (!page) return failure{page.error()};
    if (!page->events.empty()) return page->events.front().position;
    return invalid(std::string{field},
                   fmt::format("\"{}\" is no position, time or checkpoint", checkpoint->name));
  }
  const auto wanted = std::get<journal_position>(at).value;
  const auto head = history_.head();
  if (!head) return failure{head.error()};
  if (wanted <= head->position) return wanted;
  error what{ec::not_found,
             fmt::format("position {} is beyond the last event, {}", wanted, head->position),
             {{"field", field}, {"position", head->position}}};
  return failure{std::move(what)};
}

result<void> past_reader::know(std::string_view show) {
  history_query query;
  query.show = std::string{show};
  query.limit = 1;
  query.oldest_first = true;
  const auto page = history_.find(query);
  if (!page) return failure{page.error()};
  if (page->events.empty()) return not_found("show", show);
  return {};
}

result<std::uint64_t> past_reader::last_revision(std::string_view show, const view_row& row) {
  history_query query;
  query.show = std::string{show};
  query.kind = row.kind;
  query.id = row.id;
  query.limit = 1;
  const auto page = history_.find(query);
  if (!page) return failure{page.error()};
  if (page->events.empty()) return 0;
  const auto change = read_change(page->events.front());
  if (!change) return failure{change.error()};
  if (!*change) return 0;
  const auto* found = (*change)->before.if_contains("revision");
  boost::system::error_code inexact;
  const auto number = found && found->is_number() ? found->to_number<std::uint64_t>(inexact) : 0;
  return inexact ? 0 : number;
}

} // namespace troupe::actors
