#include "actors/client/rest_history_parameters.hpp"

#include "actors/client/rest_context.hpp"
#include "actors/show/operator_name.hpp"
#include "storage/journal/fact_events.hpp"
#include "storage/show_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <utility>

namespace troupe::actors::rest {
namespace {

using net::http_request;

constexpr std::uint64_t highest = std::numeric_limits<std::int64_t>::max();

/// `fixtures` or `fixture`.
std::optional<entity_kind> kind_in(std::string_view word) {
  if (const auto kind = storage::kind_named(word)) return kind;
  return word.ends_with('s') ? storage::kind_named(word.substr(0, word.size() - 1)) : std::nullopt;
}

result<std::uint64_t> number_in(const http_request& request, std::string_view name, std::uint64_t absent,
                                std::uint64_t least, std::uint64_t most) {
  const auto text = request.query_value(name);
  if (!text) return absent;
  std::uint64_t number = 0;
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (text->empty() || read.ec != std::errc{} || read.ptr != end || number < least || number > most)
    return invalid(std::string{name},
                   most == highest ? fmt::format("{} must be a number from {} on", name, least)
                                   : fmt::format("{} must be a number from {} to {}", name, least, most));
  return number;
}

result<std::optional<std::int64_t>> time_in(const http_request& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (!text) return std::nullopt;
  const auto time = storage::parse_iso_time(*text);
  if (!time)
    return invalid(std::string{name}, fmt::format("{} must be a time as 2026-03-01T18:30:00Z", name));
  return time;
}

std::string word_in(const http_request& request, std::string_view name) {
  return std::string{request.query_value(name).value_or(std::string_view{})};
}

result<std::string> event_kind_in(const http_request& request) {
  constexpr std::array others{std::string_view{"show"}, std::string_view{"checkpoint"}};
  const auto word = word_in(request, "kind");
  if (word.empty() && !request.query_value("kind")) return word;
  if (const auto kind = kind_in(word)) return std::string{kind_name(*kind)};
  if (std::find(others.begin(), others.end(), word) != others.end()) return word;
  return invalid("kind", "kind must be one of model, fixture, group, input, preset, graph, show, checkpoint");
}

/// The show of the path. What can be no show is an unknown one.
result<std::string> named_show(const http_request& request) {
  std::string name{request.parameter("name")};
  if (!storage::is_show_name(name)) return not_found("show", name);
  return name;
}

result<past_moment> query_moment(const http_request& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (!text) return invalid(std::string{name}, fmt::format("{} is required", name));
  return parse_moment(*text, name);
}

result<std::array<bool, entity_kind_count>> kinds_in(const boost::json::object& body) {
  std::array<bool, entity_kind_count> kinds{};
  const auto* given = body.if_contains("kinds");
  if (!given) {
    kinds.fill(true);
    kinds[static_cast<std::size_t>(entity_kind::model)] = false; // all shows share them
    return kinds;
  }
  if (!given->is_array() || given->get_array().empty()) return invalid("kinds", "kinds must be a list");
  std::size_t at = 0;
  for (const auto& one : given->get_array()) {
    const auto kind =
        one.is_string() ? kind_in({one.get_string().data(), one.get_string().size()}) : std::nullopt;
    if (!kind)
      return invalid(fmt::format("kinds[{}]", at),
                     fmt::format("kinds[{}] must be one of model, fixture, group, input, preset, graph", at));
    kinds[static_cast<std::size_t>(*kind)] = true;
    ++at;
  }
  return kinds;
}

result<std::optional<std::set<std::string, std::less<>>>> ids_in(const boost::json::object& body) {
  const auto* given = body.if_contains("ids");
  if (!given) return std::nullopt;
  if (!given->is_array() || given->get_array().empty()) return invalid("ids", "ids must be a list");
  std::set<std::string, std::less<>> ids;
  std::size_t at = 0;
  for (const auto& one : given->get_array()) {
    if (!one.is_string())
      return invalid(fmt::format("ids[{}]", at), fmt::format("ids[{}] must be a string", at));
    ids.emplace(one.get_string());
    ++at;
  }
  return ids;
}

} // namespace

result<find_events> events_in(const http_request& request) {
  find_events out;
  auto& query = out.query;
  const auto limit = number_in(request, "limit", 100, 1, 1'000);
  if (!limit) return failure{limit.error()};
  query.limit = *limit;
  const auto before = number_in(request, "before", 0, 1, highest);
  if (!before) return failure{before.error()};
  query.before = *before;
  const auto after = number_in(request, "after", 0, 0, highest);
  if (!after) return failure{after.error()};
  query.after = *after;
  auto kind = event_kind_in(request);
  if (!kind) return failure{kind.error()};
  query.kind = std::move(*kind);
  const auto from = time_in(request, "from");
  if (!from) return failure{from.error()};
  query.from_ms = *from;
  const auto to = time_in(request, "to");
  if (!to) return failure{to.error()};
  query.to_ms = *to;
  if (request.query_value("show")) query.show = word_in(request, "show");
  query.id = word_in(request, "id");
  query.author = word_in(request, "author");
  query.type = word_in(request, "type");
  query.text = word_in(request, "q");
  return out;
}

result<one_event> event_in(const http_request& request) {
  const auto at = parse_moment(request.parameter("position"), "position");
  if (!at) return failure{at.error()};
  return one_event{*at};
}

result<show_then> show_in(const http_request& request) {
  auto show = named_show(request);
  if (!show) return failure{show.error()};
  const auto at = parse_moment(request.parameter("position"), "position");
  if (!at) return failure{at.error()};
  return show_then{std::move(*show), *at};
}

result<entity_then> entity_in(const http_request& request) {
  auto whole = show_in(request);
  if (!whole) return failure{whole.error()};
  const auto kind = kind_in(request.parameter("kind"));
  if (!kind) return not_found("kind", request.parameter("kind"));
  return entity_then{std::move(whole->show), whole->at, *kind, std::string{request.parameter("id")}};
}

result<compare_moments> comparison_in(const http_request& request) {
  auto show = named_show(request);
  if (!show) return failure{show.error()};
  const auto from = query_moment(request, "from");
  if (!from) return failure{from.error()};
  const auto to = query_moment(request, "to");
  if (!to) return failure{to.error()};
  return compare_moments{std::move(*show), *from, *to};
}

result<name_checkpoint> checkpoint_in(const http_request& request) {
  auto by = author_of(request);
  if (!by) return failure{by.error()};
  const auto body = object_body(request.body);
  if (!body) return failure{body.error()};
  const auto* name = body->if_contains("name");
  if (!name || !name->is_string()) return invalid("name", "the name of the checkpoint is missing");
  auto wanted = check_checkpoint_name(std::string{name->get_string()});
  if (!wanted) return failure{wanted.error()};
  return name_checkpoint{std::move(*wanted), std::move(*by)};
}

result<restore_request> restore_in(const http_request& request) {
  restore_request out;
  auto show = named_show(request);
  if (!show) return failure{show.error()};
  out.command.show = std::move(*show);
  auto by = author_of(request);
  if (!by) return failure{by.error()};
  out.command.by = std::move(*by);
  const auto body = object_body(request.body);
  if (!body) return failure{body.error()};
  const auto* position = body->if_contains("position");
  if (!position) return invalid("position", "position is required");
  auto moment = moment_text(*position, "position");
  if (!moment) return failure{moment.error()};
  out.moment = std::move(*moment);
  const auto kinds = kinds_in(*body);
  if (!kinds) return failure{kinds.error()};
  out.command.filter.kinds = *kinds;
  auto ids = ids_in(*body);
  if (!ids) return failure{ids.error()};
  out.command.filter.ids = std::move(*ids);
  return out;
}

result<std::string> moment_text(const boost::json::value& value, std::string_view field) {
  const auto moment = moment_in(value, field);
  if (!moment) return failure{moment.error()};
  if (const auto* position = std::get_if<journal_position>(&*moment)) return std::to_string(position->value);
  return std::string{value.get_string()};
}

result<command_author> author_of(const http_request& request) {
  auto name = operator_in(request.header("X-Operator"));
  if (!name) return failure{name.error()};
  command_author by;
  by.name = std::move(*name);
  const bool v6 = request.peer.host.find(':') != std::string::npos;
  by.client = v6 ? fmt::format("http:[{}]:{}", request.peer.host, request.peer.port)
                 : fmt::format("http:{}:{}", request.peer.host, request.peer.port);
  return by;
}

} // namespace troupe::actors::rest
